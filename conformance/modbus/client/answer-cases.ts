import { encodeException } from '../../../hil/protocols/modbus/exception.ts';
import { encodeFrame, mbap } from '../bench/modbus-frame.ts';
import { TABLES, type TableName } from '../bench/declared-device.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { expectUnmoved, observedTable, type Attack, type BadAnswer } from './unmoved.ts';

const OBSERVE_ITEMS: Readonly<Record<TableName, string>> = {
  coils: 'OBSERVE_COIL',
  discreteInputs: 'OBSERVE_DISCRETE_INPUT',
  holdingRegisters: 'OBSERVE_HOLDING_REGISTER',
  inputRegisters: 'OBSERVE_INPUT_REGISTER',
};
const DATA_BYTES_MAX = 250;
/** The exceptions of the standard, and a code that it does not know. */
const EXCEPTIONS = [1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 0x0b, 0x63];

/** The item that says that a point of a table can be observed. */
export function observeItem(table: TableName): string {
  return OBSERVE_ITEMS[table];
}

/** Answers that are well framed and not what was asked for. */
export const ANSWER_PURPOSES: readonly ClientPurpose[] = [
  ...TABLES.map((table, index): ClientPurpose => ({
    area: `FC0${index + 1}`,
    number: 11,
    statements: [`MB-APP-0${index + 1}-07`],
    purpose: `An answer to function ${index + 1} is taken only when byte count and PDU length match the quantity that was asked for`,
    requires: [observeItem(table)],
    caughtBy: `takes-any-byte-count-fc0${index + 1}`,
    run: (bench) => expectUnmoved(bench, table, OTHER_LENGTHS),
  })),
  onAnyPoint({
    area: 'ANSWER',
    number: 1,
    statements: ['MB-TCP-CNF-01'],
    purpose: 'An answer with another function code is no answer to the request',
    caughtBy: 'takes-any-function-code',
    bad: {
      says: 'an answer of another function',
      send: async (bench, { asked, poisoned }) => {
        const other = Uint8Array.from(poisoned);
        other[0] = asked.pdu[0] === 3 ? 4 : 3;
        await bench.sendBytes(bench.frame(asked, other));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 2,
    statements: ['MB-APP-EXC-10', 'MB-TCP-CNF-01'],
    purpose: 'An exception answer, unknown codes included, leaves the data as it was',
    caughtBy: 'takes-exception-for-data',
    bad: {
      says: 'an exception answer',
      times: EXCEPTIONS.length,
      send: async (bench, { asked, index }) => {
        await bench.sendBytes(bench.frame(asked, encodeException(asked.pdu[0] ?? 0, EXCEPTIONS[index] ?? 4)));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 3,
    statements: ['MB-APP-GEN-01', 'MB-APP-GEN-03', 'MB-TCP-MBAP-05'],
    on: 'tcp',
    purpose: 'An answer of more than 253 bytes of PDU is not taken',
    caughtBy: 'takes-over-long-answers',
    bad: {
      says: 'an over-long answer',
      times: 1,
      breaksStream: true,
      send: async (bench, { asked, poisoned }) => {
        const long = new Uint8Array(300);
        long.set(poisoned);
        await bench.sendBytes(mbap({ transactionId: asked.transactionId, protocolId: 0, length: long.length + 1, unit: asked.unit }, long));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 4,
    statements: ['MB-TCP-PIPE-04', 'MB-TCP-PIPE-02'],
    on: 'tcp',
    purpose: 'An answer whose transaction id matches no request is dropped',
    caughtBy: 'ignores-transaction-id',
    bad: {
      says: 'an answer with a transaction id of nobody',
      send: async (bench, { asked, poisoned }) => {
        await bench.sendBytes(bench.frame({ unit: asked.unit, transactionId: (asked.transactionId + 0x5a5a) & 0xffff }, poisoned));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 5,
    statements: ['MB-TCP-UNIT-04'],
    on: 'tcp',
    requires: ['VIA_GATEWAY'],
    purpose: 'Through a gateway, an answer of another unit is not taken',
    caughtBy: 'ignores-unit-id',
    bad: otherUnit(),
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 6,
    statements: ['MB-SER-ADR-06'],
    on: 'serial',
    purpose: 'An answer from an unexpected address is rejected',
    caughtBy: 'ignores-unit-id',
    bad: otherUnit(),
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 7,
    statements: ['MB-TCP-CNF-01'],
    on: 'tcp',
    purpose: 'An answer with a protocol id other than 0 is not taken',
    caughtBy: 'ignores-protocol-id',
    bad: {
      says: 'an answer of another protocol',
      times: 2,
      breaksStream: true,
      send: async (bench, { asked, poisoned }) => {
        await bench.sendBytes(mbap({ transactionId: asked.transactionId, protocolId: 1, length: poisoned.length + 1, unit: asked.unit }, poisoned));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ANSWER',
    number: 8,
    statements: ['MB-TCP-MBAP-05'],
    on: 'tcp',
    purpose: 'The length of the header delimits an answer: one whose PDU ends sooner than its byte count says is not taken',
    caughtBy: 'ignores-header-length',
    bad: {
      says: 'an answer whose header counts less than the PDU',
      times: 1,
      breaksStream: true,
      send: async (bench, { asked, poisoned }) => {
        await bench.sendBytes(mbap({ transactionId: asked.transactionId, protocolId: 0, length: poisoned.length, unit: asked.unit }, poisoned));
        return true;
      },
    },
  }),
];

/** Lengths that are not those of the request, in turn: more data than asked for, a byte count that lies, a PDU cut short. */
const OTHER_LENGTHS: BadAnswer = {
  says: 'an answer whose byte count or length is not that of the request',
  times: 4,
  send: async (bench, attack) => {
    await bench.sendBytes(bench.frame(attack.asked, otherLength(attack)));
    return true;
  },
};

function otherLength({ poisoned, index }: Attack): Uint8Array {
  const count = poisoned[1] ?? 0;
  const more = Uint8Array.of(...poisoned, 0, 0);
  switch (index % 4) {
    case 0:
      if (count + 2 > DATA_BYTES_MAX) return poisoned.subarray(0, -1);
      more[1] = count + 2;
      return more;
    case 1:
      return poisoned.subarray(0, -1);
    case 2:
      more[1] = count + 1;
      return more.subarray(0, -1);
    default: {
      const lying = Uint8Array.from(poisoned);
      lying[1] = count + 1;
      return lying;
    }
  }
}

function otherUnit(): BadAnswer {
  return {
    says: 'an answer of another unit',
    send: async (bench, { asked, poisoned }) => {
      await bench.sendBytes(encodeFrame(bench.carrier, { unit: asked.unit === 99 ? 98 : 99, transactionId: asked.transactionId }, poisoned));
      return true;
    },
  };
}

/** A purpose about whichever point can be observed. */
export function onAnyPoint({ bad, requires = [], ...purpose }: Omit<ClientPurpose, 'run'> & { readonly bad: BadAnswer }): ClientPurpose {
  return { ...purpose, requires: ['OBSERVE_POINT', ...requires], run: (bench) => expectUnmoved(bench, observedTable(bench), bad) };
}
