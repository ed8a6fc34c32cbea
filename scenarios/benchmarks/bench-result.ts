import { z } from '../../hil/runtime/schema.ts';

const spreadSchema = z.strictObject({ median: z.number(), minimum: z.number(), maximum: z.number(), samples: z.array(z.number()) });

const contenderSchema = z.strictObject({
  name: z.string(),
  role: z.enum(['ours', 'peer']),
  /** Null when it is not there. */
  version: z.string().nullable(),
  /** Why it is not there and the command that installs it. */
  missing: z.string().optional(),
});

const metricSchema = z.strictObject({
  key: z.string(),
  label: z.string(),
  unit: z.string(),
  better: z.enum(['higher', 'lower']),
  values: z.array(z.strictObject({ contender: z.string(), ...spreadSchema.shape })),
  /** Ours divided by the peer's, run by run: what both did in the same seconds of the same machine. */
  ratios: z.array(z.strictObject({ peer: z.string(), ...spreadSchema.shape })),
});

/** What one benchmark gave, as `fieldproof bench --json` prints it. */
export const benchResultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  purpose: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  durationMs: z.number(),
  machine: z.strictObject({ cpu: z.string(), cores: z.number().int(), memoryBytes: z.number(), platform: z.string(), node: z.string() }),
  warmUpRuns: z.number().int(),
  runs: z.number().int(),
  contenders: z.array(contenderSchema),
  metrics: z.array(metricSchema),
});

export type BenchResult = z.infer<typeof benchResultSchema>;
export type BenchMetricResult = BenchResult['metrics'][number];
export type Spread = z.infer<typeof spreadSchema>;
