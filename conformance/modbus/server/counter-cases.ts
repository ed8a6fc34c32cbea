import { failCase } from '../../framework/case-stop.ts';
import { exception, pduThat } from '../bench/heard.ts';
import { BROADCAST } from './broadcast-rules.ts';
import { diagnose, fields, hex, wordsOf } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import { counterAnswer } from './diagnostic-cases.ts';
import { ALONE_ON_LINE } from './needed-rules.ts';
import type { ServerPurpose } from './server-purpose.ts';
import { spoilt, shortFrame } from './spoilt-frames.ts';

const COUNTED = ['FC08', 'DIAGNOSTICS_COUNTERS'];
/** Always refused, with exception 01. */
const REFUSED = Uint8Array.of(0x2c);

/** FC07, FC11, FC12, FC17 and the counters of FC08: what a server tells of its line. The tester is the only client on it. */
export const COUNTER_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC08',
    number: 20,
    statements: ['MB-APP-08-10', 'MB-APP-08-01'],
    purpose: 'FC08/11 counts every message on the line, and FC08/14 those for this server',
    on: 'serial',
    requires: COUNTED,
    needs: [ALONE_ON_LINE],
    caughtBy: 'counts-nothing',
    run: async (bench) => {
      const station = await bench.open();
      for (const sub of [11, 14]) {
        await expectCounted(station, sub, 5, async () => {
          for (let count = 0; count < 4; count += 1) await bench.expectServes(station, 'another');
        });
      }
    },
  },
  {
    area: 'FC08',
    number: 21,
    statements: ['MB-APP-08-10'],
    purpose: 'FC08/13 counts exceptions',
    on: 'serial',
    requires: COUNTED,
    caughtBy: 'counts-nothing',
    run: async (bench) => {
      const station = await bench.open();
      await expectCounted(station, 13, 3, async () => {
        for (let count = 0; count < 3; count += 1) await station.expect({ what: 'a request of an unknown function', pdu: REFUSED }, exception(0x2c, 1));
      });
    },
  },
  {
    area: 'FC08',
    number: 22,
    statements: ['MB-APP-08-10', 'MB-SER-CNT-01', 'MB-APP-EXC-04'],
    purpose: 'FC08/12 counts frames with a wrong check value and frames that are too short, and FC08/11 does not',
    on: 'serial',
    requires: COUNTED,
    needs: [ALONE_ON_LINE],
    caughtBy: 'counts-nothing',
    run: async (bench) => {
      const station = await bench.open();
      const disturb = async (): Promise<void> => {
        await station.expectSilence('a request with a wrong check value', spoilt(bench.carrier, station.frame(bench.plain().pdu)));
        await bench.recover();
        if (bench.carrier === 'rtu') await station.expectSilence('a frame of two bytes', shortFrame(bench.device.unitId));
        await bench.recover();
      };
      await expectCounted(station, 12, bench.carrier === 'rtu' ? 2 : 1, disturb);
      await expectCounted(station, 11, 1, disturb);
    },
  },
  {
    area: 'FC08',
    number: 23,
    statements: ['MB-APP-08-09', 'MB-APP-11-02'],
    purpose: 'FC08/10 clears the counters',
    on: 'serial',
    requires: [...COUNTED, 'DIAGNOSTICS_CLEAR'],
    needs: ['writes'],
    caughtBy: 'clears-no-counters',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < 5; count += 1) await station.expect({ what: 'a request of an unknown function', pdu: REFUSED }, exception(0x2c, 1));
      await station.expect({ what: 'FC08/10', pdu: diagnose(10) }, counterAnswer(10));
      await station.expect({ what: 'FC08/13', pdu: diagnose(13) }, counterAnswer(13, 'a count of 0', (count) => count === 0));
      await station.expect({ what: 'FC08/11', pdu: diagnose(11) }, counterAnswer(11, 'a count of at most 3', (count) => count <= 3));
      if (bench.has('FC11')) await station.expect({ what: 'FC11', pdu: Uint8Array.of(11) }, pduThat('an event count of at most 3', (pdu) => pdu.length === 5 && (wordsOf(pdu.subarray(3))[0] ?? 0) <= 3));
    },
  },
  {
    area: 'FC08',
    number: 24,
    statements: ['MB-SER-CNT-02', 'MB-SER-ADR-07', 'MB-APP-08-10', 'MB-SER-ADR-03'],
    purpose: 'A broadcast counts as a message for this server (FC08/14) without an answer (15); one of a read counts as an exception (13)',
    on: 'serial',
    requires: [...COUNTED, 'FC03', 'BROADCAST'],
    needs: ['holdingRegisters', ALONE_ON_LINE],
    caughtBy: 'ignores-broadcasts',
    run: async (bench) => {
      const station = await bench.open();
      const read = fields(3, bench.range('holdingRegisters').first, 1);
      const broadcast = async (): Promise<void> => {
        await station.expectSilence('a broadcast of a read', station.frame(read, BROADCAST));
        await bench.recover();
      };
      await expectCounted(station, 15, 1, broadcast);
      await expectCounted(station, 14, 2, broadcast);
      await expectCounted(station, 13, 1, broadcast);
    },
  },
  {
    area: 'FC08',
    number: 25,
    statements: ['MB-APP-08-11'],
    purpose: 'FC08/16 and FC08/17 return the counts of NAK and busy exceptions, which ordinary messages do not raise',
    on: 'serial',
    requires: ['FC08', 'DIAGNOSTICS_NAK_BUSY'],
    caughtBy: 'counts-everything-as-busy',
    run: async (bench) => {
      const station = await bench.open();
      for (const sub of [16, 17]) await expectCounted(station, sub, 0, () => bench.expectServes(station, 'another'));
    },
  },
  {
    area: 'FC08',
    number: 26,
    statements: ['MB-APP-08-11'],
    purpose: 'FC08/20 clears the counter of overruns that FC08/18 returns',
    on: 'serial',
    requires: ['FC08', 'DIAGNOSTICS_OVERRUN'],
    needs: ['writes'],
    caughtBy: 'keeps-overruns',
    run: async (bench) => {
      const station = await bench.open();
      await station.expect({ what: 'FC08/20', pdu: diagnose(20) }, counterAnswer(20));
      await station.expect({ what: 'FC08/18', pdu: diagnose(18) }, counterAnswer(18, 'a count of 0', (count) => count === 0));
    },
  },
  {
    area: 'FC07',
    number: 1,
    statements: ['MB-APP-07-01', 'MB-APP-GEN-05'],
    purpose: 'FC07 answers with one byte of status',
    requires: ['FC07'],
    caughtBy: 'returns-two-bytes-too-many',
    run: async (bench) => {
      const station = await bench.open();
      await station.expect({ what: 'FC07', pdu: Uint8Array.of(7) }, pduThat('one byte of status', (pdu) => pdu[0] === 7 && pdu.length === 2));
    },
  },
  {
    area: 'FC11',
    number: 1,
    statements: ['MB-APP-11-01', 'MB-APP-GEN-05'],
    purpose: 'FC11 answers with a status word of FFFF or 0000 and an event count',
    requires: ['FC11'],
    caughtBy: 'returns-two-bytes-too-many',
    run: async (bench) => {
      const station = await bench.open();
      await station.expect({ what: 'FC11', pdu: Uint8Array.of(11) }, eventCount());
    },
  },
  {
    area: 'FC11',
    number: 2,
    statements: ['MB-APP-11-02'],
    purpose: 'The event count of FC11 rises with each successful message, not with exceptions and not with FC11 itself',
    requires: ['FC11'],
    on: 'serial',
    needs: [ALONE_ON_LINE],
    caughtBy: 'counts-exceptions-as-events',
    run: async (bench) => {
      const station = await bench.open();
      const count = async (): Promise<number> => wordsOf((await station.expectPdu({ what: 'FC11', pdu: Uint8Array.of(11) }, eventCount())).subarray(3))[0] ?? 0;
      const plain = bench.plain();
      const isServed = (await station.ask(plain)).kind === 'answer' && plain.pdu[0] !== 0x2c;
      const before = await count();
      if (isServed) for (let turn = 0; turn < 3; turn += 1) await station.expect(plain, pduThat('a normal answer', (pdu) => pdu[0] === plain.pdu[0]));
      await station.expect({ what: 'a request of an unknown function', pdu: REFUSED }, exception(0x2c, 1));
      await count();
      const risen = ((await count()) - before) & 0xffff;
      const due = isServed ? 3 : 0;
      if (risen !== due) failCase(`the event count rose by ${risen} over ${due} successful messages, an exception and FC11 twice`);
    },
  },
  {
    area: 'FC12',
    number: 1,
    statements: ['MB-APP-12-01', 'MB-APP-12-03', 'MB-APP-GEN-05'],
    purpose: 'FC12 answers with byte count, status, event count, message count and at most 64 events, each of a known kind',
    requires: ['FC12'],
    caughtBy: 'logs-unknown-events',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < 3; count += 1) await bench.expectServes(station, 'another');
      await station.expect({ what: 'FC12', pdu: Uint8Array.of(12) }, eventLog());
    },
  },
  {
    area: 'FC12',
    number: 2,
    statements: ['MB-APP-12-02', 'MB-APP-12-03'],
    purpose: 'The log of FC12 has the newest event first, keeps 64, and tells an exception that was sent',
    requires: ['FC12'],
    on: 'serial',
    needs: [ALONE_ON_LINE],
    caughtBy: 'logs-oldest-first',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < 40; count += 1) await bench.expectServes(station, 'another');
      await station.expect({ what: 'a request of an unknown function', pdu: REFUSED }, exception(0x2c, 1));
      // The log may hold this FC12 already: a receive event before the sent exception (bit 6, with bit 0 for codes 1 to 3).
      const says = 'a log whose first four events hold an exception sent';
      await station.expect({ what: 'FC12', pdu: Uint8Array.of(12) }, pduThat(says, (pdu) => isLog(pdu) && pdu.subarray(8, 12).some((event) => (event & 0xc1) === 0x41)));
    },
  },
  {
    area: 'FC17',
    number: 1,
    statements: ['MB-APP-17-01', 'MB-APP-GEN-05'],
    purpose: 'FC17 answers with a byte count, its server id and a run indicator of 00 or FF',
    requires: ['FC17'],
    caughtBy: 'counts-one-byte-too-many',
    run: async (bench) => {
      const station = await bench.open();
      const { serverIdBytes } = bench.context.pixit.values;
      const shown = pduThat('server id and run indicator', (pdu) => {
        const data = pdu.subarray(2);
        const indicated = typeof serverIdBytes === 'number' ? isIndicator(data[serverIdBytes]) : data.subarray(1).some(isIndicator);
        return pdu[0] === 17 && pdu[1] === data.length && indicated;
      });
      await station.expect({ what: 'FC17', pdu: hex('11') }, shown);
    },
  },
];

/** Between two reads of a counter it rises by just so much; the second read counts too where its counter counts messages. */
async function expectCounted(station: Station, sub: number, risen: number, happens: () => Promise<void>): Promise<void> {
  const read = { what: `FC08/${sub}`, pdu: diagnose(sub) };
  const before = wordsOf((await station.expectPdu(read, counterAnswer(sub))).subarray(3))[0] ?? 0;
  await happens();
  const due = (before + risen) & 0xffff;
  await station.expect(read, counterAnswer(sub, `a count of ${due} (${before} and ${risen} more)`, (count) => count === due));
}

function eventCount(): ReturnType<typeof pduThat> {
  return pduThat('a status of FFFF or 0000 and a count', (pdu) => pdu[0] === 11 && pdu.length === 5 && [0, 0xffff].includes(wordsOf(pdu.subarray(1))[0] ?? 1));
}

function eventLog(): ReturnType<typeof pduThat> {
  return pduThat('a log of known events', (pdu) => isLog(pdu) && pdu.subarray(8).every(isKnownEvent));
}

function isLog(pdu: Uint8Array): boolean {
  const [status = 1] = wordsOf(pdu.subarray(2, 4));
  return pdu[0] === 12 && pdu.length >= 8 && pdu.length <= 72 && pdu[1] === pdu.length - 2 && [0, 0xffff].includes(status);
}

/** Received, sent, listen-only mode entered, restarted (section 6.10). */
function isKnownEvent(event: number): boolean {
  return (event & 0xc0) !== 0 || event === 4 || event === 0;
}

/** Of FC17: off or on. */
function isIndicator(byte: number | undefined): boolean {
  return byte === 0 || byte === 0xff;
}
