import { z } from '../../hil/runtime/schema.ts';

/**
 * What a run needs to know to reach the SUT and to judge its silence: PIXIT, the same for every suite; what only one
 * suite needs stands under `values`.
 */
export const pixitSchema = z.strictObject({
  /** Longest wait for an answer that the standard demands, milliseconds. Only a SUT that does not answer makes it pass. */
  answerTimeoutMs: z.number().int().min(50).max(120_000).default(5_000),
  /** How long nothing has to come before "nothing came" is said, where no ordering of packets can say it sooner. */
  quietMs: z.number().int().min(20).max(60_000).default(300),
  /** A user whom the SUT lets in; left out: it lets everybody in. */
  credentials: z.strictObject({ userName: z.string(), password: z.string() }).optional(),
  /** A command that restarts the SUT; without it the cases that restart it do not apply. */
  restartCommand: z.string().optional(),
  /** From the restart until the SUT answers again, milliseconds. */
  restartTimeoutMs: z.number().int().min(100).max(600_000).default(30_000),
  /** What only this suite asks for: `topicPrefix`, `unitId`, ... */
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export type Pixit = z.infer<typeof pixitSchema>;
