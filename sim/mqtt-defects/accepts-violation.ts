import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttViolation } from '../../hil/protocols/mqtt/decode-result.ts';
import { NO_PROPERTIES } from '../../hil/protocols/mqtt/properties.ts';
import { backward, stateless } from './rewrite.ts';
import type { DefectAction, MqttDefect, SeenPacket } from './mqtt-defect.ts';

/**
 * A defect that takes malformed packets of a client as if they were well-formed: the good server behind never sees them,
 * and the client gets the answer that a good packet would have had.
 */
export function acceptsViolation(id: string, does: string, isMeant: (violation: MqttViolation) => boolean): MqttDefect {
  return stateless(id, does, (seen) => {
    if (seen.from !== 'client' || seen.decoded.kind !== 'violation' || !isMeant(seen.decoded)) return 'pass';
    return answerTo(seen);
  });
}

/** What a server answers that found nothing wrong: CONNACK, SUBACK for one filter, UNSUBACK, PUBACK; else nothing. */
export function answerTo({ bytes, version, decoded }: SeenPacket): DefectAction[] {
  const body = bytes.subarray(fixedHeaderBytes(bytes));
  const typeNumber = (bytes[0] ?? 0) >> 4;
  const level = decoded.kind === 'violation' ? (decoded.version ?? version) : version;
  const answer = (packet: Parameters<typeof encodeLoose>[0]): DefectAction[] => [backward('client', encodeLoose(packet, level))];
  switch (typeNumber) {
    case 1:
      return answer({ type: 'connack', sessionPresent: false, reasonCode: 0, properties: NO_PROPERTIES });
    case 3:
      return ((bytes[0] ?? 0) & 0x06) === 2 ? answer({ type: 'puback', packetId: uint16(body, 2 + uint16(body, 0)), reasonCode: 0, properties: NO_PROPERTIES }) : [];
    case 8:
      return answer({ type: 'suback', packetId: uint16(body, 0), reasonCodes: [0], properties: NO_PROPERTIES });
    case 10:
      return answer({ type: 'unsuback', packetId: uint16(body, 0), reasonCodes: [0], properties: NO_PROPERTIES });
    default:
      return [];
  }
}

function fixedHeaderBytes(bytes: Uint8Array): number {
  let at = 1;
  while (at < 5 && (bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
