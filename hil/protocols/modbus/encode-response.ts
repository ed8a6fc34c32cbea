import { putUint16 } from './big-endian.ts';
import { bitBytes, putBits } from './bits.ts';
import { encodeIdentificationResponse } from './device-identification-codec.ts';
import { checkRange, checkRegisters, checkUint16 } from './field-checks.ts';
import { encodeFileResponse } from './file-record-codec.ts';
import { allocateFrame } from './frame-bytes.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX, WRITE_COILS_MAX, WRITE_REGISTERS_MAX } from './limits.ts';
import { encodeExchangeResponse } from './register-exchange-codec.ts';
import { putRegisters } from './registers.ts';
import type { ModbusResponse } from './response.ts';
import { encodeSerialResponse } from './serial-diagnostics-codec.ts';

/**
 * The PDU of a response, 2 to 253 bytes. Exceptions are made by `encodeException`.
 * @throws FieldproofError FP_MODBUS_BAD_PDU when a count, address or value is outside what the standard allows.
 * @see MODBUS Application Protocol V1.1b3, section 6
 */
export function encodeResponse(response: ModbusResponse): Uint8Array {
  switch (response.functionCode) {
    case 1:
    case 2:
      return readBits(response.functionCode, response.values);
    case 3:
    case 4:
      return readRegisters(response.functionCode, response.values);
    case 5:
      return fiveBytes(5, response.address, response.value ? 0xff00 : 0);
    case 6:
      return fiveBytes(6, response.address, response.value);
    case 15:
      checkRange('quantity', response.quantity, 1, WRITE_COILS_MAX);
      return fiveBytes(15, response.address, response.quantity);
    case 16:
      checkRange('quantity', response.quantity, 1, WRITE_REGISTERS_MAX);
      return fiveBytes(16, response.address, response.quantity);
    case 7:
    case 8:
    case 11:
    case 12:
    case 17:
      return encodeSerialResponse(response);
    case 20:
    case 21:
      return encodeFileResponse(response);
    case 22:
    case 23:
    case 24:
      return encodeExchangeResponse(response);
    case 43:
    default:
      return encodeIdentificationResponse(response);
  }
}

function readBits(functionCode: number, values: readonly boolean[]): Uint8Array {
  checkRange('number of bits', values.length, 1, READ_BITS_MAX);
  const byteCount = bitBytes(values.length);
  const pdu = allocateFrame(2 + byteCount);
  pdu[0] = functionCode;
  pdu[1] = byteCount;
  putBits(pdu, 2, values);
  return pdu;
}

function readRegisters(functionCode: number, values: readonly number[]): Uint8Array {
  checkRange('number of registers', values.length, 1, READ_REGISTERS_MAX);
  checkRegisters(values);
  const pdu = allocateFrame(2 + values.length * 2);
  pdu[0] = functionCode;
  pdu[1] = values.length * 2;
  putRegisters(pdu, 2, values);
  return pdu;
}

function fiveBytes(functionCode: number, address: number, field: number): Uint8Array {
  checkUint16('address', address);
  checkUint16('value', field);
  const pdu = allocateFrame(5);
  pdu[0] = functionCode;
  putUint16(pdu, 1, address);
  putUint16(pdu, 3, field);
  return pdu;
}
