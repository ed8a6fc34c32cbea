import { FieldproofError } from '../../runtime/errors.ts';
import { putUint16, uint16At } from './big-endian.ts';
import { checkRange, checkRegisters } from './field-checks.ts';
import { allocateFrame } from './frame-bytes.ts';
import { READ_FILE_BYTES_MAX, RECORD_NUMBER_MAX, WRITE_FILE_BYTES_MAX } from './limits.ts';
import { byteCountFault, echoFault, malformed } from './malformed-response.ts';
import { badLength, refused } from './refused-request.ts';
import { putRegisters, registersAt } from './registers.ts';
import type { FileRange, FileRecords, ReadFileRecordRequest, RefusedRequest, WriteFileRecordRequest } from './request.ts';
import type { MalformedResponse, ReadFileRecordResponse, WriteFileRecordResponse } from './response.ts';

/** The one reference type there is (sections 6.14 and 6.15). */
const REFERENCE_TYPE = 6;
/** Reference type, file number, record number and record length. */
const GROUP_BYTES = 7;

/** @throws FieldproofError FP_MODBUS_BAD_PDU for groups that the standard does not allow, or too many. */
export function encodeFileRequest(request: ReadFileRecordRequest | WriteFileRecordRequest): Uint8Array {
  return request.functionCode === 20 ? readPdu(request.groups) : encodeFileWrite(request.groups);
}

/** FC 21, request and answer alike (section 6.15). */
function encodeFileWrite(groups: readonly FileRecords[]): Uint8Array {
  const byteCount = groups.reduce((sum, { values }) => sum + GROUP_BYTES + values.length * 2, 0);
  const pdu = filePdu(21, byteCount, groups.length, WRITE_FILE_BYTES_MAX);
  let offset = 2;
  for (const { fileNumber, recordNumber, values } of groups) {
    checkRegisters(values);
    putGroup(pdu, offset, { fileNumber, recordNumber, recordLength: values.length });
    putRegisters(pdu, offset + GROUP_BYTES, values);
    offset += GROUP_BYTES + values.length * 2;
  }
  return pdu;
}

/**
 * Exception 03 for a length that does not fit; 02 for a reference type, file or record that no device can have. Whether the
 * device has the file is for the server to judge.
 */
export function decodeFileRequest(functionCode: 20 | 21, pdu: Uint8Array): ReadFileRecordRequest | WriteFileRecordRequest | RefusedRequest {
  const byteCount = pdu[1] ?? 0;
  if (pdu.length < 2 || pdu.length !== 2 + byteCount) return badLength(functionCode, pdu.length);
  return functionCode === 20 ? decodeRead(pdu, byteCount) : decodeWrite(pdu, byteCount);
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU. */
export function encodeFileResponse(response: ReadFileRecordResponse | WriteFileRecordResponse): Uint8Array {
  if (response.functionCode === 21) return encodeFileWrite(response.groups);
  const byteCount = response.groups.reduce((sum, values) => sum + 2 + values.length * 2, 0);
  const pdu = filePdu(20, byteCount, response.groups.length, READ_FILE_BYTES_MAX);
  let offset = 2;
  for (const values of response.groups) {
    checkRegisters(values);
    pdu[offset] = 1 + values.length * 2;
    pdu[offset + 1] = REFERENCE_TYPE;
    putRegisters(pdu, offset + 2, values);
    offset += 2 + values.length * 2;
  }
  return pdu;
}

/** The answer to FC 20 or 21. Total. */
export function decodeFileResponse(
  pdu: Uint8Array,
  request: ReadFileRecordRequest | WriteFileRecordRequest,
): ReadFileRecordResponse | WriteFileRecordResponse | MalformedResponse {
  if (request.functionCode === 21) return echoFault(pdu, encodeFileWrite(request.groups)) ?? { ...request, kind: 'response' };
  const fault = byteCountFault(pdu, answerBytes(request.groups));
  if (fault !== undefined) return fault;
  const groups: number[][] = [];
  let offset = 2;
  for (const { recordLength } of request.groups) {
    if (pdu[offset] !== 1 + recordLength * 2) return malformed(`a group of ${recordLength} registers states ${pdu[offset] ?? 0} bytes`);
    if (pdu[offset + 1] !== REFERENCE_TYPE) return malformed(`reference type ${pdu[offset + 1] ?? 0} is not ${REFERENCE_TYPE}`);
    groups.push(registersAt(pdu, offset + 2, recordLength));
    offset += 2 + recordLength * 2;
  }
  return { kind: 'response', functionCode: 20, groups };
}

function decodeRead(pdu: Uint8Array, byteCount: number): ReadFileRecordRequest | RefusedRequest {
  if (byteCount < GROUP_BYTES || byteCount > READ_FILE_BYTES_MAX || byteCount % GROUP_BYTES !== 0) {
    return refused(20, 3, `byte count ${byteCount} is not 7 to 245 in steps of 7`);
  }
  const groups: FileRange[] = [];
  for (let offset = 2; offset < pdu.length; offset += GROUP_BYTES) {
    const group = groupAt(pdu, offset);
    const fault = groupFault(20, pdu[offset] ?? 0, group);
    if (fault !== undefined) return fault;
    groups.push(group);
  }
  if (answerBytes(groups) > READ_FILE_BYTES_MAX) return refused(20, 3, `the answer would take ${answerBytes(groups)} bytes: at most ${READ_FILE_BYTES_MAX}`);
  return { kind: 'request', functionCode: 20, groups };
}

function decodeWrite(pdu: Uint8Array, byteCount: number): WriteFileRecordRequest | RefusedRequest {
  if (byteCount < GROUP_BYTES + 2 || byteCount > WRITE_FILE_BYTES_MAX) return refused(21, 3, `data length ${byteCount} is outside 9 to ${WRITE_FILE_BYTES_MAX}`);
  const groups: FileRecords[] = [];
  let misplaced: RefusedRequest | undefined;
  let offset = 2;
  while (offset < pdu.length) {
    const group = groupAt(pdu, offset);
    const end = offset + GROUP_BYTES + group.recordLength * 2;
    if (end > pdu.length) return refused(21, 3, `a group of ${group.recordLength} registers does not fit the data length`);
    // A length that does not fit (03) further on comes before a wrong address (02) here.
    misplaced ??= groupFault(21, pdu[offset] ?? 0, group);
    groups.push({ fileNumber: group.fileNumber, recordNumber: group.recordNumber, values: registersAt(pdu, offset + GROUP_BYTES, group.recordLength) });
    offset = end;
  }
  return misplaced ?? { kind: 'request', functionCode: 21, groups };
}

/** Bytes of the groups in the answer to FC 20. */
function answerBytes(groups: readonly FileRange[]): number {
  return groups.reduce((sum, { recordLength }) => sum + 2 + recordLength * 2, 0);
}

function groupAt(pdu: Uint8Array, offset: number): FileRange {
  return { fileNumber: uint16At(pdu, offset + 1), recordNumber: uint16At(pdu, offset + 3), recordLength: uint16At(pdu, offset + 5) };
}

function groupFault(functionCode: 20 | 21, referenceType: number, { fileNumber, recordNumber, recordLength }: FileRange): RefusedRequest | undefined {
  if (recordLength === 0) return refused(functionCode, 3, 'a group has no register');
  if (referenceType !== REFERENCE_TYPE) return refused(functionCode, 2, `reference type ${referenceType} is not ${REFERENCE_TYPE}`);
  if (fileNumber === 0) return refused(functionCode, 2, 'there is no file 0');
  if (recordNumber + recordLength - 1 <= RECORD_NUMBER_MAX) return undefined;
  return refused(functionCode, 2, `records ${recordNumber} to ${recordNumber + recordLength - 1} pass the last, ${RECORD_NUMBER_MAX}`);
}

function readPdu(groups: readonly FileRange[]): Uint8Array {
  checkRange('number of bytes answered', answerBytes(groups), 4, READ_FILE_BYTES_MAX);
  const pdu = filePdu(20, groups.length * GROUP_BYTES, groups.length, READ_FILE_BYTES_MAX);
  for (const [index, group] of groups.entries()) putGroup(pdu, 2 + index * GROUP_BYTES, group);
  return pdu;
}

function putGroup(pdu: Uint8Array, offset: number, { fileNumber, recordNumber, recordLength }: FileRange): void {
  checkRange('file number', fileNumber, 1, 0xffff);
  checkRange('record length', recordLength, 1, RECORD_NUMBER_MAX + 1);
  checkRange('record number', recordNumber, 0, RECORD_NUMBER_MAX + 1 - recordLength);
  pdu[offset] = REFERENCE_TYPE;
  putUint16(pdu, offset + 1, fileNumber);
  putUint16(pdu, offset + 3, recordNumber);
  putUint16(pdu, offset + 5, recordLength);
}

function filePdu(functionCode: number, byteCount: number, groupCount: number, byteCountMax: number): Uint8Array {
  if (groupCount === 0 || byteCount > byteCountMax) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `${groupCount} groups of ${byteCount} bytes: at least one group, at most ${byteCountMax} bytes`);
  }
  const pdu = allocateFrame(2 + byteCount);
  pdu[0] = functionCode;
  pdu[1] = byteCount;
  return pdu;
}
