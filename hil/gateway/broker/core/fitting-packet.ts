import { encodePacket } from '../../../protocols/mqtt/encode.ts';
import type { MqttPacket, ProtocolVersion } from '../../../protocols/mqtt/packet.ts';

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
