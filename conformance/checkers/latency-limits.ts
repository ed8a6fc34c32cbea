import { durationMs } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';

const limit = z.strictObject({ max: durationMs });

/** Parameters of every check on latencies. */
export const latencyParams = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
  p50: limit.optional().describe('Half of all samples are no slower.'),
  p99: limit.optional().describe('99 of 100 samples are no slower.'),
  max: limit.optional().describe('No sample is slower.'),
  during: z.string().optional().describe('Only samples received in this phase.'),
  minSamples: z.number().int().min(1).default(100).describe('Fewer samples are inconclusive.'),
});

export type LatencyParams = z.infer<typeof latencyParams>;
