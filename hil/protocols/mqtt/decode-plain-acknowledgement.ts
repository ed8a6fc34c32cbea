import type { PubackPacket, PubcompPacket, PubrecPacket, PubrelPacket } from './packet.ts';
import { NO_PROPERTIES } from './properties.ts';

/** An acknowledgement and where the next packet starts. */
export interface PlainAcknowledgement {
  readonly kind: 'packet';
  readonly packet: PubackPacket | PubrecPacket | PubrelPacket | PubcompPacket;
  readonly byteCount: number;
}

const BYTES = 4;

/**
 * Reads PUBACK, PUBREC, PUBREL or PUBCOMP of four bytes: in 5.0 one that reports success. For everything else, right or wrong,
 * `decodePacket` has the word.
 * @param end - Where the received bytes end.
 * @returns undefined when it is none of that kind.
 * @see sections 3.4 to 3.7
 */
export function decodePlainAcknowledgement(bytes: Uint8Array, packetBytesMax: number, start: number, end: number): PlainAcknowledgement | undefined {
  if (start + BYTES > end || bytes[start + 1] !== BYTES - 2 || packetBytesMax < BYTES) return undefined;
  const packetId = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
  const type = typeOf(bytes[start] ?? 0);
  if (type === undefined || packetId === 0) return undefined;
  return { kind: 'packet', packet: { type, packetId, reasonCode: 0, properties: NO_PROPERTIES }, byteCount: BYTES };
}

/** By the whole first byte: each type has its flags. */
function typeOf(firstByte: number): 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | undefined {
  switch (firstByte) {
    case 0x40:
      return 'puback';
    case 0x50:
      return 'pubrec';
    case 0x62:
      return 'pubrel';
    case 0x70:
      return 'pubcomp';
    default:
      return undefined;
  }
}
