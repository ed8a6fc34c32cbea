import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../runtime/random.ts';
import { replay } from '../../../runtime/replay-seed.contract.ts';
import { quiet } from '../core/core-client.contract.ts';
import { MESSAGES, oneConnection, publisher, subscriber } from '../core/handshake-parties.contract.ts';
import { storedBench, type StoredBench } from './stored-bench.contract.ts';

const EXPECTED = Array.from({ length: MESSAGES }, (_item, index) => String(index));
const FOREVER = { sessionExpiryIntervalS: 0xffff_ffff } as const;

/** What happens next: a connection of one side that is cut after so many packets, a kill, a kill at a write, a write that fails. */
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('publisher', 'subscriber'), packets: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill'), packets: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill at a write'), packets: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('failing writes'), packets: fc.integer({ min: 0, max: 4 }) }) },
);

test.each([
  [1, 4],
  [1, 5],
  [2, 4],
  [2, 5],
] as const)('QoS %i in level %i through cuts, kills and failed writes', { timeout: 120_000 }, async (qos, version) => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 24 }), fc.nat(), async (history, seed) => {
      let bench: StoredBench = await storedBench();
      const delivered: string[] = [];
      const [from, to] = [publisher(qos, randomFromSeed(seed)), subscriber(delivered)];
      const first = await bench.connected('s', version, { cleanStart: false, properties: version === 5 ? FOREVER : {} });
      await first.subscribe([{ filter: 't', qos }]);
      await first.cut();
      for (const { kind, packets } of history) {
        if (kind === 'publisher') await oneConnection(bench.broker, 'p', version, from, packets);
        else if (kind === 'subscriber') await oneConnection(bench.broker, 's', version, to, packets);
        else if (kind === 'kill') bench = await bench.again();
        else if (kind === 'kill at a write') bench = await killedAtWrite(bench, packets, () => oneConnection(bench.broker, packets % 2 === 0 ? 'p' : 's', version, packets % 2 === 0 ? from : to, 9));
        else await withFailures(bench, packets);
      }
      await withFailures(bench, 0);
      for (let round = 0; round < 30 && !(from.isDone() && new Set(delivered).size === MESSAGES); round += 1) {
        await oneConnection(bench.broker, 'p', version, from, 1_000);
        await oneConnection(bench.broker, 's', version, to, 1_000);
      }
      expect(from.isDone()).toBe(true);
      expect(qos === 2 ? delivered : [...new Set(delivered)]).toEqual(EXPECTED);
      await oneConnection(bench.broker, 's', version, to, 1_000);
      bench = await bench.again();
      expect(bench.store.stats()).toMatchObject({ rows: { queued: 0, inFlight: 0, incoming: 0, sessions: 2 }, payloadBytes: 0, recovery: { damage: 'none' } });
    }),
    { numRuns: 40, ...replay() },
  );
});

/** The process is killed while it writes for the n-th time; the write is kept or not, and nobody was told. */
async function killedAtWrite(bench: StoredBench, nth: number, work: () => Promise<void>): Promise<StoredBench> {
  let left = nth;
  bench.table.beforeWrite = () => {
    left -= 1;
    if (left < 0) bench.table.kill();
    return undefined;
  };
  await work();
  return bench.again();
}

/** The next writes fail; then the store is tried again. */
async function withFailures(bench: StoredBench, writes: number): Promise<void> {
  let left = writes;
  bench.table.beforeWrite = () => {
    left -= 1;
    bench.table.failsToWrite = left >= 0;
    return undefined;
  };
  if (writes > 0) return;
  for (let attempt = 0; attempt < 8; attempt += 1) await bench.clock.advance(1_100);
  await quiet();
}
