import { putUint16 } from './big-endian.ts';
import { bitBytes, putBits } from './bits.ts';
import { encodeIdentificationRequest } from './device-identification-codec.ts';
import { checkRange, checkRegisters, checkUint16 } from './field-checks.ts';
import { encodeFileRequest } from './file-record-codec.ts';
import { allocateFrame } from './frame-bytes.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX, WRITE_COILS_MAX, WRITE_REGISTERS_MAX } from './limits.ts';
import { encodeExchangeRequest } from './register-exchange-codec.ts';
import { putRegisters } from './registers.ts';
import type { ModbusRequest, WriteMultipleCoilsRequest, WriteMultipleRegistersRequest } from './request.ts';
import { encodeSerialRequest } from './serial-diagnostics-codec.ts';

/**
 * The PDU of a request, 1 to 253 bytes.
 * @throws FieldproofError FP_MODBUS_BAD_PDU when address, quantity or a value is outside what the standard allows. A request
 * that reaches past address 65535 is encoded: refusing it (exception 02) is the server's part.
 * @see MODBUS Application Protocol V1.1b3, section 6
 */
export function encodeRequest(request: ModbusRequest): Uint8Array {
  switch (request.functionCode) {
    case 1:
    case 2:
      checkQuantity(request.functionCode, request.quantity, READ_BITS_MAX);
      return fiveBytes(request.functionCode, request.address, request.quantity);
    case 3:
    case 4:
      checkQuantity(request.functionCode, request.quantity, READ_REGISTERS_MAX);
      return fiveBytes(request.functionCode, request.address, request.quantity);
    case 5:
      return fiveBytes(5, request.address, request.value ? 0xff00 : 0);
    case 6:
      return fiveBytes(6, request.address, request.value);
    case 15:
      return writeCoils(request);
    case 16:
      return writeRegisters(request);
    case 7:
    case 8:
    case 11:
    case 12:
    case 17:
      return encodeSerialRequest(request);
    case 20:
    case 21:
      return encodeFileRequest(request);
    case 22:
    case 23:
    case 24:
      return encodeExchangeRequest(request);
    case 43:
    default:
      return encodeIdentificationRequest(request);
  }
}

function writeCoils({ address, values }: WriteMultipleCoilsRequest): Uint8Array {
  const byteCount = bitBytes(values.length);
  const pdu = writeHeader(15, address, values.length, WRITE_COILS_MAX, byteCount);
  putBits(pdu, 6, values);
  return pdu;
}

function writeRegisters({ address, values }: WriteMultipleRegistersRequest): Uint8Array {
  const pdu = writeHeader(16, address, values.length, WRITE_REGISTERS_MAX, values.length * 2);
  checkRegisters(values);
  putRegisters(pdu, 6, values);
  return pdu;
}

function writeHeader(functionCode: number, address: number, quantity: number, quantityMax: number, byteCount: number): Uint8Array {
  checkQuantity(functionCode, quantity, quantityMax);
  checkUint16('address', address);
  const pdu = allocateFrame(6 + byteCount);
  pdu[0] = functionCode;
  putUint16(pdu, 1, address);
  putUint16(pdu, 3, quantity);
  pdu[5] = byteCount;
  return pdu;
}

/** Function code, address and one more 16-bit field: quantity or value. */
function fiveBytes(functionCode: number, address: number, field: number): Uint8Array {
  checkUint16('address', address);
  checkUint16('value', field);
  const pdu = allocateFrame(5);
  pdu[0] = functionCode;
  putUint16(pdu, 1, address);
  putUint16(pdu, 3, field);
  return pdu;
}

function checkQuantity(functionCode: number, quantity: number, quantityMax: number): void {
  checkRange(`quantity of function code ${functionCode}`, quantity, 1, quantityMax);
}
