/**
 * The keys of the broker's table. The first byte is the kind, whole numbers are big-endian, so that the order of keys is the
 * order of numbers:
 *
 * | kind | key | value (behind a check value, `stored-values.ts`) |
 * |---|---|---|
 * | `c` | | number of the last commit, and how many rows of each kind there are |
 * | `s` | client id | the session: its number, expiry, and when its connection ended |
 * | `u` | session number, filter | a subscription |
 * | `q` | session number, sequence | a message for a session, or where its body stands |
 * | `f` | session number, packet id | the sequence of a message in flight, and its state |
 * | `i` | session number, packet id | a QoS 2 message that was taken and not released |
 * | `m` | body number | a message that stands in several queues |
 * | `r` | topic | a retained message |
 * | `w` | client id | a will |
 */
export const ROW = { commit: 0x63, session: 0x73, subscription: 0x75, queued: 0x71, inFlight: 0x66, incoming: 0x69, body: 0x6d, retained: 0x72, will: 0x77 } as const;

/** Bytes of a whole number in a key or a value: 2^48 sessions, messages or bodies outlast every disk. */
const NUMBER_BYTES = 6;
const TEXT_AT_SESSION = 1 + NUMBER_BYTES;

/** A key of a kind and a text. */
export function textKey(kind: number, text: string): Uint8Array {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(text));
  key[0] = kind;
  key.write(text, 1);
  return key;
}

export function textOfKey(key: Uint8Array): string {
  return bufferOf(key).toString('utf8', 1);
}

export function subscriptionKey(session: number, fullFilter: string): Uint8Array {
  const key = Buffer.allocUnsafe(TEXT_AT_SESSION + Buffer.byteLength(fullFilter));
  key[0] = ROW.subscription;
  key.writeUIntBE(session, 1, NUMBER_BYTES);
  key.write(fullFilter, TEXT_AT_SESSION);
  return key;
}

/** The filter of a key that `subscriptionKey` gave. */
export function filterOfKey(key: Uint8Array): string {
  return bufferOf(key).toString('utf8', TEXT_AT_SESSION);
}

/** The session number of a key of kind `u`, `q`, `f` or `i`; the body number of kind `m`. */
export function numberOfKey(key: Uint8Array): number {
  return bufferOf(key).readUIntBE(1, NUMBER_BYTES);
}

export function queuedKey(session: number, sequence: number): Uint8Array {
  const key = Buffer.allocUnsafe(1 + 2 * NUMBER_BYTES);
  key[0] = ROW.queued;
  key.writeUIntBE(session, 1, NUMBER_BYTES);
  key.writeUIntBE(sequence, 1 + NUMBER_BYTES, NUMBER_BYTES);
  return key;
}

export function sequenceOfKey(key: Uint8Array): number {
  return bufferOf(key).readUIntBE(1 + NUMBER_BYTES, NUMBER_BYTES);
}

/** @param kind - `inFlight` or `incoming`. */
export function packetKey(kind: number, session: number, packetId: number): Uint8Array {
  const key = Buffer.allocUnsafe(1 + NUMBER_BYTES + 2);
  key[0] = kind;
  key.writeUIntBE(session, 1, NUMBER_BYTES);
  key.writeUInt16BE(packetId, 1 + NUMBER_BYTES);
  return key;
}

export function packetIdOfKey(key: Uint8Array): number {
  return bufferOf(key).readUInt16BE(1 + NUMBER_BYTES);
}

export function bodyKey(body: number): Uint8Array {
  const key = Buffer.allocUnsafe(1 + NUMBER_BYTES);
  key[0] = ROW.body;
  key.writeUIntBE(body, 1, NUMBER_BYTES);
  return key;
}

/** Whether a key has the length that its kind needs at least; what is shorter is damage. */
export function isWholeKey(key: Uint8Array): boolean {
  switch (key[0]) {
    case ROW.queued:
      return key.length === 1 + 2 * NUMBER_BYTES;
    case ROW.inFlight:
    case ROW.incoming:
      return key.length === 1 + NUMBER_BYTES + 2;
    case ROW.body:
      return key.length === TEXT_AT_SESSION;
    case ROW.subscription:
      return key.length > TEXT_AT_SESSION;
    case undefined:
      return false;
    default:
      return true;
  }
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
