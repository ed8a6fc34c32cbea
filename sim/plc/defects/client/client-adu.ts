import { decodeAscii } from '../../../../hil/protocols/modbus/ascii.ts';
import { crc16Modbus } from '../../../../hil/protocols/modbus/crc16.ts';
import { lrc } from '../../../../hil/protocols/modbus/lrc.ts';
import { decodeRtu } from '../../../../hil/protocols/modbus/rtu.ts';
import { decodeTcp } from '../../../../hil/protocols/modbus/tcp.ts';

/** What the frames of a client travel on. */
export type ClientCarrier = 'tcp' | 'rtu' | 'ascii';

/** What a frame holds; `transactionId` is 0 on serial lines. */
export interface Adu {
  readonly unit: number;
  readonly transactionId: number;
  readonly pdu: Uint8Array;
}

/** The frame of a PDU of any length: defects have to be able to send what no codec encodes. */
export function frameOf(carrier: ClientCarrier, { unit, transactionId, pdu }: Adu): Uint8Array {
  if (carrier === 'tcp') return Uint8Array.of(...wordBytes(transactionId), 0, 0, ...wordBytes(pdu.length + 1), unit, ...pdu);
  const body = Uint8Array.of(unit, ...pdu);
  if (carrier === 'rtu') return rtuFrame(body);
  return asciiFrame(body, lrc(body));
}

/** A body with its CRC, low byte first. */
export function rtuFrame(body: Uint8Array): Uint8Array {
  const crc = crc16Modbus(body);
  return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
}

/** A body as ASCII text. @param check - The LRC, right or wrong. */
export function asciiFrame(body: Uint8Array, check: number): Uint8Array {
  return new Uint8Array(Buffer.from(`:${Buffer.from(Uint8Array.of(...body, check & 0xff)).toString('hex').toUpperCase()}\r\n`, 'latin1'));
}

/** What a whole, right frame holds; undefined for anything else. */
export function aduIn(carrier: ClientCarrier, bytes: Uint8Array): Adu | undefined {
  if (carrier === 'tcp') {
    const decoded = decodeTcp(bytes);
    return decoded.kind === 'frame' && decoded.byteCount === bytes.length ? { unit: decoded.unitId, transactionId: decoded.transactionId, pdu: decoded.pdu } : undefined;
  }
  const decoded = carrier === 'rtu' ? decodeRtu(bytes) : decodeAscii(bytes, 0x0a);
  return decoded.kind === 'frame' ? { unit: decoded.unitId, transactionId: 0, pdu: decoded.pdu } : undefined;
}

/** The bytes between address and check of an ASCII frame, checked by nobody; of an RTU frame, without its CRC. */
export function uncheckedBody(carrier: 'rtu' | 'ascii', bytes: Uint8Array): Uint8Array {
  if (carrier === 'rtu') return bytes.subarray(0, -2);
  const digits = Buffer.from(bytes).toString('latin1').replace(/[^0-9A-Fa-f]/gu, '');
  return new Uint8Array(Buffer.from(digits, 'hex')).subarray(0, -1);
}

/** A 16-bit number, most significant byte first. */
export function wordBytes(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}
