import { hasProperties, writeProperties } from './encode-properties.ts';
import type { LoosePacket, LooseProperties, LooseSubscription } from './loose-packet.ts';
import type { PacketType, ProtocolVersion } from './packet.ts';
import { PACKET_TYPES, packetTypeNumber } from './packet-type.ts';
import { PacketWriter } from './packet-writer.ts';

type Loose<Type extends PacketType> = Extract<LoosePacket, { readonly type: Type }>;
type Acknowledgement = Loose<'puback' | 'pubrec' | 'pubrel' | 'pubcomp'>;

/**
 * The bytes of a packet as it stands: nothing is checked, so that it can be wrong in any way `LoosePacket` allows. What
 * 3.1.1 does not have (properties, reason codes, subscription options) is left out there. Reason code and property length
 * are left out where 5.0 allows it.
 * @param version - How the packet is laid out; the level that a CONNECT names has no say in it.
 */
export function encodeLoose(packet: LoosePacket, version: ProtocolVersion): Uint8Array {
  const writer = new PacketWriter(bytesHint(packet));
  writeBody(writer, packet, version);
  if (packet.trailingBytes !== undefined) writer.bytes(packet.trailingBytes);
  const number = packetTypeNumber(packet.type);
  const flags = packet.fixedHeaderFlags ?? (packet.type === 'publish' ? publishFlags(packet) : (PACKET_TYPES[number]?.flags ?? 0));
  return writer.finish((number << 4) | (flags & 0x0f));
}

function bytesHint(packet: LoosePacket): number {
  return packet.type === 'publish' ? 16 + 3 * packet.topic.length + packet.payload.length : 64;
}

function writeBody(writer: PacketWriter, packet: LoosePacket, version: ProtocolVersion): void {
  switch (packet.type) {
    case 'publish':
      writePublish(writer, packet, version);
      return;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      writeAcknowledgement(writer, packet, version);
      return;
    case 'connect':
      writeConnect(writer, packet, version);
      return;
    case 'connack':
      writer.byte(packet.connackFlags ?? (packet.sessionPresent ? 1 : 0));
      writer.byte(packet.reasonCode);
      if (version === 5) writeProperties(writer, packet.properties);
      return;
    case 'subscribe':
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      for (const subscription of packet.subscriptions) writeSubscription(writer, subscription, version);
      return;
    case 'unsubscribe':
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      for (const filter of packet.filters) writer.text(filter);
      return;
    case 'suback':
    case 'unsuback':
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      if (version === 5 || packet.type === 'suback') for (const code of packet.reasonCodes) writer.byte(code);
      return;
    case 'disconnect':
      if (version === 5) writeReason(writer, packet.reasonCode, packet.properties, packet.longForm === true);
      return;
    case 'auth':
      writeAuth(writer, packet);
      return;
    case 'pingreq':
    case 'pingresp':
    default:
      return;
  }
}

function publishFlags({ dup, qos, retain }: Loose<'publish'>): number {
  return (dup ? 8 : 0) | ((qos & 3) << 1) | (retain ? 1 : 0);
}

function writePublish(writer: PacketWriter, packet: Loose<'publish'>, version: ProtocolVersion): void {
  writer.text(packet.topic);
  if (packet.hasPacketId ?? packet.qos > 0) writer.uint16(packet.packetId ?? 0);
  if (version === 5) writeProperties(writer, packet.properties);
  writer.bytes(packet.payload);
}

function writeAcknowledgement(writer: PacketWriter, packet: Acknowledgement, version: ProtocolVersion): void {
  writer.uint16(packet.packetId);
  if (version === 5) writeReason(writer, packet.reasonCode, packet.properties, packet.longForm === true);
}

function writeReason(writer: PacketWriter, reasonCode: number, properties: LooseProperties, isLong: boolean): void {
  const isPropertyPartNeeded = isLong || hasProperties(properties);
  if (isPropertyPartNeeded || reasonCode !== 0) writer.byte(reasonCode);
  if (isPropertyPartNeeded) writeProperties(writer, properties);
}

/** Unlike DISCONNECT, AUTH leaves out both or nothing (MQTT 5.0 section 3.15.2.1). */
function writeAuth(writer: PacketWriter, packet: Loose<'auth'>): void {
  writeReason(writer, packet.reasonCode, packet.properties, packet.longForm === true || packet.reasonCode !== 0);
}

function writeConnect(writer: PacketWriter, packet: Loose<'connect'>, version: ProtocolVersion): void {
  const { will, userName, password } = packet;
  writer.text(packet.protocolName);
  writer.byte(packet.protocolLevel);
  writer.byte(packet.connectFlags ?? connectFlags(packet));
  writer.uint16(packet.keepAliveS);
  if (version === 5) writeProperties(writer, packet.properties);
  writer.text(packet.clientId);
  if (will !== undefined) {
    if (version === 5) writeProperties(writer, will.properties);
    writer.text(will.topic);
    writer.binary(will.payload);
  }
  if (userName !== undefined) writer.text(userName);
  if (password !== undefined) writer.binary(password);
}

function connectFlags({ will, userName, password, cleanStart }: Loose<'connect'>): number {
  const willFlags = will === undefined ? 0 : 0x04 | ((will.qos & 3) << 3) | (will.retain ? 0x20 : 0);
  return (userName === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40) | willFlags | (cleanStart ? 0x02 : 0);
}

function writeSubscription(writer: PacketWriter, subscription: LooseSubscription, version: ProtocolVersion): void {
  const { filter, qos = 0, noLocal = false, retainAsPublished = false, retainHandling = 0, optionsByte } = subscription;
  const extended = version === 4 ? 0 : (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | ((retainHandling & 3) << 4);
  writer.text(filter);
  writer.byte(optionsByte ?? ((qos & 3) | extended));
}
