import type { FileRecords, ReadDeviceIdCode } from './request.ts';

/** Answers FC 01 and FC 02: one value for each bit asked for. Sections 6.1 and 6.2. */
export interface ReadBitsResponse {
  readonly kind: 'response';
  readonly functionCode: 1 | 2;
  readonly values: readonly boolean[];
}

/** Answers FC 03 and FC 04: unsigned 16-bit values in address order. Sections 6.3 and 6.4. */
export interface ReadRegistersResponse {
  readonly kind: 'response';
  readonly functionCode: 3 | 4;
  readonly values: readonly number[];
}

/** Echoes the request (section 6.5). */
export interface WriteSingleCoilResponse {
  readonly kind: 'response';
  readonly functionCode: 5;
  readonly address: number;
  readonly value: boolean;
}

/** Echoes the request (section 6.6). */
export interface WriteSingleRegisterResponse {
  readonly kind: 'response';
  readonly functionCode: 6;
  readonly address: number;
  readonly value: number;
}

/** Answers FC 15 and FC 16 with the range that was written (sections 6.11 and 6.12). */
export interface WriteMultipleResponse {
  readonly kind: 'response';
  readonly functionCode: 15 | 16;
  readonly address: number;
  readonly quantity: number;
}

/** Section 6.7: eight bits that each device defines for itself. */
export interface ExceptionStatusResponse {
  readonly kind: 'response';
  readonly functionCode: 7;
  readonly status: number;
}

/** Section 6.8: the sub-function repeated, and 0 to 250 bytes. */
export interface DiagnosticsResponse {
  readonly kind: 'response';
  readonly functionCode: 8;
  readonly subFunction: number;
  readonly data: Uint8Array;
}

/** Section 6.9: `status` is FFFF hex while a program command runs, else 0; `eventCount` 0 to 65535. */
export interface EventCounterResponse {
  readonly kind: 'response';
  readonly functionCode: 11;
  readonly status: number;
  readonly eventCount: number;
}

/** Section 6.10: as the event counter, with the messages seen and 0 to 64 event bytes, the newest first. */
export interface EventLogResponse {
  readonly kind: 'response';
  readonly functionCode: 12;
  readonly status: number;
  readonly eventCount: number;
  readonly messageCount: number;
  readonly events: Uint8Array;
}

/**
 * Section 6.13: server id, run indicator (FF hex on, 0 off) and whatever the device adds, 1 to 251 bytes. Where the id ends
 * only the device's manual tells, so the bytes come as they are.
 */
export interface ServerIdResponse {
  readonly kind: 'response';
  readonly functionCode: 17;
  readonly data: Uint8Array;
}

/** Section 6.14: the values of each group in the order of the request. */
export interface ReadFileRecordResponse {
  readonly kind: 'response';
  readonly functionCode: 20;
  readonly groups: readonly (readonly number[])[];
}

/** Echoes the request (section 6.15). */
export interface WriteFileRecordResponse {
  readonly kind: 'response';
  readonly functionCode: 21;
  readonly groups: readonly FileRecords[];
}

/** Echoes the request (section 6.16). */
export interface MaskWriteRegisterResponse {
  readonly kind: 'response';
  readonly functionCode: 22;
  readonly address: number;
  readonly andMask: number;
  readonly orMask: number;
}

/** Section 6.17: the registers read after the write. */
export interface ReadWriteRegistersResponse {
  readonly kind: 'response';
  readonly functionCode: 23;
  readonly values: readonly number[];
}

/** Section 6.18: 0 to 31 registers of the queue, without the one that counts them. */
export interface FifoQueueResponse {
  readonly kind: 'response';
  readonly functionCode: 24;
  readonly values: readonly number[];
}

/** One object of a device identification: `id` 0 to 255, `value` at most 244 bytes, usually ASCII. */
export interface IdentificationObject {
  readonly id: number;
  readonly value: Uint8Array;
}

/** Section 6.21. */
export interface DeviceIdentificationResponse {
  readonly kind: 'response';
  readonly functionCode: 43;
  readonly readCode: ReadDeviceIdCode;
  /** 1 to 3: basic, regular, extended by stream only; 81 to 83 hex: single objects too. */
  readonly conformityLevel: number;
  /** More objects follow, from `nextObjectId` on; else that is 0. */
  readonly moreFollows: boolean;
  readonly nextObjectId: number;
  readonly objects: readonly IdentificationObject[];
}

/** What a server answers when it did what was asked. */
export type ModbusResponse =
  | ReadBitsResponse
  | ReadRegistersResponse
  | WriteSingleCoilResponse
  | WriteSingleRegisterResponse
  | WriteMultipleResponse
  | ExceptionStatusResponse
  | DiagnosticsResponse
  | EventCounterResponse
  | EventLogResponse
  | ServerIdResponse
  | ReadFileRecordResponse
  | WriteFileRecordResponse
  | MaskWriteRegisterResponse
  | ReadWriteRegistersResponse
  | FifoQueueResponse
  | DeviceIdentificationResponse;

/** A server's refusal: a completed transaction, not a failed one (MODBUS Messaging on TCP/IP V1.0b, section 4.4.1.3). */
export interface ExceptionResponse {
  readonly kind: 'exception';
  /** Of the request, without the top bit. */
  readonly functionCode: number;
  /** As received, 0 to 255; `exceptionCodeEntry` knows those of the standard. */
  readonly exceptionCode: number;
}

/** Bytes that are no answer to the request. */
export interface MalformedResponse {
  readonly kind: 'malformed';
  readonly because: string;
}
