import { readProperties } from './decode-properties.ts';
import type { AcknowledgementPacket, AuthPacket, ConnackPacket, DisconnectPacket, SubackPacket, UnsubackPacket } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';
import { NO_PROPERTIES } from './properties.ts';
import { CONNECT_RETURN_CODES, isReasonCodeAllowed, SUBACK_RETURN_CODES, type ReasonedPacketType } from './reason-codes.ts';
import { RULES } from './rules.ts';

/** Reads CONNACK. @see section 3.2 of both standards */
export function readConnack(reader: PacketReader): ConnackPacket {
  const flags = reader.byte('connect acknowledge flags');
  if (flags > 1) reader.fail(RULES['connack-flags'], `connect acknowledge flags are 0x${flags.toString(16)}`);
  const reasonCode = reader.byte('connect return code');
  checkCode(reader, 'connack', reasonCode);
  if (flags === 1 && reasonCode !== 0) reader.fail(RULES['session-present-refused'], `session present is 1 with code ${reasonCode}`);
  return { type: 'connack', sessionPresent: flags === 1, reasonCode, properties: readProperties(reader, 'connack') };
}

/**
 * Reads PUBACK, PUBREC, PUBREL or PUBCOMP. 5.0 lets out the property length when there are no properties, and the reason
 * code too when it is 0.
 * @see sections 3.4 to 3.7 of both standards
 */
export function readAcknowledgement<Type extends 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'>(
  reader: PacketReader,
  type: Type,
): AcknowledgementPacket<Type> {
  const packetId = reader.uint16('packet id');
  if (packetId === 0) reader.fail(RULES['packet-id-acknowledgement'], 'packet id is 0');
  if (reader.version === 4 || reader.bytesLeft === 0) return { type, packetId, reasonCode: 0, properties: NO_PROPERTIES };
  const reasonCode = reader.byte('reason code');
  checkCode(reader, type, reasonCode);
  const properties = reader.bytesLeft === 0 ? NO_PROPERTIES : readProperties(reader, type);
  return { type, packetId, reasonCode, properties };
}

/** Reads SUBACK. @see section 3.9 of both standards */
export function readSuback(reader: PacketReader): SubackPacket {
  const packetId = readAnswerId(reader);
  const properties = readProperties(reader, 'suback');
  const reasonCodes = readCodes(reader, 'suback');
  if (reasonCodes.length === 0) reader.fail(RULES['answer-empty'], 'SUBACK without a code');
  return { type: 'suback', packetId, reasonCodes, properties };
}

/** Reads UNSUBACK, which has no codes in 3.1.1. @see section 3.11 of both standards */
export function readUnsuback(reader: PacketReader): UnsubackPacket {
  const packetId = readAnswerId(reader);
  if (reader.version === 4) return { type: 'unsuback', packetId, reasonCodes: [], properties: NO_PROPERTIES };
  const properties = readProperties(reader, 'unsuback');
  const reasonCodes = readCodes(reader, 'unsuback');
  if (reasonCodes.length === 0) reader.fail(reader.sectionRule(), 'UNSUBACK without a code');
  return { type: 'unsuback', packetId, reasonCodes, properties };
}

/** Reads DISCONNECT. 5.0 lets out the property length, and the reason code too when it is 0. @see section 3.14 */
export function readDisconnect(reader: PacketReader): DisconnectPacket {
  if (reader.version === 4 || reader.bytesLeft === 0) return { type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES };
  const reasonCode = reader.byte('reason code');
  checkCode(reader, 'disconnect', reasonCode);
  const properties = reader.bytesLeft === 0 ? NO_PROPERTIES : readProperties(reader, 'disconnect');
  if (properties.sessionExpiryIntervalS !== undefined && reader.from === 'server') {
    reader.fail(RULES['session-expiry-from-server'], 'a server sent a session expiry interval in DISCONNECT');
  }
  return { type: 'disconnect', reasonCode, properties };
}

/**
 * Reads AUTH. An empty one is success without properties (section 3.15.2.1); any other names its method (3.15.2.2.2), and
 * has a property length even if that is 0.
 * @see MQTT 5.0, section 3.15
 */
export function readAuth(reader: PacketReader): AuthPacket {
  const isEmpty = reader.bytesLeft === 0;
  const reasonCode = isEmpty ? 0 : reader.byte('reason code');
  checkCode(reader, 'auth', reasonCode);
  const properties = isEmpty ? NO_PROPERTIES : readProperties(reader, 'auth');
  if (!isEmpty && properties.authenticationMethod === undefined) {
    reader.fail(RULES['authentication-method-missing'], 'AUTH without an authentication method');
  }
  return { type: 'auth', reasonCode, properties };
}

function readAnswerId(reader: PacketReader): number {
  const packetId = reader.uint16('packet id');
  if (packetId === 0) reader.fail(RULES['packet-id-answer'], 'packet id is 0');
  return packetId;
}

function readCodes(reader: PacketReader, type: 'suback' | 'unsuback'): number[] {
  const codes: number[] = [];
  while (!reader.isAtEnd) {
    const code = reader.byte('reason code');
    checkCode(reader, type, code);
    codes.push(code);
  }
  return codes;
}

function checkCode(reader: PacketReader, type: ReasonedPacketType, code: number): void {
  if (reader.fault !== undefined || isCodeOf(reader, type, code)) return;
  reader.fail(RULES[`code-${type}`], `a ${reader.from} may not send 0x${code.toString(16).padStart(2, '0')} in ${type.toUpperCase()}`);
}

function isCodeOf(reader: PacketReader, type: ReasonedPacketType, code: number): boolean {
  if (reader.version === 5) return isReasonCodeAllowed(code, type, reader.from);
  if (type === 'connack') return code < CONNECT_RETURN_CODES.length;
  return type !== 'suback' || SUBACK_RETURN_CODES.includes(code);
}
