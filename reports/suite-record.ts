import { caseResultSchema } from '../conformance/framework/case-result.ts';
import { VERDICTS } from '../conformance/verdict.ts';
import { z } from '../hil/runtime/schema.ts';

/** What became of one statement of a catalogue in this run. */
const statementSchema = z.strictObject({
  /** `<catalogue>/<id>`. */
  key: z.string(),
  summary: z.string(),
  source: z.string(),
  state: z.enum(['covered', 'not-observable', 'excluded', 'not-covered']),
  /** Worst verdict of its cases that ran; `none` when none ran. */
  verdict: z.enum(VERDICTS),
  cases: z.array(z.string()),
  /** Why it is in this state, when no case says it. */
  because: z.string(),
});

/**
 * The record of one conformance run: everything a rendering shows. Written once as `run.json`; JUnit, HTML, summary and
 * certificate are made from it alone. `reports/schema/suite.schema.json` is made from this file.
 */
export const suiteRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('conformance'),
  runId: z.string(),
  suite: z.strictObject({ name: z.string(), subject: z.string() }),
  sut: z.strictObject({ address: z.string() }),
  /** Worst verdict of the `must` cases; of the others only their errors count. `inconclusive` when none ran. */
  verdict: z.enum(VERDICTS),
  exitCode: z.number().int(),
  /** What is said of the run as a whole: interrupted, SUT not reached, died while these cases ran. */
  reasons: z.array(z.string()),
  seed: z.number().int(),
  tier: z.enum(['T0', 'T1', 'T2']),
  repeats: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  environment: z.strictObject({ fieldproof: z.string(), node: z.string(), platform: z.string(), cpu: z.string(), cpus: z.number().int(), memoryBytes: z.number() }),
  /** Every PICS item with its answer, and the digest that a certificate names. */
  pics: z.strictObject({ answers: z.record(z.string(), z.boolean()), sha256: z.string() }),
  /** PIXIT as given, secrets masked. */
  pixit: z.record(z.string(), z.json()),
  cases: z.array(caseResultSchema),
  excluded: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  statements: z.array(statementSchema),
  journal: z.strictObject({ file: z.string(), entries: z.number().int(), headHash: z.string() }),
  replayCommand: z.string(),
});

export type SuiteRecord = z.infer<typeof suiteRecordSchema>;
export type StatementRecord = SuiteRecord['statements'][number];
