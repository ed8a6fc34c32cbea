import { uint16At } from './big-endian.ts';
import { bitBytes, bitsAt } from './bits.ts';
import { registersAt } from './registers.ts';
import type { ModbusRequest } from './request.ts';
import type { ExceptionResponse, MalformedResponse, ModbusResponse } from './response.ts';

/**
 * Decodes the PDU that came in answer to `request`. Total. Only an answer to this very request is a `response`: same
 * function code, the byte count its quantity asks for, its address, value or quantity repeated.
 * @see MODBUS Application Protocol V1.1b3, section 6; MODBUS Messaging on TCP/IP V1.0b, section 4.4.1.3
 */
export function decodeResponse(pdu: Uint8Array, request: ModbusRequest): ModbusResponse | ExceptionResponse | MalformedResponse {
  const functionCode = pdu[0];
  if (functionCode === undefined) return malformed('the PDU is empty');
  if (functionCode === (request.functionCode | 0x80)) return decodeException(pdu, request.functionCode);
  if (functionCode !== request.functionCode) return malformed(`function code ${functionCode} answers ${request.functionCode}`);
  return faultOf(pdu, request) ?? responseTo(pdu, request);
}

/** Why the PDU does not fit the request: byte count, length, or something it should have repeated. */
function faultOf(pdu: Uint8Array, request: ModbusRequest): MalformedResponse | undefined {
  switch (request.functionCode) {
    case 1:
    case 2:
      return byteCountFault(pdu, bitBytes(request.quantity));
    case 3:
    case 4:
      return byteCountFault(pdu, request.quantity * 2);
    case 5:
      return echoFault(pdu, request.address, request.value ? 0xff00 : 0);
    case 6:
      return echoFault(pdu, request.address, request.value);
    case 15:
    case 16:
    default:
      return echoFault(pdu, request.address, request.values.length);
  }
}

/** The response, once the PDU is known to fit the request. */
function responseTo(pdu: Uint8Array, request: ModbusRequest): ModbusResponse {
  const { functionCode } = request;
  switch (functionCode) {
    case 1:
    case 2:
      return { kind: 'response', functionCode, values: bitsAt(pdu, 2, request.quantity) };
    case 3:
    case 4:
      return { kind: 'response', functionCode, values: registersAt(pdu, 2, request.quantity) };
    case 5:
      return { kind: 'response', functionCode, address: request.address, value: request.value };
    case 6:
      return { kind: 'response', functionCode, address: request.address, value: request.value };
    case 15:
    case 16:
    default:
      return { kind: 'response', functionCode, address: request.address, quantity: request.values.length };
  }
}

function decodeException(pdu: Uint8Array, functionCode: number): ExceptionResponse | MalformedResponse {
  if (pdu.length !== 2) return malformed(`an exception has 2 bytes, not ${pdu.length}`);
  return { kind: 'exception', functionCode, exceptionCode: pdu[1] ?? 0 };
}

function byteCountFault(pdu: Uint8Array, expected: number): MalformedResponse | undefined {
  const stated = pdu[1];
  if (stated !== expected) return malformed(`byte count is ${stated ?? 'missing'}, but the request asked for ${expected} bytes`);
  if (pdu.length !== 2 + expected) return malformed(`${pdu.length - 2} bytes follow a byte count of ${expected}`);
  return undefined;
}

/** FC 05, 06, 15 and 16 repeat the address and one more 16-bit field of the request. */
function echoFault(pdu: Uint8Array, address: number, field: number): MalformedResponse | undefined {
  if (pdu.length !== 5) return malformed(`an answer of this function has 5 bytes, not ${pdu.length}`);
  if (uint16At(pdu, 1) !== address) return malformed(`address ${uint16At(pdu, 1)} answers a request for address ${address}`);
  if (uint16At(pdu, 3) !== field) return malformed(`value or quantity ${uint16At(pdu, 3)} answers a request with ${field}`);
  return undefined;
}

function malformed(because: string): MalformedResponse {
  return { kind: 'malformed', because };
}
