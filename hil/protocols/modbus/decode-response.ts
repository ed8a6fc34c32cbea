import { uint16At } from './big-endian.ts';
import { bitBytes, bitsAt } from './bits.ts';
import { decodeIdentificationResponse } from './device-identification-codec.ts';
import { decodeFileResponse } from './file-record-codec.ts';
import { byteCountFault, malformed } from './malformed-response.ts';
import { decodeExchangeResponse } from './register-exchange-codec.ts';
import { registersAt } from './registers.ts';
import type { ModbusRequest } from './request.ts';
import type { ExceptionResponse, MalformedResponse, ModbusResponse } from './response.ts';
import { decodeSerialResponse } from './serial-diagnostics-codec.ts';

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
  return responseTo(pdu, request);
}

function responseTo(pdu: Uint8Array, request: ModbusRequest): ModbusResponse | MalformedResponse {
  const { functionCode } = request;
  switch (functionCode) {
    case 1:
    case 2:
      return byteCountFault(pdu, bitBytes(request.quantity)) ?? { kind: 'response', functionCode, values: bitsAt(pdu, 2, request.quantity) };
    case 3:
    case 4:
      return byteCountFault(pdu, request.quantity * 2) ?? { kind: 'response', functionCode, values: registersAt(pdu, 2, request.quantity) };
    case 5: {
      const { address, value } = request;
      return repetitionFault(pdu, address, value ? 0xff00 : 0) ?? { kind: 'response', functionCode, address, value };
    }
    case 6: {
      const { address, value } = request;
      return repetitionFault(pdu, address, value) ?? { kind: 'response', functionCode, address, value };
    }
    case 15:
    case 16: {
      const { address, values } = request;
      return repetitionFault(pdu, address, values.length) ?? { kind: 'response', functionCode, address, quantity: values.length };
    }
    case 7:
    case 8:
    case 11:
    case 12:
    case 17:
      return decodeSerialResponse(pdu, request);
    case 20:
    case 21:
      return decodeFileResponse(pdu, request);
    case 22:
    case 23:
    case 24:
      return decodeExchangeResponse(pdu, request);
    case 43:
    default:
      return decodeIdentificationResponse(pdu, request);
  }
}

function decodeException(pdu: Uint8Array, functionCode: number): ExceptionResponse | MalformedResponse {
  if (pdu.length !== 2) return malformed(`an exception has 2 bytes, not ${pdu.length}`);
  return { kind: 'exception', functionCode, exceptionCode: pdu[1] ?? 0 };
}

/** FC 05, 06, 15 and 16 repeat the address and one more 16-bit field of the request. */
function repetitionFault(pdu: Uint8Array, address: number, field: number): MalformedResponse | undefined {
  if (pdu.length !== 5) return malformed(`an answer of this function has 5 bytes, not ${pdu.length}`);
  if (uint16At(pdu, 1) !== address) return malformed(`address ${uint16At(pdu, 1)} answers a request for address ${address}`);
  if (uint16At(pdu, 3) !== field) return malformed(`value or quantity ${uint16At(pdu, 3)} answers a request with ${field}`);
  return undefined;
}
