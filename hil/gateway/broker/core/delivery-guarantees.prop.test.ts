import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../runtime/random.ts';
import { replay } from '../../../runtime/replay-seed.contract.ts';
import { coreBench } from './core-client.contract.ts';
import { MESSAGES, oneConnection, publisher, subscriber } from './handshake-parties.contract.ts';

const EXPECTED = Array.from({ length: MESSAGES }, (_item, index) => String(index));

test.each([
  [1, 4],
  [1, 5],
  [2, 4],
  [2, 5],
] as const)('QoS %i in level %i under cuts at any packet boundary', { timeout: 120_000 }, async (qos, version) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9 })), { maxLength: 20 }), fc.nat(), async (cuts, seed) => {
      const bench = coreBench();
      const delivered: string[] = [];
      const [from, to] = [publisher(qos, randomFromSeed(seed)), subscriber(delivered)];
      const first = await bench.connected('s', version, { cleanStart: false, properties: version === 5 ? { sessionExpiryIntervalS: 0xffff_ffff } : {} });
      await first.subscribe([{ filter: 't', qos }]);
      await first.cut();
      for (const [isPublisher, budget] of cuts) {
        if (isPublisher) await oneConnection(bench.broker, 'p', version, from, budget);
        else await oneConnection(bench.broker, 's', version, to, budget);
      }
      for (let round = 0; round < 20 && !(from.isDone() && new Set(delivered).size === MESSAGES); round += 1) {
        await oneConnection(bench.broker, 'p', version, from, 1_000);
        await oneConnection(bench.broker, 's', version, to, 1_000);
      }
      expect(from.isDone()).toBe(true);
      if (qos === 2) expect(delivered).toEqual(EXPECTED);
      // A copy of QoS 1 may come again; the first ones keep their order.
      else expect([...new Set(delivered)]).toEqual(EXPECTED);
      await oneConnection(bench.broker, 's', version, to, 1_000);
      expect(delivered.length).toBeLessThanOrEqual(qos === 2 ? MESSAGES : MESSAGES * 12);
    }),
    { numRuns: 25, ...replay() },
  );
});
