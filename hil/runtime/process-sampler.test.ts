import { expect, test } from 'vitest';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import type { ObservationData } from './observation.ts';
import { sampleProcess } from './process-sampler.ts';

test('samples at once and then each period, until it is cancelled', () => {
  const clock = createManualClock();
  const samples: { type: string; data: ObservationData }[] = [];
  const sampler = sampleProcess(clock, (type, data) => samples.push({ type, data }), 500);
  expect(samples.length).toBe(1);
  clock.advance(1_600);
  expect(samples.length).toBe(4);
  sampler.cancel();
  clock.advance(5_000);
  expect([samples.length, clock.pendingTimers]).toEqual([4, 0]);
});

test('a sample holds plausible, finite numbers', () => {
  const clock = createManualClock();
  const samples: ObservationData[] = [];
  const sampler = sampleProcess(clock, (_type, data) => samples.push(data), 100);
  const spin = Buffer.alloc(1_000_000).fill('x').toString().split('').length;
  clock.advance(100);
  sampler.cancel();
  expect(spin).toBe(1_000_000);
  const [first, second] = samples;
  expect(Object.keys(first ?? {}).toSorted()).toEqual(['cpuMs', 'heapUsedBytes', 'loopDelayP99Ms', 'rssBytes']);
  for (const sample of samples) for (const value of Object.values(sample)) expect(Number.isFinite(value) && Number(value) >= 0).toBe(true);
  expect(Number(first?.['rssBytes'])).toBeGreaterThan(Number(first?.['heapUsedBytes']) / 10);
  expect(Number(second?.['cpuMs'])).toBeGreaterThan(Number(first?.['cpuMs']));
});

test('the delay of the event loop shows, and each period stands for itself', async () => {
  const clock = createManualClock();
  const delays: number[] = [];
  const sampler = sampleProcess(clock, (_type, data) => delays.push(Number(data['loopDelayP99Ms'])), 100);
  await turns(5);
  const untilMs = performance.now() + 400;
  while (performance.now() < untilMs);
  await turns(3);
  clock.advance(100);
  await turns(3);
  clock.advance(100);
  sampler.cancel();
  const [, blocked = 0, quiet = 0] = delays;
  expect(blocked).toBeGreaterThan(200);
  expect(quiet).toBeLessThan(blocked);
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setTimeout(resolve, 12));
}
