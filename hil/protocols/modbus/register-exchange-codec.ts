import { putUint16, uint16At } from './big-endian.ts';
import { checkRange, checkRegisters, checkUint16 } from './field-checks.ts';
import { allocateFrame } from './frame-bytes.ts';
import { FIFO_REGISTERS_MAX, READ_REGISTERS_MAX, READ_WRITE_REGISTERS_MAX } from './limits.ts';
import { byteCountFault, echoFault, malformed } from './malformed-response.ts';
import { badLength, badQuantity, refused } from './refused-request.ts';
import { putRegisters, registersAt } from './registers.ts';
import type { MaskWriteRegisterRequest, ReadFifoQueueRequest, ReadWriteRegistersRequest, RefusedRequest } from './request.ts';
import type { FifoQueueResponse, MalformedResponse, MaskWriteRegisterResponse, ReadWriteRegistersResponse } from './response.ts';

type ExchangeRequest = MaskWriteRegisterRequest | ReadWriteRegistersRequest | ReadFifoQueueRequest;
type ExchangeResponse = MaskWriteRegisterResponse | ReadWriteRegistersResponse | FifoQueueResponse;

/** Function code, both ranges and the byte count of FC 23. */
const READ_WRITE_HEADER_BYTES = 10;

/** The PDU of FC 22, 23 or 24. @throws FieldproofError FP_MODBUS_BAD_PDU. Sections 6.16 to 6.18. */
export function encodeExchangeRequest(request: ExchangeRequest): Uint8Array {
  if (request.functionCode === 22) return maskWritePdu(request);
  if (request.functionCode === 23) return readWritePdu(request);
  checkUint16('FIFO pointer address', request.address);
  const pdu = allocateFrame(3);
  pdu[0] = 24;
  putUint16(pdu, 1, request.address);
  return pdu;
}

/** Length, quantities and byte count are judged here (03), addresses by the server. */
export function decodeExchangeRequest(functionCode: 22 | 23 | 24, pdu: Uint8Array): ExchangeRequest | RefusedRequest {
  if (functionCode === 23) return decodeReadWrite(pdu);
  if (pdu.length !== (functionCode === 22 ? 7 : 3)) return badLength(functionCode, pdu.length);
  const address = uint16At(pdu, 1);
  if (functionCode === 24) return { kind: 'request', functionCode, address };
  return { kind: 'request', functionCode, address, andMask: uint16At(pdu, 3), orMask: uint16At(pdu, 5) };
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU. */
export function encodeExchangeResponse(response: ExchangeResponse): Uint8Array {
  if (response.functionCode === 22) return maskWritePdu(response);
  const { functionCode, values } = response;
  checkRegisters(values);
  const isFifo = functionCode === 24;
  checkRange('number of registers', values.length, isFifo ? 0 : 1, isFifo ? FIFO_REGISTERS_MAX : READ_REGISTERS_MAX);
  const headerBytes = isFifo ? 5 : 2;
  const pdu = allocateFrame(headerBytes + values.length * 2);
  pdu[0] = functionCode;
  if (isFifo) {
    putUint16(pdu, 1, 2 + values.length * 2);
    putUint16(pdu, 3, values.length);
  } else {
    pdu[1] = values.length * 2;
  }
  putRegisters(pdu, headerBytes, values);
  return pdu;
}

/** The answer to FC 22, 23 or 24. Total. */
export function decodeExchangeResponse(pdu: Uint8Array, request: ExchangeRequest): ExchangeResponse | MalformedResponse {
  switch (request.functionCode) {
    case 22:
      return echoFault(pdu, maskWritePdu(request)) ?? { ...request, kind: 'response' };
    case 23: {
      const fault = byteCountFault(pdu, request.readQuantity * 2);
      return fault ?? { kind: 'response', functionCode: 23, values: registersAt(pdu, 2, request.readQuantity) };
    }
    case 24:
    default: {
      const count = uint16At(pdu, 3);
      if (count > FIFO_REGISTERS_MAX) return malformed(`a queue of ${count} registers: at most ${FIFO_REGISTERS_MAX}`);
      const isSound = pdu.length === 5 + count * 2 && uint16At(pdu, 1) === 2 + count * 2;
      if (!isSound) return malformed(`${pdu.length} bytes and byte count ${uint16At(pdu, 1)} are no queue of ${count} registers`);
      return { kind: 'response', functionCode: 24, values: registersAt(pdu, 5, count) };
    }
  }
}

function decodeReadWrite(pdu: Uint8Array): ReadWriteRegistersRequest | RefusedRequest {
  if (pdu.length < READ_WRITE_HEADER_BYTES) return badLength(23, pdu.length);
  const readQuantity = uint16At(pdu, 3);
  const writeQuantity = uint16At(pdu, 7);
  if (readQuantity < 1 || readQuantity > READ_REGISTERS_MAX) return badQuantity(23, readQuantity, READ_REGISTERS_MAX);
  if (writeQuantity < 1 || writeQuantity > READ_WRITE_REGISTERS_MAX) return badQuantity(23, writeQuantity, READ_WRITE_REGISTERS_MAX);
  const byteCount = pdu[9] ?? 0;
  if (byteCount !== writeQuantity * 2) return refused(23, 3, `byte count ${byteCount} does not fit ${writeQuantity} registers`);
  if (pdu.length !== READ_WRITE_HEADER_BYTES + byteCount) return badLength(23, pdu.length);
  const values = registersAt(pdu, READ_WRITE_HEADER_BYTES, writeQuantity);
  return { kind: 'request', functionCode: 23, readAddress: uint16At(pdu, 1), readQuantity, writeAddress: uint16At(pdu, 5), values };
}

function readWritePdu({ readAddress, readQuantity, writeAddress, values }: ReadWriteRegistersRequest): Uint8Array {
  checkUint16('read address', readAddress);
  checkRange('read quantity', readQuantity, 1, READ_REGISTERS_MAX);
  checkUint16('write address', writeAddress);
  checkRange('write quantity', values.length, 1, READ_WRITE_REGISTERS_MAX);
  checkRegisters(values);
  const pdu = allocateFrame(READ_WRITE_HEADER_BYTES + values.length * 2);
  pdu[0] = 23;
  putUint16(pdu, 1, readAddress);
  putUint16(pdu, 3, readQuantity);
  putUint16(pdu, 5, writeAddress);
  putUint16(pdu, 7, values.length);
  pdu[9] = values.length * 2;
  putRegisters(pdu, READ_WRITE_HEADER_BYTES, values);
  return pdu;
}

/** FC 22, request and answer alike (section 6.16). */
function maskWritePdu({ address, andMask, orMask }: MaskWriteRegisterRequest | MaskWriteRegisterResponse): Uint8Array {
  checkRegisters([address, andMask, orMask]);
  const pdu = allocateFrame(7);
  pdu[0] = 22;
  putRegisters(pdu, 1, [address, andMask, orMask]);
  return pdu;
}
