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

/** What a server answers when it did what was asked. */
export type ModbusResponse =
  | ReadBitsResponse
  | ReadRegistersResponse
  | WriteSingleCoilResponse
  | WriteSingleRegisterResponse
  | WriteMultipleResponse;

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
