import { failCase } from '../../framework/case-stop.ts';
import { anyAnswer, connectionEnd, exceptionCodeOf, pduThat, silence, told } from '../bench/heard.ts';
import { mbap } from '../bench/modbus-frame.ts';
import type { ModbusBench } from '../bench/modbus-bench.ts';
import { fields } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import { expectHeld } from './held-content.ts';
import type { NeededRule, ServerPurpose } from './server-purpose.ts';

const BUSY = 6;
const SEVERAL_CONNECTIONS: NeededRule = { otherwise: 'the declaration gives no connectionsMax of 2 or more', holds: (_device, { values }) => Number(values['connectionsMax'] ?? 0) >= 2 };
const WRITABLE = ['writes', 'holdingRegisters', 'holdingRegistersWritable'] as const;
/** Transaction ids that a field of eight bits, a signed one, or a counter would get wrong. */
const TRANSACTION_IDS = [0x0000, 0x0001, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xff00, 0xffff];

/** MBAP header, framing, pipelining, unit ids, connections. */
export const TCP_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'MBAP',
    number: 1,
    statements: ['MB-TCP-MBAP-01', 'MB-TCP-MBAP-02', 'MB-TCP-MBAP-06', 'MB-APP-GEN-03'],
    purpose: 'The answer carries the transaction id of the request, whichever it is, and protocol id 0',
    on: 'tcp',
    caughtBy: 'keeps-eight-bits-of-transaction-ids',
    run: async (bench) => {
      const station = await bench.open();
      for (const transactionId of TRANSACTION_IDS) await expectUnder(bench, station, { transactionId, unit: bench.device.unitId });
    },
  },
  {
    area: 'MBAP',
    number: 2,
    statements: ['MB-TCP-MBAP-03'],
    purpose: 'A request with another protocol id is not answered, and a good one after it is',
    on: 'tcp',
    caughtBy: 'ignores-protocol-ids',
    run: async (bench) => {
      const { pdu } = bench.plain();
      for (const protocolId of [1, 0x0100, 0xffff]) {
        const station = await bench.open(`protocol${protocolId}`);
        const frame = mbap({ transactionId: 1, protocolId, length: pdu.length + 1, unit: bench.device.unitId }, pdu);
        const heard = await station.expectSilence(`a request with protocol id ${protocolId}`, frame, connectionEnd);
        if (heard.kind === 'silence') await bench.expectServes(station, 'a request with another protocol id');
        await station.close();
      }
      await bench.expectServes(await bench.open('after'), 'requests with other protocol ids');
    },
  },
  {
    area: 'MBAP',
    number: 3,
    statements: ['MB-TCP-MBAP-03'],
    purpose: 'A write with another protocol id is not executed',
    on: 'tcp',
    requires: ['FC03', 'FC06'],
    needs: WRITABLE,
    caughtBy: 'ignores-protocol-ids',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      await bench.needWritten(station, 'holdingRegisters', first, [7]);
      const write = fields(6, first, 0x1234);
      await station.expectSilence('FC06 with protocol id 1', mbap({ transactionId: 1, protocolId: 1, length: 6, unit: bench.device.unitId }, write), connectionEnd);
      await expectHeld(await bench.open('after'), 'holdingRegisters', first, [7]);
    },
  },
  {
    area: 'MBAP',
    number: 4,
    statements: ['MB-TCP-MBAP-04', 'MB-TCP-MBAP-01'],
    purpose: 'The answer carries the unit id of the request, exceptions included',
    on: 'tcp',
    caughtBy: 'answers-exceptions-as-unit-0',
    run: async (bench) => {
      const station = await bench.open();
      await bench.expectServes(station, 'nothing');
      await station.expect({ what: 'a request of an unknown function', pdu: Uint8Array.of(0x2c) }, anyAnswer(0x2c));
    },
  },
  {
    area: 'FRAMES',
    number: 1,
    statements: ['MB-TCP-FRM-01', 'MB-TCP-MBAP-05'],
    purpose: 'A request that arrives byte by byte, or in two pieces, is answered as if it came at once',
    on: 'tcp',
    caughtBy: 'takes-segments-for-messages',
    run: async (bench) => {
      const station = await bench.open();
      const { pdu } = bench.plain();
      const envelope = station.envelope();
      const frame = station.frame(pdu, envelope);
      for (const at of [1, 6, 7, 8]) {
        await sendPieces(bench, station, [frame.subarray(0, at), frame.subarray(at)]);
        station.judge(`a request cut after ${at} bytes`, await station.next(), anyAnswer(pdu[0] ?? 0));
      }
      await sendPieces(bench, station, Array.from(frame, (byte) => Uint8Array.of(byte)));
      station.judge('a request that came byte by byte', await station.next(), anyAnswer(pdu[0] ?? 0));
    },
  },
  {
    area: 'FRAMES',
    number: 2,
    statements: ['MB-TCP-FRM-02'],
    level: 'should',
    purpose: 'A header with length 0 or 1 does not stall the connection: it is dropped, answered or closed',
    on: 'tcp',
    caughtBy: 'stalls-after-short-headers',
    run: async (bench) => {
      for (const length of [0, 1]) {
        const station = await bench.open(`length${length}`);
        await station.sendBytes(mbap({ transactionId: 1, protocolId: 0, length, unit: bench.device.unitId }, new Uint8Array(0)).subarray(0, 6 + length));
        await bench.recover();
        const { pdu } = bench.plain();
        await station.sendBytes(station.frame(pdu));
        // An answer to the short header may come first.
        const first = await station.next();
        if (first.kind === 'answer' && first.transactionId === 1) station.judge('a good request', await station.next(), anyAnswer(pdu[0] ?? 0), connectionEnd);
        else station.judge(`a good request after a header of length ${length}`, first, anyAnswer(pdu[0] ?? 0), connectionEnd);
        await station.close();
      }
    },
  },
  {
    area: 'FRAMES',
    number: 3,
    statements: ['MB-TCP-FRM-03', 'MB-APP-GEN-03'],
    purpose: 'A request whose length is above 254 is never executed',
    on: 'tcp',
    requires: ['FC03', 'FC06'],
    needs: WRITABLE,
    caughtBy: 'ignores-lengths',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      await bench.needWritten(station, 'holdingRegisters', first, [7]);
      await station.close();
      for (const length of [255, 0x0606, 0xffff]) {
        const broken = await bench.open(`length${length}`);
        const write = Uint8Array.of(...fields(6, first, 0x1234), ...new Uint8Array(260));
        await broken.sendBytes(mbap({ transactionId: 1, protocolId: 0, length, unit: bench.device.unitId }, write));
        await broken.next(bench.context.pixit.quietMs);
        await broken.close('reset');
      }
      await expectHeld(await bench.open('after'), 'holdingRegisters', first, [7]);
    },
  },
  {
    area: 'FRAMES',
    number: 4,
    statements: ['MB-TCP-FRM-04'],
    purpose: 'Malformed input on one connection harms no other connection',
    on: 'tcp',
    needs: [SEVERAL_CONNECTIONS],
    caughtBy: 'closes-all-for-one',
    run: async (bench) => {
      const good = await bench.open('good');
      await bench.expectServes(good, 'nothing');
      for (const [index, garbage] of [new Uint8Array(300).fill(0xff), Uint8Array.from({ length: 64 }, (_none, at) => (at * 37) & 0xff), new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n')].entries()) {
        const bad = await bench.open(`bad${index}`);
        await bad.sendBytes(garbage);
        await bad.next(bench.context.pixit.quietMs);
        await bad.close('reset');
        await bench.expectServes(good, 'garbage on another connection');
      }
    },
  },
  {
    area: 'FRAMES',
    number: 5,
    statements: ['MB-TCP-FRM-06', 'MB-APP-01-01', 'MB-APP-02-01', 'MB-APP-03-01', 'MB-APP-04-01', 'MB-TCP-MBAP-05'],
    purpose: 'A read whose PDU is too short is refused with exception 03, dropped or closed, never served; the length alone says where the next request begins',
    on: 'tcp',
    caughtBy: 'reads-past-short-requests',
    run: async (bench) => {
      const code = [3, 1, 4, 2].find((candidate) => bench.has(`FC0${candidate}`)) ?? 3;
      for (const pdu of [Uint8Array.of(code), Uint8Array.of(code, 0), Uint8Array.of(code, 0, 0, 0)]) {
        const station = await bench.open(`short${pdu.length}`);
        const what = `function ${code} with a PDU of ${pdu.length} bytes`;
        const heard = await station.ask({ pdu });
        station.judge(what, heard, pduThat('exception 03', (answer) => answer.length === 2 && answer[0] === (code | 0x80) && [1, 3].includes(answer[1] ?? 0)), connectionEnd, silence);
        if (heard.kind !== 'closed') station.judge(`a good request after ${what}`, await station.ask(bench.plain()), anyAnswer(bench.plain().pdu[0] ?? 0), connectionEnd);
        await station.close('reset');
      }
    },
  },
  {
    area: 'FRAMES',
    number: 6,
    statements: ['MB-TCP-MBAP-05', 'MB-APP-03-01', 'MB-APP-05-01', 'MB-APP-06-01', 'MB-TCP-FRM-06'],
    purpose: 'A request with bytes behind its PDU, which its length counts, does not shift what follows: the next request is answered, or the connection closed',
    on: 'tcp',
    caughtBy: 'delimits-messages-by-function',
    run: async (bench) => {
      const station = await bench.open();
      const { pdu } = bench.plain();
      const heard = await station.ask({ pdu: Uint8Array.of(...pdu, 0, 0, 0) });
      if (heard.kind === 'closed') return;
      station.judge('a request with three bytes too many', heard, anyAnswer(pdu[0] ?? 0), silence);
      station.judge('a good request after it', await station.ask(bench.plain()), anyAnswer(pdu[0] ?? 0), connectionEnd);
    },
  },
  {
    area: 'PIPELINE',
    number: 1,
    statements: ['MB-TCP-PIPE-01', 'MB-TCP-PIPE-05', 'MB-TCP-MBAP-01'],
    purpose: 'Several requests in one segment are each answered once, under their own transaction ids; those beyond the limit of the server with exception 06',
    on: 'tcp',
    caughtBy: 'answers-one-request-a-segment',
    run: (bench) => expectEachAnswered(bench, 4),
  },
  {
    area: 'PIPELINE',
    number: 2,
    statements: ['MB-TCP-PIPE-05', 'MB-TCP-PIPE-01', 'MB-APP-EXC-03'],
    purpose: 'Forty requests at once, more than a server need take, are each answered, if need be with exception 06',
    on: 'tcp',
    caughtBy: 'answers-sixteen-requests-at-most',
    run: (bench) => expectEachAnswered(bench, 40),
  },
  {
    area: 'UNIT',
    number: 1,
    statements: ['MB-TCP-UNIT-01', 'MB-TCP-MBAP-04'],
    level: 'should',
    purpose: 'A server that is reached directly by IP answers unit id 255',
    on: 'tcp',
    requires: ['!UNIT_ID_JUDGED'],
    caughtBy: 'knows-its-own-unit-only',
    run: async (bench) => {
      const station = await bench.open();
      await expectUnder(bench, station, { transactionId: 7, unit: 255 });
    },
  },
  {
    area: 'UNIT',
    number: 2,
    statements: ['MB-TCP-UNIT-02'],
    level: 'should',
    purpose: 'A server that is reached directly by IP answers unit id 0',
    on: 'tcp',
    requires: ['!UNIT_ID_JUDGED'],
    caughtBy: 'knows-its-own-unit-only',
    run: async (bench) => {
      const station = await bench.open();
      await expectUnder(bench, station, { transactionId: 7, unit: 0 });
    },
  },
  {
    area: 'CONNECTIONS',
    number: 1,
    statements: ['MB-TCP-CONN-01', 'MB-TCP-SRV-01'],
    purpose: 'As many connections as are declared are served at once, each with its own answers',
    on: 'tcp',
    needs: [SEVERAL_CONNECTIONS],
    caughtBy: 'serves-one-connection',
    run: async (bench) => {
      const count = Math.min(Number(bench.context.pixit.values['connectionsMax']), 32);
      const stations = await openAll(bench, count);
      for (const station of [...stations, ...stations.toReversed()]) await bench.expectServes(station, `opening ${count} connections`);
    },
  },
  {
    area: 'CONNECTIONS',
    number: 2,
    statements: ['MB-TCP-CONN-02'],
    purpose: 'A connection that ends in the middle of a request disturbs no other',
    on: 'tcp',
    needs: [SEVERAL_CONNECTIONS],
    caughtBy: 'closes-all-for-one',
    run: async (bench) => {
      const good = await bench.open('good');
      await bench.expectServes(good, 'nothing');
      for (const how of ['fin', 'reset'] as const) {
        const leaving = await bench.open(how);
        await leaving.sendBytes(leaving.frame(bench.plain().pdu).subarray(0, 7));
        await leaving.close(how);
        await bench.wire.pause(bench.context.pixit.quietMs);
        await bench.expectServes(good, 'the end of another connection in the middle of a request');
      }
      const again = await bench.open('again');
      await bench.expectServes(again, 'connections that ended in the middle of a request');
    },
  },
  {
    area: 'CONNECTIONS',
    number: 3,
    statements: ['MB-TCP-CONN-04'],
    level: 'should',
    purpose: 'At the limit of connections a new one is admitted; the oldest unused one may be closed for it',
    on: 'tcp',
    needs: [SEVERAL_CONNECTIONS],
    caughtBy: 'serves-one-connection',
    run: async (bench) => {
      const count = Math.min(Number(bench.context.pixit.values['connectionsMax']), 32);
      const stations = await openAll(bench, count);
      for (const station of stations) await bench.expectServes(station, 'opening all connections');
      await bench.expectServes(await expectOpen(bench, 'new'), `${count} other connections`);
    },
  },
  {
    area: 'CONNECTIONS',
    number: 4,
    statements: ['MB-TCP-CONN-09'],
    purpose: 'A client that left its connection open and comes back is admitted',
    on: 'tcp',
    needs: [SEVERAL_CONNECTIONS],
    caughtBy: 'serves-one-connection',
    run: async (bench) => {
      const abandoned = await bench.open('abandoned');
      await bench.expectServes(abandoned, 'nothing');
      await abandoned.sendBytes(abandoned.frame(bench.plain().pdu).subarray(0, 5));
      await bench.expectServes(await expectOpen(bench, 'returned'), 'a connection that was abandoned in the middle of a request');
    },
  },
];

async function expectUnder(bench: ModbusBench, station: Station, envelope: { readonly transactionId: number; readonly unit: number }): Promise<void> {
  const { pdu } = bench.plain();
  const name = `a request of transaction ${envelope.transactionId} and unit ${envelope.unit}`;
  await station.sendBytes(station.frame(pdu, envelope));
  const heard = await station.next();
  station.judge(name, heard, anyAnswer(pdu[0] ?? 0));
  if (heard.kind === 'answer' && (heard.transactionId !== envelope.transactionId || heard.unit !== envelope.unit)) {
    failCase(`the answer to ${name} is one of transaction ${heard.transactionId ?? 0} and unit ${heard.unit}`);
  }
}

async function sendPieces(bench: ModbusBench, station: Station, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    await station.sendBytes(piece);
    await bench.wire.pause(5);
  }
}

/** So many requests in one segment; each is answered once. In which order is the server's choice. */
async function expectEachAnswered(bench: ModbusBench, count: number): Promise<void> {
  const station = await bench.open();
  const { pdu } = bench.plain();
  const ids = Array.from({ length: count }, (_none, index) => (0x0f00 + index * 0x0101) & 0xffff);
  await station.sendBytes(Uint8Array.from(ids.flatMap((transactionId) => [...station.frame(pdu, { unit: bench.device.unitId, transactionId })])));
  const waiting = new Set(ids);
  while (waiting.size > 0) {
    const heard = await station.next();
    if (heard.kind !== 'answer') failCase(`of ${count} requests at once ${waiting.size} were not answered: ${told(heard)}`);
    if (!waiting.delete(heard.transactionId ?? -1)) failCase(`an answer under transaction id ${heard.transactionId ?? 0}, which is not outstanding`);
    if (exceptionCodeOf(heard) !== BUSY) station.judge('one of several requests', heard, anyAnswer(pdu[0] ?? 0));
  }
}

/** One more connection, which the SUT has to take. */
async function expectOpen(bench: ModbusBench, label: string): Promise<Station> {
  return (await bench.tryOpen(label)) ?? failCase(`${label}: the SUT refuses the connection`);
}

async function openAll(bench: ModbusBench, count: number): Promise<Station[]> {
  const stations: Station[] = [];
  for (let index = 0; index < count; index += 1) stations.push(await expectOpen(bench, `connection${index}`));
  return stations;
}
