import { createHash } from 'node:crypto';
import { worst, type Verdict } from '../../conformance/verdict.ts';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';
import type { LoadedPlan, PlannedPart } from './plan.ts';

const verdictSchema = z.enum(['none', 'pass', 'inconclusive', 'fail', 'error']);

/** What a plan came to (`plan.json`): what a certificate is built from. */
export const planRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  profile: z.strictObject({ name: z.string(), version: z.number().int(), title: z.string() }),
  product: z.strictObject({ vendor: z.string(), model: z.string(), version: z.string() }),
  planSha256: z.string(),
  verdict: verdictSchema,
  parts: z.array(
    z.strictObject({
      suite: z.string(),
      stage: z.string(),
      verdict: verdictSchema,
      /** Mandatory cases that stand in the way of a certificate, with what became of them. */
      obstacles: z.array(z.string()),
      /** The run folder, from that of `plan.json`. */
      folder: z.string(),
      /** SHA-256 over the canonical JSON of the part's record. */
      recordSha256: z.string(),
      journalHeadHash: z.string(),
    }),
  ),
});

export type PlanRecord = z.infer<typeof planRecordSchema>;

/** A part that was run. */
export interface FinishedPart {
  readonly planned: PlannedPart;
  readonly record: SuiteRecord;
  readonly folder: string;
}

/** The record of a plan. A part passes when its run passes and each of its mandatory cases does, at the first attempt. */
export function planRecord({ profile, product, sha256 }: LoadedPlan, finished: readonly FinishedPart[]): PlanRecord {
  const parts = finished.map(({ planned, record, folder }) => {
    const obstacles = obstaclesOf(planned, record);
    const verdict: Verdict = obstacles.length === 0 ? record.verdict : worst([record.verdict, 'fail']);
    return {
      suite: record.suite.name,
      stage: planned.part.stage,
      verdict,
      obstacles,
      folder,
      recordSha256: createHash('sha256').update(canonicalJson(z.json().parse(record))).digest('hex'),
      journalHeadHash: record.journal.headHash,
    };
  });
  const { name, version, title } = profile;
  return { schemaVersion: 1, profile: { name, version, title }, product, planSha256: sha256, verdict: worst(parts.map(({ verdict }) => verdict)), parts };
}

function obstaclesOf({ part }: PlannedPart, { cases }: SuiteRecord): string[] {
  const mandatory = cases.filter(({ level }) => level !== 'info' && part.mandatory.includes(level));
  return mandatory.flatMap(({ id, verdict, attempts }) => {
    if (verdict !== 'pass') return [`${id}: ${verdict}`];
    return attempts > 1 ? [`${id}: passed only when it was run again`] : [];
  });
}
