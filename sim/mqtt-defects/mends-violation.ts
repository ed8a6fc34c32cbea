import { onward, stateless } from './rewrite.ts';
import type { MqttDefect, SeenPacket } from './mqtt-defect.ts';

/**
 * A defect that takes malformed packets of a client for what they were meant to be: the good server behind gets them put
 * right.
 * @param mend - The bytes put right; they may be changed in place of a copy.
 */
export function mendsViolation(id: string, does: string, isMeant: (statement: string, seen: SeenPacket) => boolean, mend: (bytes: Uint8Array) => Uint8Array): MqttDefect {
  return stateless(id, does, (seen) => {
    if (seen.from !== 'client' || seen.decoded.kind !== 'violation' || !isMeant(seen.decoded.statement, seen)) return 'pass';
    return [onward('client', mend(Uint8Array.from(seen.bytes)))];
  });
}

/** The packet with the fixed header flags 0010 that PUBREL, SUBSCRIBE and UNSUBSCRIBE have. */
export function withFlags0010(bytes: Uint8Array): Uint8Array {
  bytes[0] = ((bytes[0] ?? 0) & 0xf0) | 0x02;
  return bytes;
}
