import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../sim/world/manual-clock.ts';
import { encodeRtu } from '../../protocols/modbus/rtu.ts';
import { rtuTiming } from '../../protocols/modbus/rtu-timing.ts';
import { unitId } from '../../protocols/modbus/unit-id.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import { memoryLinkPair } from '../../transport/memory-link.ts';
import { newTally, type LineTally } from './line-tally.ts';
import { libraryClient } from './library-client.ts';
import type { ModbusClient } from './modbus-client.ts';
import { quarantineMs, rtuPort } from './rtu-port.ts';
import { plainAnswer, playRtu, sendBytes, type Script } from './scripted-server.contract.ts';

const BAUD_RATE = 19_200;
const TIMEOUT_MS = 500;
const SILENCE_MS = rtuTiming(BAUD_RATE).silenceMs;
/** Longer than a request, its timeout and its quarantine together. */
const LONG_MS = 5_000;

interface Bench {
  readonly clock: ManualClock;
  readonly client: ModbusClient;
  readonly tally: LineTally;
  /** The server's end of the line. */
  readonly far: ByteLink;
  /** When each request arrived, and what the server does with it. */
  readonly arrivalsMs: number[];
  script: Script;
}

function openBench(): Bench {
  const clock = createManualClock();
  const { a, b } = memoryLinkPair('rs485');
  const tally = newTally();
  const client = libraryClient(rtuPort(a, { clock, timeoutMs: TIMEOUT_MS, baudRate: BAUD_RATE, tally }), tally);
  const bench: Bench = { clock, client, tally, far: b, arrivalsMs: [], script: answer };
  playRtu(b, (request) => {
    bench.arrivalsMs.push(clock.nowMs());
    bench.script(request);
  });
  return bench;
}

const answer: Script = ({ link, unitId: unit, request }) => sendBytes(link, encodeRtu(unit, plainAnswer(request)));
let bench: Bench;
beforeEach(() => {
  bench = openBench();
});

/** Reads one register holding its own address, and lets time pass until the answer is certain. */
async function readOne(address: number, unit = 1): ReturnType<ModbusClient['read']> {
  const result = bench.client.read('HOLDING_REGISTERS', unit, address, 1);
  await bench.clock.advanceAsync(LONG_MS);
  return result;
}

test('units of one line answer in turn, with t3.5 of silence before each request', async () => {
  const results = Promise.all([1, 2, 3].map((unit) => bench.client.read('HOLDING_REGISTERS', unit, unit * 10, 2)));
  await bench.clock.advanceAsync(LONG_MS);
  expect(await results).toEqual([10, 20, 30].map((first) => ({ kind: 'words', words: [first, first + 1] })));
  const gaps = bench.arrivalsMs.slice(1).map((arrivalMs, index) => arrivalMs - (bench.arrivalsMs[index] ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(SILENCE_MS - 0.001);
});

test('an answer torn apart by a USB adapter is put together', async () => {
  bench.script = ({ link, unitId: unit, request }) => {
    const frame = encodeRtu(unit, plainAnswer(request));
    sendBytes(link, frame.subarray(0, 3));
    bench.clock.setTimer(15, () => sendBytes(link, frame.subarray(3)));
  };
  expect(await readOne(5)).toEqual({ kind: 'words', words: [5] });
});

describe('corrupt answers', () => {
  test('a wrong CRC fails the request once the line is silent', async () => {
    bench.script = ({ link, unitId: unit, request }) => {
      const frame = encodeRtu(unit, plainAnswer(request));
      frame[3] = (frame[3] ?? 0) ^ 1;
      sendBytes(link, frame);
    };
    expect(await readOne(5)).toMatchObject({ kind: 'corrupt' });
    bench.script = answer;
    expect(await readOne(6)).toEqual({ kind: 'words', words: [6] });
    expect(bench.tally).toMatchObject({ corrupt: 1, timeouts: 0 });
  });

  test('noise before a good frame does no harm', async () => {
    bench.script = ({ link, unitId: unit, request }) => sendBytes(link, Buffer.concat([Uint8Array.of(0xff, 0x00, 0xff), encodeRtu(unit, plainAnswer(request))]));
    expect(await readOne(5)).toEqual({ kind: 'words', words: [5] });
  });

  test('an answer cut short is corrupt, not a timeout', async () => {
    bench.script = ({ link, unitId: unit, request }) => sendBytes(link, encodeRtu(unit, plainAnswer(request)).subarray(0, 5));
    expect(await readOne(5)).toMatchObject({ kind: 'corrupt' });
  });

  test('no answer with one flipped bit is ever taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 20 }), async (bit, count) => {
        bench = openBench();
        bench.script = ({ link, unitId: unit, request }) => {
          const frame = encodeRtu(unit, plainAnswer(request));
          const position = bit % (frame.length * 8);
          frame[position >> 3] = (frame[position >> 3] ?? 0) ^ (1 << (position & 7));
          sendBytes(link, frame);
        };
        const result = bench.client.read('HOLDING_REGISTERS', 1, 0, count);
        await bench.clock.advanceAsync(LONG_MS);
        expect(['corrupt', 'timeout']).toContain((await result).kind);
      }),
      replay(),
    );
  });
});

describe('late answers', () => {
  test('one that begins within the quarantine is dropped, and nothing is sent before that has passed', async () => {
    const lateByMs = quarantineMs(BAUD_RATE) - 20;
    bench.script = (request) => {
      bench.clock.setTimer(TIMEOUT_MS + lateByMs, () => answer(request));
      bench.script = answer;
    };
    const first = bench.client.read('HOLDING_REGISTERS', 1, 5, 1);
    const second = bench.client.read('HOLDING_REGISTERS', 1, 6, 1);
    await bench.clock.advanceAsync(LONG_MS);
    expect(await first).toEqual({ kind: 'timeout' });
    expect(await second).toEqual({ kind: 'words', words: [6] });
    expect(bench.tally.late).toBe(1);
    expect((bench.arrivalsMs[1] ?? 0) - (bench.arrivalsMs[0] ?? 0)).toBeGreaterThanOrEqual(TIMEOUT_MS + quarantineMs(BAUD_RATE));
  });

  test('one of another unit is dropped at any time', async () => {
    bench.script = ({ link, request }) => sendBytes(link, encodeRtu(unitId(2), plainAnswer(request)));
    expect(await readOne(5)).toEqual({ kind: 'timeout' });
    expect(bench.tally).toMatchObject({ late: 1, timeouts: 1 });
  });
});

test('a line that never becomes silent fails the request instead of holding it for ever', async () => {
  const babble = (): void => {
    sendBytes(bench.far, Uint8Array.of(0x55));
    bench.clock.setTimer(SILENCE_MS / 2, babble);
  };
  babble();
  const result = bench.client.read('HOLDING_REGISTERS', 1, 0, 1);
  await bench.clock.advanceAsync(quarantineMs(BAUD_RATE) * 12);
  expect(await result).toMatchObject({ kind: 'corrupt', because: expect.stringContaining('silent') });
  expect(bench.arrivalsMs).toEqual([]);
});

test('a line that closes tells the request and all later ones', async () => {
  bench.script = ({ link }) => link.destroy();
  expect(await readOne(0)).toMatchObject({ kind: 'closed' });
  expect(await readOne(0)).toMatchObject({ kind: 'closed' });
});
