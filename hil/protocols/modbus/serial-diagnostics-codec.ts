import { FieldproofError } from '../../runtime/errors.ts';
import { putUint16, uint16At } from './big-endian.ts';
import { checkRange, checkUint16 } from './field-checks.ts';
import { allocateFrame } from './frame-bytes.ts';
import { DIAGNOSTIC_DATA_BYTES_MAX, EVENT_BYTES_MAX, PDU_BYTES_MAX } from './limits.ts';
import { byteCountFault, malformed } from './malformed-response.ts';
import { badLength } from './refused-request.ts';
import type { DiagnosticsRequest, RefusedRequest, StatusRequest } from './request.ts';
import type {
  DiagnosticsResponse,
  EventCounterResponse,
  EventLogResponse,
  ExceptionStatusResponse,
  MalformedResponse,
  ServerIdResponse,
} from './response.ts';

/** Sub-functions of FC 08 whose answer repeats the data of the request (section 6.8.1). */
const ECHOED: ReadonlySet<number> = new Set([0, 1, 3, 10, 20]);
/** Status, event count and message count before the event bytes of FC 12. */
const EVENT_LOG_HEADER_BYTES = 6;

type SerialResponse = ExceptionStatusResponse | DiagnosticsResponse | EventCounterResponse | EventLogResponse | ServerIdResponse;

/** The PDU of FC 07, 08, 11, 12 or 17. @throws FieldproofError FP_MODBUS_BAD_PDU. Sections 6.7 to 6.10 and 6.13. */
export function encodeSerialRequest(request: StatusRequest | DiagnosticsRequest): Uint8Array {
  if (request.functionCode === 8) return diagnosticsPdu(request);
  const pdu = allocateFrame(1);
  pdu[0] = request.functionCode;
  return pdu;
}

/** Whether the server knows the sub-function, and whether its data is right, is for the server to judge. */
export function decodeSerialRequest(functionCode: StatusRequest['functionCode'] | 8, pdu: Uint8Array): StatusRequest | DiagnosticsRequest | RefusedRequest {
  if (functionCode === 8) {
    if (pdu.length < 3) return badLength(8, pdu.length);
    return { kind: 'request', functionCode, subFunction: uint16At(pdu, 1), data: pdu.subarray(3) };
  }
  return pdu.length === 1 ? { kind: 'request', functionCode } : badLength(functionCode, pdu.length);
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU for a field outside what the standard allows. */
export function encodeSerialResponse(response: SerialResponse): Uint8Array {
  switch (response.functionCode) {
    case 7:
      checkRange('exception status', response.status, 0, 0xff);
      return bytes(7, Uint8Array.of(response.status));
    case 8:
      return diagnosticsPdu(response);
    case 11:
      return words(11, response.status, response.eventCount);
    case 12:
      return eventLogPdu(response);
    case 17:
    default:
      checkRange('number of bytes of a server id', response.data.length, 1, PDU_BYTES_MAX - 2);
      return bytes(17, Uint8Array.of(response.data.length), response.data);
  }
}

/** The answer to FC 07, 08, 11, 12 or 17. Total. */
export function decodeSerialResponse(pdu: Uint8Array, request: StatusRequest | DiagnosticsRequest): SerialResponse | MalformedResponse {
  switch (request.functionCode) {
    case 7:
      return pdu.length === 2 ? { kind: 'response', functionCode: 7, status: pdu[1] ?? 0 } : malformed(`an exception status has 2 bytes, not ${pdu.length}`);
    case 8:
      return decodeDiagnostics(pdu, request);
    case 11:
      if (pdu.length !== 5) return malformed(`an event counter has 5 bytes, not ${pdu.length}`);
      return { kind: 'response', functionCode: 11, status: uint16At(pdu, 1), eventCount: uint16At(pdu, 3) };
    case 12:
      return decodeEventLog(pdu);
    case 17:
    default:
      if (pdu.length < 3) return malformed('a server id has at least one byte');
      return byteCountFault(pdu, pdu.length - 2) ?? { kind: 'response', functionCode: 17, data: pdu.subarray(2) };
  }
}

function decodeDiagnostics(pdu: Uint8Array, request: DiagnosticsRequest): DiagnosticsResponse | MalformedResponse {
  const subFunction = uint16At(pdu, 1);
  if (pdu.length < 3 || subFunction !== request.subFunction) return malformed(`sub-function ${subFunction} answers ${request.subFunction}`);
  const data = pdu.subarray(3);
  const isEcho = data.length === request.data.length && data.every((byte, index) => byte === request.data[index]);
  if (ECHOED.has(subFunction) && !isEcho) return malformed(`the data of sub-function ${subFunction} comes back changed`);
  if (!ECHOED.has(subFunction) && data.length !== 2) return malformed(`${data.length} bytes of data answer sub-function ${subFunction}, which has 2`);
  return { kind: 'response', functionCode: 8, subFunction, data };
}

function decodeEventLog(pdu: Uint8Array): EventLogResponse | MalformedResponse {
  const eventBytes = pdu.length - 2 - EVENT_LOG_HEADER_BYTES;
  if (eventBytes < 0 || eventBytes > EVENT_BYTES_MAX) return malformed(`an event log has 0 to ${EVENT_BYTES_MAX} events, not ${eventBytes}`);
  const fault = byteCountFault(pdu, pdu.length - 2);
  if (fault !== undefined) return fault;
  const events = pdu.subarray(2 + EVENT_LOG_HEADER_BYTES);
  return { kind: 'response', functionCode: 12, status: uint16At(pdu, 2), eventCount: uint16At(pdu, 4), messageCount: uint16At(pdu, 6), events };
}

function eventLogPdu({ status, eventCount, messageCount, events }: EventLogResponse): Uint8Array {
  checkRange('number of events', events.length, 0, EVENT_BYTES_MAX);
  const header = words(12, status, eventCount, messageCount).subarray(1);
  return bytes(12, Uint8Array.of(EVENT_LOG_HEADER_BYTES + events.length), header, events);
}

function diagnosticsPdu({ subFunction, data }: DiagnosticsRequest | DiagnosticsResponse): Uint8Array {
  if (data.length > DIAGNOSTIC_DATA_BYTES_MAX) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `${data.length} bytes of diagnostic data: at most ${DIAGNOSTIC_DATA_BYTES_MAX}`);
  }
  return bytes(8, words(8, subFunction).subarray(1), data);
}

function words(functionCode: number, ...values: readonly number[]): Uint8Array {
  const pdu = allocateFrame(1 + values.length * 2);
  pdu[0] = functionCode;
  for (const [index, value] of values.entries()) {
    checkUint16('field', value);
    putUint16(pdu, 1 + index * 2, value);
  }
  return pdu;
}

function bytes(functionCode: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const pdu = allocateFrame(parts.reduce((sum, part) => sum + part.length, 1));
  pdu[0] = functionCode;
  let offset = 1;
  for (const part of parts) {
    pdu.set(part, offset);
    offset += part.length;
  }
  return pdu;
}
