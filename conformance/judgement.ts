import { z } from '../hil/runtime/schema.ts';
import { VERDICTS } from './verdict.ts';

/** One thing a reader would want to look at: a lost sample, a late message, a limit passed. */
export const findingSchema = z.strictObject({
  /** Milliseconds since the start of the run; undefined when it has no instant. */
  t: z.number().optional(),
  text: z.string(),
  /** The ids of the faults that were active at `t`. */
  faults: z.array(z.string()).default([]),
});

/** What a checker says, with what it says it from. */
export const judgementSchema = z.strictObject({
  verdict: z.enum(VERDICTS),
  /** One sentence with the deciding numbers. */
  because: z.string(),
  /** Named figures, with the unit in the name (`p99Ms`, `lost`, `samples`). */
  figures: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  /** At most FINDINGS_LISTED_MAX; `findingsTotal` counts all. */
  findings: z.array(findingSchema).default([]),
  findingsTotal: z.number().int().nonnegative().default(0),
});

export type Finding = z.infer<typeof findingSchema>;
export type Judgement = z.infer<typeof judgementSchema>;
