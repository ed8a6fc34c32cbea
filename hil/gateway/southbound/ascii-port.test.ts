import * as fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../sim/world/manual-clock.ts';
import { createAsciiFramer } from '../../protocols/modbus/ascii-framer.ts';
import { encodeAscii } from '../../protocols/modbus/ascii.ts';
import { decodeRequest } from '../../protocols/modbus/decode-request.ts';
import { unitId } from '../../protocols/modbus/unit-id.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import { memoryLinkPair } from '../../transport/memory-link.ts';
import { asciiPort, asciiQuarantineMs } from './ascii-port.ts';
import { libraryClient } from './library-client.ts';
import { newTally, type LineTally } from './line-tally.ts';
import type { ModbusClient } from './modbus-client.ts';
import { isPlain, plainAnswer, sendBytes } from './scripted-server.contract.ts';

const BAUD_RATE = 19_200;
const TIMEOUT_MS = 500;
/** Longer than a request, its timeout and its quarantine together. */
const LONG_MS = 5_000;

interface Bench {
  readonly clock: ManualClock;
  readonly client: ModbusClient;
  readonly tally: LineTally;
  readonly far: ByteLink;
  /** What the server does with each request; sends its answer by default. */
  script: (answer: Uint8Array) => void;
}

function openBench(): Bench {
  const clock = createManualClock();
  const { a, b } = memoryLinkPair('rs232');
  const tally = newTally();
  const client = libraryClient(asciiPort(a, { clock, timeoutMs: TIMEOUT_MS, baudRate: BAUD_RATE, tally }), tally);
  const bench: Bench = { clock, client, tally, far: b, script: (answer) => sendBytes(b, answer) };
  const framer = createAsciiFramer();
  b.onBytes((chunk) => {
    for (const event of framer.push(chunk, clock.nowMs())) {
      if (event.kind !== 'frame') continue;
      const request = decodeRequest(event.pdu);
      if (isPlain(request)) bench.script(encodeAscii(event.unitId, plainAnswer(request)));
    }
  });
  return bench;
}

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});

async function readOne(address: number, unit = 1): ReturnType<ModbusClient['read']> {
  const result = bench.client.read('HOLDING_REGISTERS', unit, address, 1);
  await bench.clock.advanceAsync(LONG_MS);
  return result;
}

test('units of one line answer in turn, whole and in pieces', async () => {
  expect(await readOne(10, 1)).toEqual({ kind: 'words', words: [10] });
  bench.script = (answer) => {
    for (const character of answer) sendBytes(bench.far, Uint8Array.of(character));
  };
  expect(await readOne(20, 2)).toEqual({ kind: 'words', words: [20] });
});

test('a write is confirmed', async () => {
  const result = bench.client.write('HOLDING_REGISTERS', 3, 7, [1, 2, 3]);
  await bench.clock.advanceAsync(LONG_MS);
  expect(await result).toEqual({ kind: 'done' });
});

test('an answer of another unit, and one that nobody asked for, are dropped and counted', async () => {
  bench.script = (answer) => {
    sendBytes(bench.far, encodeAscii(unitId(9), Uint8Array.of(3, 2, 0xab, 0xcd)));
    sendBytes(bench.far, answer);
    sendBytes(bench.far, answer);
  };
  expect(await readOne(5)).toEqual({ kind: 'words', words: [5] });
  expect(bench.tally.late).toBe(2);
});

test('an answer that comes within the quarantine after its timeout does not complete the next request', async () => {
  bench.script = (answer) => {
    bench.clock.setTimer(TIMEOUT_MS + asciiQuarantineMs(BAUD_RATE) / 2, () => sendBytes(bench.far, answer));
  };
  const first = bench.client.read('HOLDING_REGISTERS', 1, 1, 1);
  await bench.clock.advanceAsync(TIMEOUT_MS + 20);
  expect(await first).toEqual({ kind: 'timeout' });
  // Slow enough that the late answer would be there first if the request had gone out at once.
  bench.script = (answer) => {
    bench.clock.setTimer(TIMEOUT_MS - 50, () => sendBytes(bench.far, answer));
  };
  expect(await readOne(2)).toEqual({ kind: 'words', words: [2] });
  expect(bench.tally).toMatchObject({ timeouts: 1, late: 1 });
});

test('no answer with one flipped bit is ever taken for another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 20 }), async (bit, count) => {
      bench = openBench();
      bench.script = (answer) => {
        const position = bit % (answer.length * 8);
        answer[position >> 3] = (answer[position >> 3] ?? 0) ^ (1 << (position & 7));
        sendBytes(bench.far, answer);
      };
      const reading = bench.client.read('HOLDING_REGISTERS', 1, 0, count);
      await bench.clock.advanceAsync(LONG_MS);
      const result = await reading;
      // The case of a hexadecimal digit is one bit and changes nothing.
      if (result.kind === 'words') expect(result.words).toEqual(Array.from({ length: count }, (_word, index) => index));
      else expect(['corrupt', 'timeout']).toContain(result.kind);
    }),
    replay(),
  );
});

test('a line that ends fails the request', async () => {
  bench.script = () => bench.far.destroy();
  expect(await readOne(1)).toMatchObject({ kind: 'closed' });
  expect(await readOne(1)).toMatchObject({ kind: 'closed' });
});
