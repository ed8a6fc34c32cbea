import { decodeAscii, ASCII_LINE_FEED } from '../../../hil/protocols/modbus/ascii.ts';
import { crc16Modbus } from '../../../hil/protocols/modbus/crc16.ts';
import { lrc } from '../../../hil/protocols/modbus/lrc.ts';
import { decodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { decodeTcp } from '../../../hil/protocols/modbus/tcp.ts';
import type { Carrier } from './carrier.ts';

/** What stands around a PDU. `transactionId` matters on TCP alone. */
export interface Envelope {
  readonly unit: number;
  readonly transactionId: number;
}

/** A frame of the SUT, or what is wrong with it. */
export type DecodedFrame =
  | { readonly kind: 'frame'; readonly unit: number; readonly transactionId: number | undefined; readonly pdu: Uint8Array }
  | { readonly kind: 'malformed'; readonly because: string; readonly statements: readonly string[] };

/** The frame of a PDU of any length, too long ones included, because a test has to be able to send them. */
export function encodeFrame(carrier: Carrier, { unit, transactionId }: Envelope, pdu: Uint8Array): Uint8Array {
  if (carrier === 'tcp') return mbap({ transactionId, protocolId: 0, length: pdu.length + 1, unit }, pdu);
  const body = Uint8Array.of(unit, ...pdu);
  return carrier === 'rtu' ? withCrc(body) : asciiText(body, lrc(body));
}

/** A TCP frame whose header says what it is told to say. */
export function mbap(header: { readonly transactionId: number; readonly protocolId: number; readonly length: number; readonly unit: number }, pdu: Uint8Array): Uint8Array {
  const { transactionId, protocolId, length, unit } = header;
  return Uint8Array.of(...uint16(transactionId), ...uint16(protocolId), ...uint16(length), unit, ...pdu);
}

/** Bytes with their CRC, its low byte first. */
export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16Modbus(body);
  return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
}

/** Bytes as an ASCII frame. @param check - The LRC, right or wrong. */
export function asciiText(body: Uint8Array, check: number, end = '\n'): Uint8Array {
  const digits = Buffer.from(Uint8Array.of(...body, check & 0xff)).toString('hex').toUpperCase();
  return new Uint8Array(Buffer.from(`:${digits}\r${end}`, 'latin1'));
}

/** Reads what the SUT sent as one whole frame. Total. @param endCharacter - Of ASCII frames, LF unless FC08/3 changed it. */
export function decodeFrame(carrier: Carrier, bytes: Uint8Array, endCharacter = ASCII_LINE_FEED): DecodedFrame {
  if (carrier === 'tcp') return decodeTcpFrame(bytes);
  if (carrier === 'rtu') {
    const decoded = decodeRtu(bytes);
    if (decoded.kind === 'frame') return { kind: 'frame', unit: decoded.unitId, transactionId: undefined, pdu: decoded.pdu };
    const because = decoded.kind === 'incomplete' ? `${bytes.length} bytes are no RTU frame` : `the frame is spoilt (${decoded.because})`;
    return { kind: 'malformed', because, statements: ['modbus/MB-SER-CRC-01'] };
  }
  const decoded = decodeAscii(bytes, endCharacter);
  if (decoded.kind === 'frame') return { kind: 'frame', unit: decoded.unitId, transactionId: undefined, pdu: decoded.pdu };
  const because = decoded.kind === 'incomplete' ? 'the characters are no whole ASCII frame' : decoded.because;
  return { kind: 'malformed', because, statements: ['modbus/MB-SER-ASC-02'] };
}

function decodeTcpFrame(bytes: Uint8Array): DecodedFrame {
  const decoded = decodeTcp(bytes);
  if (decoded.kind === 'frame' && decoded.byteCount === bytes.length) {
    return { kind: 'frame', unit: decoded.unitId, transactionId: decoded.transactionId, pdu: decoded.pdu };
  }
  if (decoded.kind === 'corrupt' && bytes.length > 4 && (bytes[2] !== 0 || bytes[3] !== 0)) {
    return { kind: 'malformed', because: decoded.because, statements: ['modbus/MB-TCP-MBAP-02'] };
  }
  return { kind: 'malformed', because: decoded.kind === 'corrupt' ? decoded.because : 'no whole TCP frame', statements: ['modbus/MB-TCP-MBAP-05'] };
}

/** A 16-bit number, most significant byte first. */
export function uint16(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}
