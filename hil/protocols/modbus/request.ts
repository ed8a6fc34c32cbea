/** Reads coils (FC 01) or discrete inputs (FC 02): `quantity` 1 to 2000. Sections 6.1 and 6.2. */
export interface ReadBitsRequest {
  readonly kind: 'request';
  readonly functionCode: 1 | 2;
  readonly address: number;
  readonly quantity: number;
}

/** Reads holding registers (FC 03) or input registers (FC 04): `quantity` 1 to 125. Sections 6.3 and 6.4. */
export interface ReadRegistersRequest {
  readonly kind: 'request';
  readonly functionCode: 3 | 4;
  readonly address: number;
  readonly quantity: number;
}

/** Section 6.5: FF00 on the wire for true, 0000 for false. */
export interface WriteSingleCoilRequest {
  readonly kind: 'request';
  readonly functionCode: 5;
  readonly address: number;
  readonly value: boolean;
}

/** Section 6.6: `value` 0 to 65535. */
export interface WriteSingleRegisterRequest {
  readonly kind: 'request';
  readonly functionCode: 6;
  readonly address: number;
  readonly value: number;
}

/** Section 6.11: 1 to 1968 values. */
export interface WriteMultipleCoilsRequest {
  readonly kind: 'request';
  readonly functionCode: 15;
  readonly address: number;
  readonly values: readonly boolean[];
}

/** Section 6.12: 1 to 123 values of 0 to 65535. */
export interface WriteMultipleRegistersRequest {
  readonly kind: 'request';
  readonly functionCode: 16;
  readonly address: number;
  readonly values: readonly number[];
}

/** Exception status, event counter, event log and server id take no parameters. Sections 6.7, 6.9, 6.10 and 6.13. */
export interface StatusRequest {
  readonly kind: 'request';
  readonly functionCode: 7 | 11 | 12 | 17;
}

/** Section 6.8: `subFunction` 0 to 65535, `data` 0 to 250 bytes, usually 2. Which pairs are allowed is the server's to judge. */
export interface DiagnosticsRequest {
  readonly kind: 'request';
  readonly functionCode: 8;
  readonly subFunction: number;
  readonly data: Uint8Array;
}

/** Some records of a file: `fileNumber` 1 to 65535, `recordNumber` 0 to 9999, `recordLength` in registers, at least 1. */
export interface FileRange {
  readonly fileNumber: number;
  readonly recordNumber: number;
  readonly recordLength: number;
}

/** Section 6.14: 1 to 35 groups whose answer fits 245 bytes. */
export interface ReadFileRecordRequest {
  readonly kind: 'request';
  readonly functionCode: 20;
  readonly groups: readonly FileRange[];
}

/** Records of a file with their values, each 0 to 65535. */
export interface FileRecords {
  readonly fileNumber: number;
  readonly recordNumber: number;
  readonly values: readonly number[];
}

/** Section 6.15: groups that take at most 251 bytes, 7 and 2 for each value. */
export interface WriteFileRecordRequest {
  readonly kind: 'request';
  readonly functionCode: 21;
  readonly groups: readonly FileRecords[];
}

/** Section 6.16: the register becomes (register AND `andMask`) OR (`orMask` AND NOT `andMask`). */
export interface MaskWriteRegisterRequest {
  readonly kind: 'request';
  readonly functionCode: 22;
  readonly address: number;
  readonly andMask: number;
  readonly orMask: number;
}

/** Section 6.17: writes 1 to 121 `values`, then reads 1 to 125 registers. */
export interface ReadWriteRegistersRequest {
  readonly kind: 'request';
  readonly functionCode: 23;
  readonly readAddress: number;
  readonly readQuantity: number;
  readonly writeAddress: number;
  readonly values: readonly number[];
}

/** Section 6.18: `address` is that of the register that counts the queue. */
export interface ReadFifoQueueRequest {
  readonly kind: 'request';
  readonly functionCode: 24;
  readonly address: number;
}

/** Basic, regular and extended objects as a stream, or one object alone. */
export type ReadDeviceIdCode = 1 | 2 | 3 | 4;

/** Section 6.21: MEI type 14. `objectId` 0 to 255: where the stream starts, or which object is meant. */
export interface ReadDeviceIdentificationRequest {
  readonly kind: 'request';
  readonly functionCode: 43;
  readonly readCode: ReadDeviceIdCode;
  readonly objectId: number;
}

/**
 * What a client asks, as MODBUS Application Protocol V1.1b3 defines it: all 19 public function codes; of 43 the device
 * identification (MEI type 14). Addresses are zero-based PDU addresses, 0 to 65535.
 */
export type ModbusRequest =
  | ReadBitsRequest
  | ReadRegistersRequest
  | WriteSingleCoilRequest
  | WriteSingleRegisterRequest
  | WriteMultipleCoilsRequest
  | WriteMultipleRegistersRequest
  | StatusRequest
  | DiagnosticsRequest
  | ReadFileRecordRequest
  | WriteFileRecordRequest
  | MaskWriteRegisterRequest
  | ReadWriteRegistersRequest
  | ReadFifoQueueRequest
  | ReadDeviceIdentificationRequest;

/** A request a server has to answer with an exception before it looks at its tables. */
export interface RefusedRequest {
  readonly kind: 'refused';
  /** As received, 0 to 255; 0 for an empty PDU. */
  readonly functionCode: number;
  /** 2 only for file records that no server can have (section 6.14). */
  readonly exceptionCode: 1 | 2 | 3;
  readonly because: string;
}
