import { FieldproofError } from '../../runtime/errors.ts';
import { decodePacket } from './decode.ts';
import { encodeLoose } from './encode-loose.ts';
import { PACKET_BYTES_MAX } from './limits.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';
import { packetDefect, plainPublishDefect } from './packet-defect.ts';
import { NO_PROPERTIES } from './properties.ts';

/**
 * The bytes of a packet that keeps every rule of its version which `decodePacket` knows. Reason code and property length
 * are left out where 5.0 allows it, and properties stand in the order of their keys. What 3.1.1 does not have (properties,
 * reason codes of acknowledgements, subscription options) is left out there, so that one object serves clients of both.
 * @throws FieldproofError FP_MQTT_BAD_PACKET when the packet breaks a rule or a value does not fit its field. To send such
 *   a packet all the same, use `encodeLoose`.
 * @see MQTT 3.1.1 and MQTT 5.0, sections 2 and 3
 */
export function encodePacket(packet: MqttPacket, version: ProtocolVersion): Uint8Array {
  if (packet.type === 'publish' && (version === 4 || packet.properties === NO_PROPERTIES)) {
    const defect = plainPublishDefect(packet) ?? lengthDefect(packet.payload.length + 3 * packet.topic.length);
    if (defect !== undefined) throw badPacket(packet, version, defect);
    return encodeLoose(packet, version);
  }
  const defect = packetDefect(packet) ?? levelDefect(packet, version);
  if (defect !== undefined) throw badPacket(packet, version, defect);
  const bytes = encodeLoose(packet, version);
  const broken = brokenRule(bytes, version);
  if (broken !== undefined) throw badPacket(packet, version, broken);
  return bytes;
}

/** Above the bound the remaining length would be cut. It leaves room for every field but the payload. */
function lengthDefect(bytesAtMost: number): string | undefined {
  return bytesAtMost + 16 > PACKET_BYTES_MAX ? `about ${bytesAtMost} bytes are more than a packet holds` : undefined;
}

function levelDefect(packet: MqttPacket, version: ProtocolVersion): string | undefined {
  if (packet.type !== 'connect' || packet.protocolLevel === version) return undefined;
  return `protocol level ${packet.protocolLevel} in a packet of level ${version}`;
}

/** What we write must decode, if it comes from the side that may send it. */
function brokenRule(bytes: Uint8Array, version: ProtocolVersion): string | undefined {
  const fromClient = decodePacket(bytes, version, { from: 'client' });
  if (fromClient.kind === 'packet' && fromClient.byteCount === bytes.length) return undefined;
  const fromServer = decodePacket(bytes, version, { from: 'server' });
  if (fromServer.kind === 'packet' && fromServer.byteCount === bytes.length) return undefined;
  const reasons = [fromClient, fromServer].map((decode) => (decode.kind === 'violation' ? `${decode.because} (${decode.statement})` : 'the length does not fit'));
  return [...new Set(reasons)].join(', and ');
}

function badPacket(packet: MqttPacket, version: ProtocolVersion, because: string): FieldproofError {
  return new FieldproofError('FP_MQTT_BAD_PACKET', `cannot encode ${packet.type.toUpperCase()} for protocol level ${version}: ${because}`);
}
