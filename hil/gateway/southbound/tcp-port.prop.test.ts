import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { memoryLinkPair } from '../../transport/memory-link.ts';
import { libraryClient } from './library-client.ts';
import type { LinePort } from './line-port.ts';
import { newTally, type LineTally } from './line-tally.ts';
import type { ModbusClient } from './modbus-client.ts';
import { pduClient } from './pdu-client.ts';
import { answerPlainly, playTcp } from './scripted-server.contract.ts';
import { tcpPort } from './tcp-port.ts';

const TIMEOUT_MS = 100;
/** For each request, after how many milliseconds it is answered: never, once or several times, in time or late. */
const answerTimes = (requests: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 3 }), { minLength: 1, maxLength: requests });

/** Notes how many requests were outstanding at most. */
function counted(line: LinePort): LinePort & { mostOutstanding: number } {
  let outstanding = 0;
  const counting = {
    mostOutstanding: 0,
    exchange: async (...request: Parameters<LinePort['exchange']>) => {
      outstanding += 1;
      counting.mostOutstanding = Math.max(counting.mostOutstanding, outstanding);
      const exchange = await line.exchange(...request);
      outstanding -= 1;
      return exchange;
    },
  };
  return counting;
}

/** Every register holds its own address, so an answer given to another request shows. @returns Requests outstanding at most. */
async function playScript(script: readonly number[][], openClient: (line: LinePort, tally: LineTally) => ModbusClient): Promise<number> {
  const clock = createManualClock();
  const { a, b } = memoryLinkPair();
  const tally = newTally();
  playTcp(b, (request) => {
    for (const delayMs of script[request.request.address] ?? []) clock.setTimer(delayMs, () => answerPlainly(request));
  });
  const line = counted(tcpPort(a, { clock, timeoutMs: TIMEOUT_MS, tally }));
  const client = openClient(line, tally);
  const results = Promise.all(script.map((_times, address) => client.read('HOLDING_REGISTERS', 1, address, 1)));
  await clock.advanceAsync(script.length * TIMEOUT_MS + 1_000);
  for (const [address, result] of (await results).entries()) {
    const inTime = (script[address] ?? []).some((delayMs) => delayMs < TIMEOUT_MS);
    if (inTime) expect(result).toEqual({ kind: 'words', words: [address] });
    else if (!(script[address] ?? []).includes(TIMEOUT_MS)) expect(result).toEqual({ kind: 'timeout' });
  }
  expect(tally.late).toBe(script.flat().length - script.length + tally.timeouts);
  return line.mostOutstanding;
}

describe('whatever is delayed, duplicated or reordered, a request gets its own answer, or none', () => {
  test.each([
    ['modbus-serial, one at a time', libraryClient],
    ['our own client, one at a time', (line: LinePort, tally: LineTally) => pduClient(line, tally)],
  ])('%s', async (_name, openClient) => {
    await fc.assert(
      fc.asyncProperty(answerTimes(12), async (script) => {
        expect(await playScript(script, openClient)).toBe(1);
      }),
      replay(),
    );
  });

  test('our own client, up to 255 outstanding', async () => {
    await fc.assert(
      fc.asyncProperty(answerTimes(60), fc.integer({ min: 1, max: 255 }), async (script, outstandingMax) => {
        const mostOutstanding = await playScript(script, (line, tally) => pduClient(line, tally, outstandingMax));
        expect(mostOutstanding).toBe(Math.min(outstandingMax, script.length));
      }),
      replay(),
    );
  });
});
