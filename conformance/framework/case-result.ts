import { z } from '../../hil/runtime/schema.ts';
import { VERDICTS } from '../verdict.ts';
import { LEVELS } from './catalogue.ts';

/**
 * Who is to blame when a case does not pass. `misbehaved`: the SUT answered wrongly, or not at all while it is alive;
 * `sut-died`, `sut-hung`: it gave no sign of life afterwards; `tester-died`, `tester-hung`: the case itself is broken;
 * `precondition`: something the case needed did not come about; `not-run`: the SUT was gone before the case began.
 */
export const CAUSES = ['none', 'misbehaved', 'precondition', 'sut-died', 'sut-hung', 'tester-died', 'tester-hung', 'not-run'] as const;

/** One executed case, as the record keeps it. */
export const caseResultSchema = z.strictObject({
  id: z.string(),
  version: z.number().int(),
  level: z.enum(LEVELS),
  statements: z.array(z.string()),
  /** What it rests on where the catalogues hold no statement of it. */
  source: z.string().optional(),
  purpose: z.string(),
  verdict: z.enum(VERDICTS),
  cause: z.enum(CAUSES),
  /** Why the verdict is what it is, in one sentence. */
  because: z.string(),
  /** Statements violated beside those that the case judges. */
  alsoViolated: z.array(z.string()),
  /** Wall time of the case, milliseconds; `startMs` from the start of the run. */
  startMs: z.number(),
  durationMs: z.number(),
  /** Counts from 1. A retry never turns a fail into a pass: it only tells whether the SUT repeats itself. */
  attempts: z.number().int(),
  steps: z.number().int(),
  /** `evidenceDigest` of the steps. */
  evidenceSha256: z.string(),
});

export type CaseResult = z.infer<typeof caseResultSchema>;
export type Cause = (typeof CAUSES)[number];
