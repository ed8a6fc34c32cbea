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

/**
 * What a client asks, as MODBUS Application Protocol V1.1b3 defines it. Addresses are zero-based PDU addresses, 0 to 65535.
 * Each further function code adds one member here, one branch in `encode-request.ts` and one in `decode-request.ts`.
 */
export type ModbusRequest =
  | ReadBitsRequest
  | ReadRegistersRequest
  | WriteSingleCoilRequest
  | WriteSingleRegisterRequest
  | WriteMultipleCoilsRequest
  | WriteMultipleRegistersRequest;

/** A request a server has to answer with an exception before it looks at its tables. */
export interface RefusedRequest {
  readonly kind: 'refused';
  /** As received, 0 to 255; 0 for an empty PDU. */
  readonly functionCode: number;
  readonly exceptionCode: 1 | 3;
  readonly because: string;
}

/** Function codes that `encodeRequest` and `decodeRequest` know. */
export const REQUEST_FUNCTION_CODES = [1, 2, 3, 4, 5, 6, 15, 16] as const satisfies readonly ModbusRequest['functionCode'][];
