import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { openProxiedEndpoints, readAll, until, type ProxiedEndpoints } from './proxied-endpoints.contract.ts';

/** Real time is spent on every case, so there are fewer of them than usual. */
const RUNS = { numRuns: 20, ...replay() };
let endpoints: ProxiedEndpoints;
beforeAll(async () => {
  endpoints = await openProxiedEndpoints();
});
afterAll(() => endpoints.close());

const chunkSizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 12 });
const faultSpecs = fc.oneof(
  fc.record({ kind: fc.constant('latency'), params: fc.record({ ms: fc.nat(15), jitter: fc.nat(15) }) }),
  fc.record({ kind: fc.constant('bandwidth'), params: fc.record({ bytesPerSec: fc.integer({ min: 100_000, max: 2_000_000 }), burst: fc.integer({ min: 1, max: 5_000 }) }) }),
  fc.record({ kind: fc.constant('slice'), params: fc.record({ bytes: fc.integer({ min: 20, max: 2_000 }), delay: fc.nat(1) }) }),
  fc.record({ kind: fc.constant('partition'), params: fc.record({ direction: fc.constantFrom('both', 'up', 'down') }) }),
);
const schedule = fc.array(fc.record({ afterMs: fc.nat(8), slot: fc.nat(3), spec: fc.option(faultSpecs) }), { maxLength: 10 });

test('without faults, chunks of any sizes arrive whole and in order both ways', async () => {
  await fc.assert(
    fc.asyncProperty(chunkSizes, chunkSizes, fc.nat(), async (up, down, seed) => {
      await expectIdentity(up, down, seed, async () => {});
    }),
    RUNS,
  );
});

test('under any schedule of faults started and stopped in mid-stream, too', async () => {
  await fc.assert(
    fc.asyncProperty(chunkSizes, chunkSizes, fc.nat(), schedule, async (up, down, seed, steps) => {
      await expectIdentity(up, down, seed, async () => {
        for (const { afterMs, slot, spec } of steps) {
          await new Promise((resolve) => void setTimeout(resolve, afterMs));
          endpoints.proxy.stopFault(`f${slot}`);
          if (spec !== null) endpoints.proxy.startFault({ fault: `f${slot}`, ...spec, seedHex: randomFromSeed(seed).seedHex });
        }
        for (let slot = 0; slot <= 3; slot += 1) endpoints.proxy.stopFault(`f${slot}`);
      });
    }),
    RUNS,
  );
});

/** Sends both ways while `disturb` runs, ends both streams after it, and compares what arrived. */
async function expectIdentity(up: readonly number[], down: readonly number[], seed: number, disturb: () => Promise<void>): Promise<void> {
  const { client, server } = await endpoints.dialThrough();
  const ways = [
    { from: client, to: server, chunks: randomChunks(up, seed) },
    { from: server, to: client, chunks: randomChunks(down, seed + 1) },
  ];
  const arrived = ways.map(({ to }) => readAll(to));
  const sent = ways.map(async ({ from, chunks }) => {
    for (const chunk of chunks) {
      from.write(chunk);
      await new Promise((resolve) => void setTimeout(resolve, 1));
    }
  });
  await disturb();
  await Promise.all(sent);
  for (const { from } of ways) from.end();
  const received = await Promise.all(arrived);
  ways.forEach(({ chunks }, index) => expect(received[index]?.equals(Buffer.concat(chunks))).toBe(true));
  await until(() => endpoints.proxy.counters().open === 0);
  const { dropped, resets } = endpoints.proxy.counters();
  expect({ dropped, resets }).toEqual({ dropped: 0, resets: 0 });
}

function randomChunks(sizes: readonly number[], seed: number): Buffer[] {
  const random = randomFromSeed(seed);
  return sizes.map((size) => Buffer.from(Array.from({ length: size }, () => random.integer(0, 255))));
}
