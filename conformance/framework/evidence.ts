import { createHash } from 'node:crypto';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import { z } from '../../hil/runtime/schema.ts';

// Without the annotation the parsed type is mutable, and the project's JSON is not.
const json: z.ZodType<JsonValue> = z.json();
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/u);
const tMs = z.number();
const on = z.string();

/**
 * One step of a case on the wire, as the journal keeps it (event `case.step`). `tMs`: milliseconds since the case began,
 * of an arrival for what came in. `unread`: it arrived and the case never asked for it.
 */
export const evidenceStepSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('open'), tMs, on, target: z.string(), result: z.enum(['open', 'refused']) }),
  z.strictObject({ op: z.literal('accept'), tMs, on, result: z.enum(['open', 'silence']) }),
  z.strictObject({ op: z.literal('send'), tMs, on, hex, result: z.boolean() }),
  z.strictObject({ op: z.literal('frame'), tMs, on, hex }),
  z.strictObject({ op: z.literal('closed'), tMs, on, how: z.enum(['fin', 'reset']), hex }),
  z.strictObject({ op: z.literal('silence'), tMs, on, waitedMs: z.number() }),
  z.strictObject({ op: z.literal('close'), tMs, on, how: z.enum(['fin', 'reset']) }),
  z.strictObject({ op: z.literal('pause'), tMs, ms: z.number() }),
  z.strictObject({ op: z.literal('act'), tMs, action: z.string(), params: z.record(z.string(), json), result: json }),
  z.strictObject({ op: z.literal('now'), tMs }),
  z.strictObject({ op: z.literal('note'), tMs, text: z.string() }),
  z.strictObject({ op: z.literal('unread'), tMs, on, hex }),
]);

export type EvidenceStep = z.infer<typeof evidenceStepSchema>;

/** SHA-256, hexadecimal, over the canonical JSON of all steps in order: what a certificate names a case's evidence by. */
export function evidenceDigest(steps: readonly EvidenceStep[]): string {
  return createHash('sha256').update(canonicalJson(steps)).digest('hex');
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
