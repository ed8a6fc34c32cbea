import type { PacketType } from './packet.ts';
import { PACKET_TYPES } from './packet-type.ts';

/** The first two to five bytes of a packet, read without judging them. */
export interface FixedHeader {
  readonly kind: 'header';
  /** 0 to 15. */
  readonly typeNumber: number;
  /** Undefined for 0 only. */
  readonly type: PacketType | undefined;
  /** 0 to 15. */
  readonly flags: number;
  readonly bodyStart: number;
  /** Bytes of the whole packet. */
  readonly byteCount: number;
  /** The remaining length takes more bytes than its value needs. */
  readonly isPadded: boolean;
  /** The remaining length goes on after four bytes: `byteCount` means nothing. */
  readonly isTooLong: boolean;
}

/** Reads the fixed header at `start`: `type and flags | remaining length, 1 to 4 bytes`. @see section 2.2 and 2.1 */
export function readFixedHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
): FixedHeader | { readonly kind: 'incomplete'; readonly missingBytesMin: number } {
  if (end - start < 2) return { kind: 'incomplete', missingBytesMin: 2 - (end - start) };
  const first = bytes[start] ?? 0;
  let length = 0;
  let lengthBytes = 0;
  let byte = 0x80;
  while (byte >= 0x80 && lengthBytes < 4) {
    if (start + 1 + lengthBytes >= end) return { kind: 'incomplete', missingBytesMin: 1 };
    byte = bytes[start + 1 + lengthBytes] ?? 0;
    length |= (byte & 0x7f) << (7 * lengthBytes);
    lengthBytes += 1;
  }
  const typeNumber = first >> 4;
  return {
    kind: 'header',
    typeNumber,
    type: PACKET_TYPES[typeNumber]?.type,
    flags: first & 0x0f,
    bodyStart: start + 1 + lengthBytes,
    byteCount: 1 + lengthBytes + length,
    isPadded: byte === 0 && lengthBytes > 1,
    isTooLong: byte >= 0x80,
  };
}
