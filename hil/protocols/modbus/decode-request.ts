import { uint16At } from './big-endian.ts';
import { bitBytes, bitsAt } from './bits.ts';
import { decodeIdentificationRequest } from './device-identification-codec.ts';
import { decodeFileRequest } from './file-record-codec.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX, WRITE_COILS_MAX, WRITE_REGISTERS_MAX } from './limits.ts';
import { badLength, badQuantity, refused } from './refused-request.ts';
import { decodeExchangeRequest } from './register-exchange-codec.ts';
import { registersAt } from './registers.ts';
import type { ModbusRequest, RefusedRequest } from './request.ts';
import { decodeSerialRequest } from './serial-diagnostics-codec.ts';

/**
 * Decodes a request PDU as a server must. Total: any bytes give a request or the exception that the server owes, in the
 * order of the standard: unknown function code (01) before length, quantity and byte count (03). Whether the addresses
 * exist (02) is for the server to judge afterwards.
 * @see MODBUS Application Protocol V1.1b3, section 4.5, section 6 and section 7
 */
export function decodeRequest(pdu: Uint8Array): ModbusRequest | RefusedRequest {
  const functionCode = pdu[0] ?? 0;
  switch (functionCode) {
    case 1:
    case 2:
      if (pdu.length !== 5) return badLength(functionCode, pdu.length);
      if (!isQuantity(pdu, READ_BITS_MAX)) return badQuantity(functionCode, uint16At(pdu, 3), READ_BITS_MAX);
      return { kind: 'request', functionCode, address: uint16At(pdu, 1), quantity: uint16At(pdu, 3) };
    case 3:
    case 4:
      if (pdu.length !== 5) return badLength(functionCode, pdu.length);
      if (!isQuantity(pdu, READ_REGISTERS_MAX)) return badQuantity(functionCode, uint16At(pdu, 3), READ_REGISTERS_MAX);
      return { kind: 'request', functionCode, address: uint16At(pdu, 1), quantity: uint16At(pdu, 3) };
    case 5:
      return decodeWriteSingleCoil(pdu);
    case 6:
      if (pdu.length !== 5) return badLength(functionCode, pdu.length);
      return { kind: 'request', functionCode, address: uint16At(pdu, 1), value: uint16At(pdu, 3) };
    case 15:
      return decodeWriteMultipleCoils(pdu);
    case 16:
      return decodeWriteMultipleRegisters(pdu);
    case 7:
    case 8:
    case 11:
    case 12:
    case 17:
      return decodeSerialRequest(functionCode, pdu);
    case 20:
    case 21:
      return decodeFileRequest(functionCode, pdu);
    case 22:
    case 23:
    case 24:
      return decodeExchangeRequest(functionCode, pdu);
    case 43:
      return decodeIdentificationRequest(pdu);
    default:
      return refused(functionCode, 1, pdu.length === 0 ? 'the PDU is empty' : `function code ${functionCode} is not known`);
  }
}

function decodeWriteSingleCoil(pdu: Uint8Array): ModbusRequest | RefusedRequest {
  if (pdu.length !== 5) return badLength(5, pdu.length);
  const value = uint16At(pdu, 3);
  if (value !== 0xff00 && value !== 0) return refused(5, 3, `coil value ${value} is neither 0xFF00 nor 0x0000`);
  return { kind: 'request', functionCode: 5, address: uint16At(pdu, 1), value: value !== 0 };
}

function decodeWriteMultipleCoils(pdu: Uint8Array): ModbusRequest | RefusedRequest {
  if (pdu.length < 6) return badLength(15, pdu.length);
  if (!isQuantity(pdu, WRITE_COILS_MAX)) return badQuantity(15, uint16At(pdu, 3), WRITE_COILS_MAX);
  const quantity = uint16At(pdu, 3);
  const fault = byteCountFault(pdu, bitBytes(quantity));
  if (fault !== undefined) return fault;
  return { kind: 'request', functionCode: 15, address: uint16At(pdu, 1), values: bitsAt(pdu, 6, quantity) };
}

function decodeWriteMultipleRegisters(pdu: Uint8Array): ModbusRequest | RefusedRequest {
  if (pdu.length < 6) return badLength(16, pdu.length);
  if (!isQuantity(pdu, WRITE_REGISTERS_MAX)) return badQuantity(16, uint16At(pdu, 3), WRITE_REGISTERS_MAX);
  const quantity = uint16At(pdu, 3);
  const fault = byteCountFault(pdu, quantity * 2);
  if (fault !== undefined) return fault;
  return { kind: 'request', functionCode: 16, address: uint16At(pdu, 1), values: registersAt(pdu, 6, quantity) };
}

function isQuantity(pdu: Uint8Array, quantityMax: number): boolean {
  const quantity = uint16At(pdu, 3);
  return quantity >= 1 && quantity <= quantityMax;
}

/** The stated byte count must fit the quantity, and the PDU must hold exactly that many data bytes. */
function byteCountFault(pdu: Uint8Array, expected: number): RefusedRequest | undefined {
  const functionCode = pdu[0] ?? 0;
  const stated = pdu[5] ?? 0;
  if (stated !== expected) return refused(functionCode, 3, `byte count ${stated} does not fit the quantity, which takes ${expected}`);
  if (pdu.length !== 6 + expected) return badLength(functionCode, pdu.length);
  return undefined;
}
