import { readAcknowledgement, readAuth, readConnack, readDisconnect, readSuback, readUnsuback } from './decode-answers.ts';
import { connectProtocol, readConnect } from './decode-connect.ts';
import { readPublish } from './decode-publish.ts';
import type { DecodeOptions, MqttDecode, MqttViolation } from './decode-result.ts';
import { readSubscribe, readUnsubscribe } from './decode-subscribe.ts';
import { readFixedHeader, type FixedHeader } from './fixed-header.ts';
import { PACKET_BYTES_MAX } from './limits.ts';
import type { MqttPacket, PacketType, ProtocolVersion } from './packet.ts';
import { PacketReader, type PacketFault } from './packet-reader.ts';
import { fixedHeaderFault } from './fixed-header-fault.ts';
import { statementOf } from './rules.ts';

/**
 * Decodes the packet that starts at `start`. Total: it never throws, whatever the bytes. What the fixed header gives away
 * (type, flags, length) is reported as soon as that is there, so `byteCount` of such a violation may be more than has
 * arrived; everything else when the packet is complete.
 * @param version - Undefined before CONNECT, which then has to come and which tells the version; a CONNECT is always read
 *   as its own level says.
 * @returns Views into `bytes` where a packet holds bytes.
 * @see MQTT 3.1.1 and MQTT 5.0, sections 2 and 3
 */
export function decodePacket(
  bytes: Uint8Array,
  version: ProtocolVersion | undefined,
  options: DecodeOptions,
  start = 0,
  end = bytes.length,
): MqttDecode {
  const header = readFixedHeader(bytes, start, end);
  if (header.kind === 'incomplete') return header;
  const bodyEnd = start + header.byteCount;
  const packetBytesMax = options.packetBytesMax ?? PACKET_BYTES_MAX;
  // A CONNECT is judged when it is complete: which statements its fixed header may break depends on the level inside.
  const isWaitedFor = header.type === 'connect' && !header.isTooLong && header.byteCount <= packetBytesMax;
  if (isWaitedFor && bodyEnd > end) return { kind: 'incomplete', missingBytesMin: bodyEnd - end };
  const protocol = isWaitedFor ? connectProtocol(bytes, header.bodyStart, bodyEnd) : undefined;
  const known = versionOfLevel(protocol?.level) ?? version;
  const headerFault = fixedHeaderFault(header, version, known, options.from, packetBytesMax);
  if (headerFault !== undefined) return violation(headerFault, header, known, protocol);
  if (bodyEnd > end) return { kind: 'incomplete', missingBytesMin: bodyEnd - end };
  const reader = new PacketReader(bytes, header.bodyStart, bodyEnd, header.typeNumber, known ?? 5, options.from);
  const packet = readBody(reader, header);
  if (reader.bytesLeft > 0) reader.fail(reader.sectionRule(), `${reader.bytesLeft} bytes are left after the last field`);
  if (reader.fault !== undefined) return violation(reader.fault, header, known, protocol);
  return { kind: 'packet', packet, byteCount: header.byteCount };
}

function readBody(reader: PacketReader, header: FixedHeader): MqttPacket {
  const type: PacketType | undefined = header.type;
  switch (type) {
    case 'publish':
      return readPublish(reader, header.flags);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return readAcknowledgement(reader, type);
    case 'connect':
      return readConnect(reader);
    case 'connack':
      return readConnack(reader);
    case 'subscribe':
      return readSubscribe(reader);
    case 'suback':
      return readSuback(reader);
    case 'unsubscribe':
      return readUnsubscribe(reader);
    case 'unsuback':
      return readUnsuback(reader);
    case 'disconnect':
      return readDisconnect(reader);
    case 'auth':
      return readAuth(reader);
    case 'pingresp':
      return { type };
    case 'pingreq':
    case undefined:
    default:
      // The reserved types have been refused with the fixed header.
      return { type: 'pingreq' };
  }
}

function versionOfLevel(level: number | undefined): ProtocolVersion | undefined {
  return level === 4 || level === 5 ? level : undefined;
}

function violation(
  fault: PacketFault,
  header: FixedHeader,
  version: ProtocolVersion | undefined,
  protocol: MqttViolation['protocol'],
): MqttViolation {
  const { rule, because } = fault;
  return {
    kind: 'violation',
    statement: statementOf(rule, version ?? 5),
    because,
    ...(header.isTooLong ? {} : { byteCount: header.byteCount }),
    ...(header.type === undefined ? {} : { packetType: header.type }),
    ...(version === 4 ? {} : { reasonCode: rule.reasonCode }),
    ...(version === 5 || rule.returnCode === undefined ? {} : { returnCode: rule.returnCode }),
    ...(version === undefined ? {} : { version }),
    ...(protocol === undefined ? {} : { protocol }),
  };
}
