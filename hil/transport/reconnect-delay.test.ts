import { expect, test } from 'vitest';
import { randomFromSeed } from '../runtime/random.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

const bounds = { minimumMs: 100, maximumMs: 5_000 };

test('the limit doubles from the minimum up to the maximum', () => {
  const highest = { ...randomFromSeed(1), next: () => 1 };
  const delays = [0, 1, 2, 5, 6, 60, 2_000].map((failures) => reconnectDelayMs(failures, bounds, highest));
  expect(delays).toEqual([100, 200, 400, 3_200, 5_000, 5_000, 5_000]);
});

test('delays are spread over the whole range below the limit', () => {
  const random = randomFromSeed(4711);
  const delays = Array.from({ length: 1_000 }, () => reconnectDelayMs(3, bounds, random));
  expect(Math.min(...delays)).toBeLessThan(50);
  expect(Math.max(...delays)).toBeGreaterThan(750);
  expect(Math.max(...delays)).toBeLessThan(800);
});
