import { readProperties } from './decode-properties.ts';
import type { ConnectPacket, MqttWill, Qos } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';
import { RULES } from './rules.ts';
import { topicNameFault } from './topic.ts';

const RESERVED = 0x01;
const CLEAN_START = 0x02;
const WILL = 0x04;
const WILL_QOS_SHIFT = 3;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USER_NAME = 0x80;

/** Reads CONNECT; `reader.version` has to be what its level names (`connectProtocol`). @see section 3.1 of both standards */
export function readConnect(reader: PacketReader): ConnectPacket {
  const protocolName = reader.text('protocol name');
  if (protocolName !== 'MQTT') reader.fail(RULES['protocol-name'], `protocol name is "${protocolName}"`);
  const protocolLevel = reader.byte('protocol level');
  if (protocolLevel !== 4 && protocolLevel !== 5) reader.fail(RULES['protocol-level'], `protocol level is ${protocolLevel}`);
  const flags = reader.byte('connect flags');
  checkFlags(reader, flags);
  const keepAliveS = reader.uint16('keep alive');
  const properties = readProperties(reader, 'connect');
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    reader.fail(RULES['authentication-data-alone'], 'authentication data without a method');
  }
  const clientId = reader.text('client id', RULES['client-id-missing']);
  if (clientId === '' && reader.version === 4 && (flags & CLEAN_START) === 0) {
    reader.fail(RULES['client-id-empty'], 'client id is empty, and clean session is 0');
  }
  const will = (flags & WILL) === 0 ? undefined : readWill(reader, flags);
  const userName = (flags & USER_NAME) === 0 ? undefined : reader.text('user name', RULES['user-name-missing']);
  const password = (flags & PASSWORD) === 0 ? undefined : reader.binary('password', RULES['password-missing']);
  checkNothingLeft(reader, flags);
  const cleanStart = (flags & CLEAN_START) !== 0;
  return { type: 'connect', protocolName, protocolLevel, cleanStart, keepAliveS, clientId, will, userName, password, properties };
}

/** The name and level of a CONNECT, as far as they are there, without judging them. The body starts at `start`. */
export function connectProtocol(bytes: Uint8Array, start: number, end: number): { name: string; level: number | undefined } {
  const nameStart = Math.min(start + 2, end);
  const nameBytes = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
  const nameEnd = Math.min(nameStart + nameBytes, end);
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + nameStart, Math.min(nameEnd - nameStart, 32)).toString('utf8');
  return { name, level: nameEnd < end ? bytes[nameEnd] : undefined };
}

function checkFlags(reader: PacketReader, flags: number): void {
  const willQos = (flags >> WILL_QOS_SHIFT) & 3;
  if ((flags & RESERVED) !== 0) reader.fail(RULES['connect-reserved-flag'], 'the reserved connect flag is 1');
  if ((flags & WILL) === 0) {
    if (willQos !== 0) reader.fail(RULES['will-qos-without-will'], `will QoS is ${willQos} without a will`);
    if ((flags & WILL_RETAIN) !== 0) reader.fail(RULES['will-retain-without-will'], 'will retain is 1 without a will');
  } else if (willQos === 3) {
    reader.fail(RULES['will-qos-3'], 'will QoS is 3');
  }
  if (reader.version === 4 && (flags & PASSWORD) !== 0 && (flags & USER_NAME) === 0) {
    reader.fail(RULES['password-without-user-name'], 'a password without a user name');
  }
}

function readWill(reader: PacketReader, flags: number): MqttWill {
  const properties = readProperties(reader, 'will');
  const topic = reader.text('will topic', RULES['will-missing']);
  const fault = topicNameFault(topic);
  if (fault === 'wildcard') reader.fail(RULES['topic-name-wildcard'], `will topic "${topic}" holds a wildcard`);
  if (fault === 'empty') reader.fail(RULES['topic-empty'], 'will topic is empty');
  const payload = reader.binary('will payload', RULES['will-missing']);
  return { topic, payload, qos: qosOf(flags >> WILL_QOS_SHIFT), retain: (flags & WILL_RETAIN) !== 0, properties };
}

function qosOf(bits: number): Qos {
  const qos = bits & 3;
  // 3 has been refused by then; the type needs a value all the same.
  return qos === 1 || qos === 2 ? qos : 0;
}

/** Bytes after the last flagged field are most likely one whose flag is 0. */
function checkNothingLeft(reader: PacketReader, flags: number): void {
  if (reader.bytesLeft === 0) return;
  const because = `${reader.bytesLeft} bytes are left after the last field that a flag announces`;
  if ((flags & USER_NAME) === 0) reader.fail(RULES['user-name-unflagged'], because);
  else if ((flags & PASSWORD) === 0) reader.fail(RULES['password-unflagged'], because);
  else reader.fail(reader.sectionRule(), because);
}
