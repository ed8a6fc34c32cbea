import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { createManualClock } from '../../world/manual-clock.ts';
import type { LinkItem } from '../link-fault.ts';
import { runStage } from '../stage-bench.contract.ts';
import { latency } from './latency.ts';

const SAMPLES = 4_000;
/** Far enough apart that no chunk waits for the one ahead of it. */
const APART_MS = 1_000;

describe('latency', () => {
  test('each chunk comes out after its delay, not before', () => {
    const bench = runStage(latency, { ms: '100ms' });
    bench.accept(Uint8Array.of(1));
    bench.clock.advance(40);
    bench.accept(Uint8Array.of(2));
    bench.clock.advance(59);
    expect(bench.out).toEqual([]);
    bench.clock.advance(1);
    expect(bench.out).toEqual([{ atMs: 100, item: Uint8Array.of(1) }]);
    bench.clock.advance(40);
    expect(bench.out.at(-1)).toEqual({ atMs: 140, item: Uint8Array.of(2) });
    expect([bench.counters.delayed, bench.clock.pendingTimers]).toEqual([2, 0]);
  });

  test('uniform: spread evenly over ms ± jitter', () => {
    const delays = drawnDelays({ ms: 100, jitter: 40 });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
    const inQuarter = [60, 80, 100, 120].map((from) => delays.filter((delay) => delay >= from && delay < from + 20).length);
    for (const count of inQuarter) expect(Math.abs(count - SAMPLES / 4)).toBeLessThan(150);
  });

  test('normal: mean ms, standard deviation jitter, two thirds within one of it', () => {
    const delays = drawnDelays({ ms: 100, jitter: 10, distribution: 'normal' });
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / SAMPLES;
    const deviation = Math.sqrt(delays.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / SAMPLES);
    expect(Math.abs(mean - 100)).toBeLessThan(1);
    expect(Math.abs(deviation - 10)).toBeLessThan(0.7);
    const within = delays.filter((delay) => Math.abs(delay - 100) < 10).length / SAMPLES;
    expect(Math.abs(within - 0.683)).toBeLessThan(0.03);
  });

  test('a jitter larger than the delay never makes it negative', () => {
    const delays = drawnDelays({ ms: 5, jitter: 50, distribution: 'normal' });
    expect(Math.min(...delays)).toBe(0);
  });

  test('bytes that come together keep their order whatever is drawn, and the end comes last', () => {
    const bench = runStage(latency, { ms: 50, jitter: 50 });
    const items: LinkItem[] = [...Array.from({ length: 200 }, (_one, index) => Uint8Array.of(index)), 'end'];
    for (const item of items) bench.accept(item);
    bench.clock.advance(100);
    expect(bench.out.map(({ item }) => item)).toEqual(items);
  });

  test('equal seeds draw equal delays, other connections others', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => drawnDelays({ ms: 10, jitter: 5 }, seed, 20));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('releasing lets everything out at once, in order, and stops the timer', () => {
    const bench = runStage(latency, { ms: 100 });
    bench.accept(Uint8Array.of(1));
    bench.accept(Uint8Array.of(2));
    bench.stage.release();
    expect(bench.out.map(({ item }) => item)).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('asks to pause the source when a megabyte, or too many chunks, are under way', () => {
    const bench = runStage(latency, { ms: 100 });
    bench.accept(new Uint8Array(1_048_575));
    expect(bench.stage.isFull).toBe(false);
    bench.accept(new Uint8Array(1));
    expect(bench.stage.isFull).toBe(true);
    bench.clock.advance(100);
    for (let chunk = 0; chunk < 4_096; chunk += 1) bench.accept(new Uint8Array(1));
    expect(bench.stage.isFull).toBe(true);
  });

  test('refuses parameters that are no delay', () => {
    const deps = { clock: createManualClock(), random: randomFromSeed(1) };
    expect(() => latency.create({}, deps)).toThrow(/ms expected a duration/u);
    expect(() => latency.create({ ms: -1 }, deps)).toThrow(/ms /u);
    expect(() => latency.create({ ms: 1, distribution: 'pareto' }, deps)).toThrow(/distribution /u);
    expect(() => latency.create({ ms: 1, jiter: 1 }, deps)).toThrow(/jiter/u);
  });

  test('parameters that were parsed already mean the same', () => {
    const parsed = latency.params.parse({ ms: '1.5s', jitter: '20ms' });
    expect(parsed).toEqual({ ms: 1_500, jitter: 20, distribution: 'uniform' });
    expect(latency.params.parse(parsed)).toEqual(parsed);
  });
});

function drawnDelays(params: unknown, seed = 1, samples = SAMPLES): number[] {
  const bench = runStage(latency, params, seed);
  const sentMs: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    sentMs.push(bench.clock.nowMs());
    bench.accept(Uint8Array.of(0));
    bench.clock.advance(APART_MS);
  }
  return bench.out.map(({ atMs }, index) => atMs - (sentMs[index] ?? 0));
}
