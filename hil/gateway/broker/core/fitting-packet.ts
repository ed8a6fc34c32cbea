import { encodePacket } from '../../../protocols/mqtt/encode.ts';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import type { MqttPacket, ProtocolVersion, PubackPacket, PubcompPacket, PubrecPacket, PubrelPacket } from '../../../protocols/mqtt/packet.ts';

/** What the client said about the packets it wants. */
export interface PacketWishes {
  readonly version: ProtocolVersion;
  /** Its Maximum Packet Size, bytes. */
  readonly packetBytesMax: number;
  /** Request Problem Information: reason strings and user properties in any packet. */
  readonly problemInformation: boolean;
}

/** Where they may stand although the client does not want them (MQTT-3.1.2-29). */
const ALWAYS_EXPLAINED: ReadonlySet<string> = new Set(['publish', 'connack', 'disconnect']);

/**
 * The bytes of a packet as this client takes it: reason string and user properties are left out where it does not want
 * them, or where they would make the packet too large (MQTT-3.2.2-19 and its like).
 * @returns undefined when it is too large even so (MQTT-3.1.2-24).
 */
export function fittingPacket(packet: MqttPacket, { version, packetBytesMax, problemInformation }: PacketWishes): Uint8Array | undefined {
  const short = shortAnswer(packet, version);
  if (short !== undefined && short.byteLength <= packetBytesMax) return short;
  const isWanted = problemInformation || ALWAYS_EXPLAINED.has(packet.type);
  const whole = isWanted ? encodePacket(packet, version) : undefined;
  if (whole !== undefined && whole.byteLength <= packetBytesMax) return whole;
  const bare = encodePacket(withoutExplanation(packet), version);
  return bare.byteLength <= packetBytesMax ? bare : undefined;
}

function withoutExplanation(packet: MqttPacket): MqttPacket {
  if (!('properties' in packet)) return packet;
  const { reasonString: _reason, userProperties: _user, ...properties } = packet.properties;
  return { ...packet, properties };
}

/** The answers that come with every message, when they say no more than that: written by hand, as half of all packets are such. */
function shortAnswer(packet: MqttPacket, version: ProtocolVersion): Uint8Array | undefined {
  switch (packet.type) {
    case 'puback':
      return shortAcknowledgement(0x40, packet, version);
    case 'pubrec':
      return shortAcknowledgement(0x50, packet, version);
    case 'pubrel':
      return shortAcknowledgement(0x62, packet, version);
    case 'pubcomp':
      return shortAcknowledgement(0x70, packet, version);
    case 'connect':
    case 'connack':
    case 'publish':
    case 'subscribe':
    case 'suback':
    case 'unsubscribe':
    case 'unsuback':
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
    case 'auth':
    default:
      return undefined;
  }
}

/** Sections 3.4 to 3.7: 3.1.1 has no reason code, and 5.0 leaves out success. */
function shortAcknowledgement(
  firstByte: number,
  { packetId, reasonCode, properties }: PubackPacket | PubrecPacket | PubrelPacket | PubcompPacket,
  version: ProtocolVersion,
): Uint8Array | undefined {
  if (version === 4 || (reasonCode === 0 && properties === NO_PROPERTIES)) return Uint8Array.of(firstByte, 2, packetId >> 8, packetId & 0xff);
  return properties === NO_PROPERTIES ? Uint8Array.of(firstByte, 3, packetId >> 8, packetId & 0xff, reasonCode) : undefined;
}
