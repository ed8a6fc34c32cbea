/** Texts remembered; a power of two. With the bound on their length this takes some hundred kilobytes at most. */
const SLOTS = 1_024;
const TEXT_BYTES_MAX = 128;

const PLUS = 0x2b;
const HASH = 0x23;

/** Each text at the slot of its hash: one that comes later takes the place. */
const slots: (string | undefined)[] = Array.from({ length: SLOTS });

/**
 * The topic name in `bytes[start..end)`, made once for as long as nothing else takes its slot: topics come again and again,
 * and a string that is known is also hashed, so that maps find it sooner.
 * @returns undefined for what is not plain: U+0000, a wildcard, or anything beyond ASCII.
 */
export function knownText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let hash = end - start;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0 || byte >= 0x80 || byte === PLUS || byte === HASH) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (end - start > TEXT_BYTES_MAX) return textOf(bytes, start, end);
  const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
  const known = slots[slot];
  if (known !== undefined && isSame(known, bytes, start, end)) return known;
  const text = textOf(bytes, start, end);
  slots[slot] = text;
  return text;
}

function isSame(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
