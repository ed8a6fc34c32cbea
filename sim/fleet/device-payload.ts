import type { DevicePayload } from './fleet-events.ts';

/** What the padding consists of, so that a flipped bit in it is noticed. */
const PADDING = 'x';
const ONLY_PADDING = /^x*$/u;
const PADDING_FIELD_CHARACTERS = ',"p":""'.length;

/**
 * The bytes of one device message.
 * @param client - Letters, digits and hyphens only: it is written into JSON as it is, because this runs once a message.
 * @param payloadBytes - Wanted size; the result is longer when the fields alone are.
 */
export function encodeDevicePayload(client: string, n: number, sentMs: number, payloadBytes: number): Uint8Array {
  const fields = `{"c":"${client}","n":${n},"t":${sentMs}`;
  const room = payloadBytes - fields.length - 1 - PADDING_FIELD_CHARACTERS;
  return Buffer.from(room > 0 ? `${fields},"p":"${PADDING.repeat(room)}"}` : `${fields}}`);
}

export type DevicePayloadDecode = { readonly kind: 'payload'; readonly payload: DevicePayload } | { readonly kind: 'corrupt'; readonly reason: string };

/** Decodes any bytes: either a message as a device of ours sends it, or why it is none. */
export function decodeDevicePayload(bytes: Uint8Array): DevicePayloadDecode {
  const value = parseJsonObject(bytes);
  if (value === undefined) return { kind: 'corrupt', reason: 'the payload is no JSON object' };
  const { c, n, t, p } = value;
  if (typeof c !== 'string' || c === '') return { kind: 'corrupt', reason: 'field c is no client id' };
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) return { kind: 'corrupt', reason: 'field n is no message number' };
  if (typeof t !== 'number' || !Number.isFinite(t)) return { kind: 'corrupt', reason: 'field t is no instant' };
  if (p === undefined) return { kind: 'payload', payload: { c, n, t } };
  if (typeof p !== 'string' || !ONLY_PADDING.test(p)) return { kind: 'corrupt', reason: 'the padding is damaged' };
  return { kind: 'payload', payload: { c, n, t, p } };
}

/** The object that the bytes are the JSON of, its fields unchecked; undefined when they are no JSON object. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    // What the wire says is data: bytes that are no JSON are one of the cases.
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
