import ModbusSerial from 'modbus-serial';
import { messageOf } from '../../runtime/errors.ts';
import type { PrimaryTable } from './device-profile.ts';
import { LibraryPort } from './library-port.ts';
import type { ExchangeFailure, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';
import { isBitTable } from './raw-layout.ts';
import { turnQueue } from './turn-queue.ts';

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
 * A Modbus client on one line. Requests are sent one after another in the order they came. What the server does comes
 * back as data; only a full queue is thrown.
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

/** Requests that may wait for their turn on one line. */
export const REQUESTS_WAITING_MAX = 255;

type LibraryAnswer = { readonly data: readonly (boolean | number)[] } | { readonly address: number };
type LibraryOutcome = LibraryAnswer | ExceptionResult | ExchangeFailure;
type LibraryCall = (done: (error: unknown, answer: LibraryAnswer | undefined) => void) => void;

/**
 * The client over modbus-serial, whose timers, transaction ids and framing are not used (see `LibraryPort`).
 * @param tally - Counts timeouts, exceptions and corrupt answers.
 */
export function modbusClient(line: LinePort, tally: LineTally): ModbusClient {
  const queue = turnQueue('modbus line', REQUESTS_WAITING_MAX);
  let fail: (failure: ExchangeFailure) => void = ignoreFailure;
  // The package's types promise `default` on what Node imports as the default: the class itself, which carries `default` too.
  const library = new ModbusSerial.default(new LibraryPort(line, (failure) => fail(failure)));
  library.open();

  const call = async (start: LibraryCall): Promise<LibraryOutcome> => {
    const outcome = await queue.run(
      () =>
        new Promise<LibraryOutcome>((resolve) => {
          fail = resolve;
          start((error, answer) => resolve(answer ?? failureOf(error)));
        }),
    );
    if ('kind' in outcome) countFailure(outcome, tally);
    return outcome;
  };

  return {
    async read(table, unitId, address, count) {
      const answer = await call((done) => {
        if (table === 'COILS') library.writeFC1(unitId, address, count, done);
        else if (table === 'DISCRETES_INPUT') library.writeFC2(unitId, address, count, done);
        else if (table === 'HOLDING_REGISTERS') library.writeFC3(unitId, address, count, done);
        else library.writeFC4(unitId, address, count, done);
      });
      if ('kind' in answer) return answer;
      // Bits come padded to whole bytes.
      const words = 'data' in answer ? answer.data.slice(0, count).map(Number) : [];
      return { kind: 'words', words };
    },
    async write(table, unitId, address, words) {
      const [first = 0] = words;
      const answer = await call((done) => {
        const isBits = isBitTable(table);
        if (isBits && words.length === 1) library.writeFC5(unitId, address, first !== 0, done);
        else if (isBits) library.writeFC15(unitId, address, words.map((word) => word !== 0), done);
        else if (words.length === 1) library.writeFC6(unitId, address, first, done);
        else library.writeFC16(unitId, address, [...words], done);
      });
      return 'kind' in answer ? answer : { kind: 'done' };
    },
  };
}

function failureOf(error: unknown): ExceptionResult | ExchangeFailure {
  if (error instanceof Error && 'modbusCode' in error && typeof error.modbusCode === 'number') {
    return { kind: 'exception', code: error.modbusCode };
  }
  return { kind: 'corrupt', because: messageOf(error) };
}

function countFailure({ kind }: ExceptionResult | ExchangeFailure, tally: LineTally): void {
  if (kind === 'timeout') tally.timeouts += 1;
  else if (kind === 'exception') tally.exceptions += 1;
  else if (kind === 'corrupt') tally.corrupt += 1;
}

/** Before the first request nothing is outstanding that could fail. */
function ignoreFailure(): void {}
