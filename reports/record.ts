import { judgementSchema } from '../conformance/judgement.ts';
import { VERDICTS } from '../conformance/verdict.ts';
import { z } from '../hil/runtime/schema.ts';

const jsonObject = z.record(z.string(), z.json());

const checkSchema = z.strictObject({
  /** `<that>#<n>`, n counting from 1 in file order for equal names: stable across runs of one scenario. */
  id: z.string(),
  that: z.string(),
  purpose: z.string(),
  params: jsonObject,
  judgement: judgementSchema,
});

const phaseSchema = z.strictObject({ name: z.string(), startMs: z.number(), endMs: z.number() });

const faultSchema = z.strictObject({
  id: z.string(),
  kind: z.string(),
  on: z.string(),
  params: jsonObject,
  plannedStartMs: z.number(),
  /** Null when the run ended before the fault began. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  restored: z.boolean(),
  /** What the fault did, from the counters of its link: `heldBytes`, `resets`, ... */
  effects: z.record(z.string(), z.number()),
});

/** One line of a plot. `t` in milliseconds since the start of the run; gaps in the data stay gaps. */
const seriesSchema = z.strictObject({
  /** `throughput`, `latency`, `memory`, `backlog`, `loop-delay`: plots group by it. */
  plot: z.string(),
  label: z.string(),
  unit: z.string(),
  points: z.array(z.tuple([z.number(), z.number()])).max(5_000),
});

const processSchema = z.strictObject({
  id: z.string(),
  role: z.enum(['gateway', 'plc', 'fleet', 'link']),
  pid: z.number().int(),
  endpoints: z.array(z.string()),
  rssMaxBytes: z.number(),
  cpuMs: z.number(),
  exit: z.string(),
});

/** The packets of a run, for Wireshark. They show how a verdict came about; no check judges by them. */
const captureSchema = z.strictObject({
  mode: z.enum(['off', 'links', 'all']),
  /** In the run folder. */
  file: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
  packets: z.number().int(),
  /** Each link and line that was captured; `events` are faults and phases in words. */
  interfaces: z.array(z.strictObject({ name: z.string(), packets: z.number().int() })),
  /** Where it does not hold everything: who stopped, when (milliseconds since the start of the run) and why. */
  stopped: z.array(z.strictObject({ by: z.string(), atMs: z.number(), because: z.string() })),
});

/**
 * The record of one run: everything a rendering shows. Written once as `run.json`; terminal, HTML, JUnit and every later
 * format are made from it alone. Schema-versioned; `reports/schema/run.schema.json` is made from this file.
 */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  scenario: z.strictObject({ name: z.string(), description: z.string(), file: z.string(), sha256: z.string() }),
  verdict: z.enum(VERDICTS),
  exitCode: z.number().int(),
  /** Why the verdict is what it is, when no single check says it: interrupted, a child died, nothing was observed. */
  reasons: z.array(z.string()),
  seed: z.number().int(),
  tier: z.enum(['T0', 'T1', 'T2']),
  /** Completes "the same seed repeats ..." for this tier, in words. */
  repeats: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  variables: z.record(z.string(), z.string()),
  environment: z.strictObject({ fieldproof: z.string(), node: z.string(), platform: z.string(), cpu: z.string(), cpus: z.number().int(), memoryBytes: z.number() }),
  topology: jsonObject,
  phases: z.array(phaseSchema),
  faults: z.array(faultSchema),
  checks: z.array(checkSchema),
  series: z.array(seriesSchema),
  processes: z.array(processSchema),
  journal: z.strictObject({ file: z.string(), entries: z.number().int(), headHash: z.string() }),
  /** Left out when nothing was captured. */
  capture: captureSchema.optional(),
  scheduleSha256: z.string(),
  replayCommand: z.string(),
});

export type RunRecord = z.infer<typeof runRecordSchema>;
export type CheckRecord = RunRecord['checks'][number];
export type SeriesRecord = RunRecord['series'][number];
export type CaptureRecord = z.infer<typeof captureSchema>;
export type FaultRecord = RunRecord['faults'][number];
