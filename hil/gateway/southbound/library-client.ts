import ModbusSerial from 'modbus-serial';
import { messageOf } from '../../runtime/errors.ts';
import { LibraryPort } from './library-port.ts';
import type { ExchangeFailure, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';
import { countFailure, REQUESTS_WAITING_MAX, type ExceptionResult, type ModbusClient } from './modbus-client.ts';
import { isBitTable } from './raw-layout.ts';
import { turnQueue } from './turn-queue.ts';

type LibraryAnswer = { readonly data: readonly (boolean | number)[] } | { readonly address: number };
type LibraryOutcome = LibraryAnswer | ExceptionResult | ExchangeFailure;
type LibraryCall = (done: (error: unknown, answer: LibraryAnswer | undefined) => void) => void;

/**
 * The client over modbus-serial, for serial lines, where its cost is nothing beside that of the line. Its timers,
 * transaction ids and framing are not used (see `LibraryPort`), and it has one request outstanding.
 * @param tally - Counts timeouts, exceptions and corrupt answers.
 */
export function libraryClient(line: LinePort, tally: LineTally): ModbusClient {
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

/** Before the first request nothing is outstanding that could fail. */
function ignoreFailure(): void {}
