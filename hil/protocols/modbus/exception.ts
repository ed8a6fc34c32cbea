import { FieldproofError } from '../../runtime/errors.ts';
import { allocateFrame } from './frame-bytes.ts';

/** One exception code: its name and what it tells the client. */
export interface ExceptionCodeEntry {
  readonly name: string;
  readonly meaning: string;
  /** The same request may succeed later; without this, sending it again unchanged is pointless. */
  readonly retryLater: boolean;
}

/**
 * The exception codes of MODBUS Application Protocol V1.1b3, section 7. Code 07 stands in earlier editions only (negative
 * acknowledge of programming requests); 09 is not defined.
 */
export const EXCEPTION_CODES = {
  0x01: { name: 'illegal function', meaning: 'the server does not offer this function code', retryLater: false },
  0x02: { name: 'illegal data address', meaning: 'address and quantity together reach outside the table', retryLater: false },
  0x03: { name: 'illegal data value', meaning: 'a quantity, byte count or length of the request is not allowed', retryLater: false },
  0x04: { name: 'server device failure', meaning: 'the server failed while it carried out the request', retryLater: false },
  0x05: { name: 'acknowledge', meaning: 'accepted, but it takes long: ask again before assuming it failed', retryLater: true },
  0x06: { name: 'server device busy', meaning: 'the server is busy with a long command', retryLater: true },
  0x07: { name: 'negative acknowledge', meaning: 'the server cannot carry out the programming request', retryLater: false },
  0x08: { name: 'memory parity error', meaning: 'the file memory of the server failed its consistency check', retryLater: false },
  0x0a: { name: 'gateway path unavailable', meaning: 'the gateway has no path to the unit', retryLater: false },
  0x0b: { name: 'gateway target device failed to respond', meaning: 'the unit behind the gateway stayed silent', retryLater: true },
} as const satisfies Record<number, ExceptionCodeEntry>;

export type ExceptionCode = keyof typeof EXCEPTION_CODES;

/** The codes a server answers most, by name. */
export const ILLEGAL_FUNCTION = 0x01;
export const ILLEGAL_DATA_ADDRESS = 0x02;
export const ILLEGAL_DATA_VALUE = 0x03;
export const SERVER_DEVICE_FAILURE = 0x04;
export const SERVER_DEVICE_BUSY = 0x06;
export const MEMORY_PARITY_ERROR = 0x08;

/** The table's row for a code from the wire, or undefined for one the standard does not define. */
export function exceptionCodeEntry(exceptionCode: number): ExceptionCodeEntry | undefined {
  return ENTRY_BY_CODE.get(exceptionCode);
}

/**
 * An exception PDU: the function code with its top bit set, then the exception code; exactly 2 bytes.
 * @param functionCode - Of the request, 0 to 255.
 * @param exceptionCode - 0 to 255; a defect may send one the standard does not define.
 * @throws FieldproofError FP_MODBUS_BAD_PDU when either does not fit a byte.
 * @see MODBUS Application Protocol V1.1b3, section 7
 */
export function encodeException(functionCode: number, exceptionCode: number): Uint8Array {
  if ((functionCode & 0xff) !== functionCode || (exceptionCode & 0xff) !== exceptionCode) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `function code ${functionCode} or exception code ${exceptionCode} does not fit a byte`);
  }
  const pdu = allocateFrame(2);
  pdu[0] = functionCode | 0x80;
  pdu[1] = exceptionCode;
  return pdu;
}

const ENTRY_BY_CODE = new Map<number, ExceptionCodeEntry>(Object.entries(EXCEPTION_CODES).map(([code, entry]) => [Number(code), entry]));
