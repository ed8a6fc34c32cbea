import { z } from './schema.ts';

/**
 * What a supervised child writes to stdout, one JSON object a line. `ready` comes first and carries the bound ports;
 * its `pid` proves that the one who answers is the child that was started. An unsupervised program writes `ready` only.
 */
export const childMessageSchema = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('ready'), pid: z.number().int() }),
  z.object({ event: z.literal('observation'), t: z.number(), source: z.string(), type: z.string(), data: z.record(z.string(), z.json()) }),
  z.object({ event: z.literal('reply'), id: z.number().int(), ok: z.boolean(), data: z.record(z.string(), z.json()).optional(), error: z.string().optional() }),
]);
export type ChildMessage = z.infer<typeof childMessageSchema>;

/** What a parent writes to a supervised child's stdin. The end of stdin means that the parent is gone: the child stops. */
export const parentMessageSchema = z.object({
  id: z.number().int().nonnegative(),
  command: z.string(),
  params: z.record(z.string(), z.json()).default({}),
});
export type ParentMessage = z.infer<typeof parentMessageSchema>;
