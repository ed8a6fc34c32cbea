import { exception, pduIs, pduThat, silence } from '../bench/heard.ts';
import { diagnose, fields, hex, wordsOf } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import type { ModbusBench } from '../bench/modbus-bench.ts';
import type { ServerPurpose } from './server-purpose.ts';

/** Reserved by section 5; 8/19 too. */
const RESERVED_SUB_FUNCTIONS = [0x0005, 0x0009, 0x0013, 0x0016, 0x7fff, 0xffff];

/** FC08: what its sub-functions answer and do. Counters are in `counter-cases.ts`. */
export const DIAGNOSTIC_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC08',
    number: 1,
    statements: ['MB-APP-08-01', 'MB-APP-08-02', 'MB-APP-GEN-05', 'MB-APP-GEN-01'],
    purpose: 'FC08/0 returns its sub-function and its data unchanged, be it two bytes or 250',
    requires: ['FC08'],
    caughtBy: 'returns-two-bytes-of-data',
    run: async (bench) => {
      const station = await bench.open();
      for (const data of ['a537', '0000', '01020304', '5a'.repeat(250)]) {
        const pdu = hex(`08 0000 ${data}`);
        await station.expect({ what: `FC08/0 with ${data.length / 2} bytes`, pdu }, pduIs(pdu, 'the same again'));
      }
    },
  },
  {
    area: 'FC08',
    number: 2,
    statements: ['MB-APP-08-03', 'MB-APP-GEN-14'],
    purpose: 'FC08 with a reserved sub-function is refused with exception 01',
    requires: ['FC08'],
    caughtBy: 'takes-any-sub-function',
    run: async (bench) => {
      const station = await bench.open();
      for (const sub of RESERVED_SUB_FUNCTIONS) await station.expect({ what: `FC08/${sub}, which is reserved`, pdu: diagnose(sub) }, exception(8, 1));
    },
  },
  {
    area: 'FC08',
    number: 3,
    statements: ['MB-APP-08-03', 'MB-SER-CNT-03'],
    purpose: 'FC08/11 with data other than 0000 is refused with exception 03',
    requires: ['FC08', 'DIAGNOSTICS_COUNTERS'],
    caughtBy: 'ignores-diagnostic-data',
    run: async (bench) => {
      const station = await bench.open();
      for (const sub of [11, 12, 13]) await station.expect({ what: `FC08/${sub} with data 0001`, pdu: diagnose(sub, 1) }, exception(8, 3));
    },
  },
  {
    area: 'FC08',
    number: 4,
    statements: ['MB-APP-08-04', 'MB-APP-11-02', 'MB-APP-08-09'],
    purpose: 'FC08/1 is answered, then communications are restarted and all counters are zero',
    on: 'serial',
    requires: ['FC08', 'DIAGNOSTICS_RESTART', 'DIAGNOSTICS_COUNTERS'],
    needs: ['writes'],
    caughtBy: 'keeps-counters-over-a-restart',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < MANY; count += 1) await bench.expectServes(station, 'another');
      const restart = diagnose(1, 0);
      await station.expect({ what: 'FC08/1 with 0000', pdu: restart }, pduIs(restart, 'the same again'));
      await bench.recover();
      await expectCounterUpTo(station, 11, FEW);
      await expectCounterUpTo(station, 13, 0);
      if (bench.has('FC11')) await station.expect({ what: 'FC11 after the restart', pdu: Uint8Array.of(11) }, pduThat(`an event count of at most ${FEW}`, (pdu) => pdu.length === 5 && (wordsOf(pdu.subarray(3))[0] ?? 0) <= FEW));
    },
  },
  {
    area: 'FC08',
    number: 5,
    statements: ['MB-APP-08-04', 'MB-APP-12-03'],
    purpose: 'FC08/1 with FF00 clears the event log, with 0000 it keeps it; the log tells the restart',
    on: 'serial',
    requires: ['FC08', 'FC12', 'DIAGNOSTICS_RESTART'],
    needs: ['writes'],
    caughtBy: 'never-clears-its-log',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < MANY; count += 1) await bench.expectServes(station, 'another');
      const log = { what: 'FC12', pdu: Uint8Array.of(12) };
      for (const [data, says, holds] of [
        [0x0000, 'a log of more than 8 events, 00 (restart) among the first four', (events: Uint8Array) => events.length > 8 && events.subarray(0, 4).includes(0)],
        [0xff00, 'a log of at most 4 events', (events: Uint8Array) => events.length <= 4],
      ] as const) {
        const restart = diagnose(1, data);
        await station.expect({ what: `FC08/1 with ${data.toString(16)}`, pdu: restart }, pduIs(restart, 'the same again'));
        await bench.recover();
        await station.expect(log, pduThat(says, (pdu) => pdu[0] === 12 && holds(pdu.subarray(8))));
      }
    },
  },
  {
    area: 'FC08',
    number: 6,
    statements: ['MB-APP-08-05', 'MB-APP-08-08'],
    purpose: 'FC08/4 enters listen-only mode: it is not answered, nothing after it is executed or answered, and FC08/1 leaves the mode without an answer',
    on: 'serial',
    requires: ['FC08', 'DIAGNOSTICS_LISTEN_ONLY', 'DIAGNOSTICS_RESTART'],
    needs: ['writes'],
    caughtBy: 'answers-in-listen-only-mode',
    run: async (bench) => {
      const station = await bench.open();
      bench.atEnd((at) => leaveListenOnly(bench, at));
      await station.expectSilence('FC08/4', station.frame(diagnose(4)));
      const { what, pdu } = bench.plain();
      await station.expectSilence(`${what} in listen-only mode`, station.frame(pdu));
      await station.expectSilence('FC08/0 in listen-only mode', station.frame(diagnose(0, 0xa537)));
      await station.expectSilence('FC08/1 in listen-only mode', station.frame(diagnose(1)));
      await bench.recover();
      await bench.expectServes(station, 'FC08/1 in listen-only mode');
    },
  },
  {
    area: 'FC08',
    number: 7,
    statements: ['MB-APP-08-08'],
    purpose: 'A write in listen-only mode is not executed',
    on: 'serial',
    requires: ['FC03', 'FC06', 'FC08', 'DIAGNOSTICS_LISTEN_ONLY', 'DIAGNOSTICS_RESTART'],
    needs: ['writes', 'holdingRegisters', 'holdingRegistersWritable'],
    caughtBy: 'executes-in-listen-only-mode',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      await bench.needWritten(station, 'holdingRegisters', first, [7]);
      bench.atEnd((at) => leaveListenOnly(bench, at));
      await station.expectSilence('FC08/4', station.frame(diagnose(4)));
      await station.expectSilence('FC06 in listen-only mode', station.frame(fields(6, first, 0x1234)));
      await station.expectSilence('FC08/1 in listen-only mode', station.frame(diagnose(1)));
      await bench.recover();
      await station.expect({ what: `a read of register ${first}`, pdu: fields(3, first, 1) }, pduIs(hex('03 02 0007'), 'the value from before'));
    },
  },
  {
    area: 'FC08',
    number: 8,
    statements: ['MB-APP-08-06', 'MB-APP-08-01'],
    purpose: 'FC08/2 returns the 16-bit diagnostic register',
    requires: ['FC08', 'DIAGNOSTICS_REGISTER'],
    caughtBy: 'returns-two-bytes-too-many',
    run: async (bench) => {
      const station = await bench.open();
      await station.expect({ what: 'FC08/2', pdu: diagnose(2) }, counterAnswer(2));
    },
  },
  {
    area: 'FC08',
    number: 9,
    statements: ['MB-APP-08-07', 'MB-SER-ASC-02'],
    purpose: 'FC08/3 makes its high byte the end of ASCII frames, in both directions, from the next message on',
    on: 'ascii',
    requires: ['FC08', 'DIAGNOSTICS_END_CHARACTER'],
    needs: ['writes'],
    caughtBy: 'keeps-the-end-character',
    run: async (bench) => {
      const station = await bench.open();
      const exclamation = diagnose(3, 0x2100);
      bench.atEnd(async (at) => {
        await at.sendBytes(endedBy(at.frame(diagnose(3, 0x0a00)), 0x21));
        await at.next(bench.device.asciiGapMs + bench.context.pixit.quietMs);
        at.endCharacter = 0x0a;
      });
      await station.expect({ what: 'FC08/3 with 2100', pdu: exclamation }, pduIs(exclamation, 'the same again'));
      station.endCharacter = 0x21;
      const { pdu } = bench.plain();
      await station.sendBytes(endedBy(station.frame(pdu), 0x21));
      station.judge('a request that ends with !', await station.next(), pduThat('an answer that ends with !', (answer) => ((answer[0] ?? 0) & 0x7f) === pdu[0]));
      await station.expectSilence('a request that ends with LF', station.frame(pdu));
    },
  },
];

/** Requests that make the counters differ, and what may have been counted since they were cleared. */
const MANY = 12;
const FEW = 3;

/** An answer of FC08 with 16 bits. */
export function counterAnswer(sub: number, says = 'its sub-function and 16 bits', holds: (value: number) => boolean = () => true): ReturnType<typeof pduThat> {
  return pduThat(says, (pdu) => pdu.length === 5 && pdu[0] === 8 && wordsOf(pdu.subarray(1))[0] === sub && holds(wordsOf(pdu.subarray(3))[0] ?? 0));
}

async function expectCounterUpTo(station: Station, sub: number, most: number): Promise<void> {
  await station.expect({ what: `FC08/${sub} after the restart`, pdu: diagnose(sub) }, counterAnswer(sub, `a count of at most ${most}`, (count) => count <= most));
}

/** Whatever mode the server is in, it answers afterwards. A server that is not in that mode answers this. */
async function leaveListenOnly(bench: ModbusBench, station: Station): Promise<void> {
  await station.sendBytes(station.frame(diagnose(1)));
  const heard = await station.next(bench.context.pixit.quietMs);
  if (silence.accepts(heard)) await bench.recover();
}

function endedBy(frame: Uint8Array, character: number): Uint8Array {
  return frame.map((byte, index) => (index === frame.length - 1 ? character : byte));
}
