import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { createLineBus, type LineBusOptions } from './line-bus.ts';

const NODES = 3;
const steps = fc.array(
  fc.record({ node: fc.nat({ max: NODES - 1 }), bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }), waitMs: fc.integer({ min: 0, max: 30 }) }),
  { maxLength: 25 },
);
const bauds = fc.constantFrom(1_200, 9_600, 19_200, 115_200);

interface Heard {
  readonly by: number;
  readonly atMs: number;
  readonly bytes: number[];
}

interface Run {
  readonly heard: readonly Heard[];
  readonly counters: ReturnType<ReturnType<typeof createLineBus>['counters']>;
  readonly pendingTimers: number;
}

function run(script: readonly { node: number; bytes: Uint8Array; waitMs: number }[], options: LineBusOptions, seed: number): Run {
  const clock = createManualClock();
  const bus = createLineBus(options, { clock, random: randomFromSeed(seed) });
  const heard: Heard[] = [];
  const nodes = Array.from({ length: NODES }, (_none, by) =>
    bus.attach({ name: `n${by}`, receive: (bytes) => void heard.push({ by, atMs: clock.nowMs(), bytes: [...bytes] }) }),
  );
  for (const { node, bytes, waitMs } of script) {
    clock.advance(waitMs);
    nodes[node]?.transmit(bytes);
  }
  clock.advance(100_000);
  return { heard, counters: bus.counters(), pendingTimers: clock.pendingTimers };
}

test('the same seed and calls give the same line, to the byte and the instant', () => {
  fc.assert(
    fc.property(steps, bauds, fc.nat(), (script, baudRate, seed) => {
      const options = { baudRate, parity: 'even', onError: 'zero', bitErrorRate: 0.01 } as const;
      expect(run(script, options, seed)).toEqual(run(script, options, seed));
    }),
    replay(),
  );
});

test('nothing stays behind: every byte was on the wire or is counted as lost, and no timer is left', () => {
  fc.assert(
    fc.property(steps, bauds, (script, baudRate) => {
      const { counters, pendingTimers } = run(script, { baudRate, parity: 'none', onError: 'drop' }, 1);
      expect(counters.bytes + counters.lostBytes).toBe(script.reduce((sum, { bytes }) => sum + bytes.length, 0));
      expect(counters.lostBytes).toBe(0);
      expect(pendingTimers).toBe(0);
    }),
    replay(),
  );
});

test('a clean line on which nobody interrupts carries everything to everybody else, in order', () => {
  fc.assert(
    fc.property(steps, bauds, (script, baudRate) => {
      const polite = script.map((step) => ({ ...step, waitMs: 200 }));
      const { heard, counters } = run(polite, { baudRate, parity: 'even', onError: 'drop' }, 1);
      expect(counters.collisions + counters.damagedBytes).toBe(0);
      for (let listener = 0; listener < NODES; listener += 1) {
        const said = polite.flatMap(({ node, bytes }) => (node === listener ? [] : [...bytes]));
        expect(heard.filter(({ by }) => by === listener).flatMap(({ bytes }) => bytes)).toEqual(said);
      }
    }),
    replay(),
  );
});

test('the line is never faster than its baud rate', () => {
  fc.assert(
    fc.property(steps, bauds, (script, baudRate) => {
      const { heard } = run(script, { baudRate, parity: 'even', onError: 'drop' }, 1);
      for (let listener = 0; listener < NODES; listener += 1) {
        let freeMs = -Infinity;
        for (const { atMs, bytes } of heard.filter(({ by }) => by === listener)) {
          expect(atMs - Math.max(0, freeMs)).toBeGreaterThanOrEqual((bytes.length * 11_000) / baudRate - 0.01);
          freeMs = atMs;
        }
      }
    }),
    replay(),
  );
});

test('with parity checked, a noisy line loses bytes more often than it alters them', () => {
  const sent = new Uint8Array(200).fill(0x33);
  const script = Array.from({ length: 20 }, () => ({ node: 0, bytes: sent, waitMs: 2_000 }));
  const { heard, counters } = run(script, { baudRate: 19_200, parity: 'odd', onError: 'drop', bitErrorRate: 0.005 }, 3);
  const atOne = heard.filter(({ by }) => by === 1).flatMap(({ bytes }) => bytes);
  const altered = atOne.filter((byte) => byte !== 0x33).length;
  expect(counters.damagedBytes).toBeGreaterThan(100);
  expect(altered).toBeLessThan(counters.damagedBytes / 10);
  expect(atOne.length).toBe(4_000 - counters.damagedBytes + altered);
});
