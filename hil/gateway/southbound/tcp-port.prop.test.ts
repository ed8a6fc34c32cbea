import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { memoryLinkPair } from '../../transport/memory-link.ts';
import { newTally } from './line-tally.ts';
import { modbusClient } from './modbus-client.ts';
import { answerPlainly, playTcp } from './scripted-server.contract.ts';
import { tcpPort } from './tcp-port.ts';

const TIMEOUT_MS = 100;
/** For each request, after how many milliseconds it is answered: never, once or several times, in time or late. */
const answerTimes = fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 3 }), { minLength: 1, maxLength: 12 });

test('whatever is delayed, duplicated or reordered: a request gets its own answer, or none', async () => {
  await fc.assert(
    fc.asyncProperty(answerTimes, async (script) => {
      const clock = createManualClock();
      const { a, b } = memoryLinkPair();
      playTcp(b, (request) => {
        for (const delayMs of script[request.request.address] ?? []) clock.setTimer(delayMs, () => answerPlainly(request));
      });
      const tally = newTally();
      const client = modbusClient(tcpPort(a, { clock, timeoutMs: TIMEOUT_MS, tally }), tally);
      const results = Promise.all(script.map((_times, address) => client.read('HOLDING_REGISTERS', 1, address, 1)));
      await clock.advanceAsync(script.length * TIMEOUT_MS + 1_000);
      for (const [address, result] of (await results).entries()) {
        const inTime = (script[address] ?? []).some((delayMs) => delayMs < TIMEOUT_MS);
        if (inTime) expect(result).toEqual({ kind: 'words', words: [address] });
        else if (!(script[address] ?? []).includes(TIMEOUT_MS)) expect(result).toEqual({ kind: 'timeout' });
      }
      const answers = script.flat().length;
      expect(tally.late).toBe(answers - script.length + tally.timeouts);
    }),
    replay(),
  );
});
