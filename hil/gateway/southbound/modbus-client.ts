import type { PrimaryTable } from './device-profile.ts';
import type { ExchangeFailure } from './line-port.ts';
import type { LineTally } from './line-tally.ts';

/** A refusal by the server: an answer, not a failure of the line. `code` as received, 0 to 255. */
export interface ExceptionResult {
  readonly kind: 'exception';
  readonly code: number;
}

export type ReadResult =
  /** As many as were asked for: 16-bit values, or 0 and 1 for coils and discrete inputs. */
  | { readonly kind: 'words'; readonly words: readonly number[] }
  | ExceptionResult
  | ExchangeFailure;

export type WriteResult = { readonly kind: 'done' } | ExceptionResult | ExchangeFailure;

/**
 * A Modbus client on one line. Requests are sent in the order they came, so many at once as the line takes. What the
 * server does comes back as data; only a full queue is thrown. `library-client.ts` and `pdu-client.ts` implement it, under
 * `modbus-client.contract.ts`.
 */
export interface ModbusClient {
  /**
   * Reads with FC 01 to 04.
   * @param unitId - 1 to 247.
   * @param address - Zero-based PDU address of the first.
   * @param count - 1 to 125 registers, 1 to 2000 coils or discrete inputs.
   * @throws FieldproofError FP_LIMIT when `REQUESTS_WAITING_MAX` requests wait already.
   */
  read(table: PrimaryTable, unitId: number, address: number, count: number): Promise<ReadResult>;
  /**
   * Writes with FC 05 or 06 when there is one word, else with FC 15 or 16.
   * @param words - 1 to 123 registers, 1 to 1968 coils as 0 and 1.
   * @throws FieldproofError FP_LIMIT when `REQUESTS_WAITING_MAX` requests wait already.
   */
  write(table: 'COILS' | 'HOLDING_REGISTERS', unitId: number, address: number, words: readonly number[]): Promise<WriteResult>;
}

/** Requests that a line of one request at a time holds, the outstanding one included. */
export const REQUESTS_WAITING_MAX = 255;

/** Counts a request that got no values or no confirmation. */
export function countFailure({ kind }: ExceptionResult | ExchangeFailure, tally: LineTally): void {
  if (kind === 'timeout') tally.timeouts += 1;
  else if (kind === 'exception') tally.exceptions += 1;
  else if (kind === 'corrupt') tally.corrupt += 1;
}
