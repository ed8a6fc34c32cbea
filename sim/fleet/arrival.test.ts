import { expect, test } from 'vitest';
import { createManualClock } from '../world/manual-clock.ts';
import { paceArrivals } from './arrival.ts';

test('client i arrives at i / perSecond seconds', () => {
  const clock = createManualClock();
  const arrivals: [number, number][] = [];
  paceArrivals(clock, 4, 10, (index) => arrivals.push([index, clock.nowMs()]));
  expect(arrivals).toEqual([[0, 0]]);
  clock.advance(10_000);
  expect(arrivals).toEqual([[0, 0], [1, 100], [2, 200], [3, 300]]);
  expect(clock.pendingTimers).toBe(0);
});

test('a pace beyond one a millisecond keeps up', () => {
  const clock = createManualClock();
  let arrived = 0;
  paceArrivals(clock, 2_000, 4_000, () => (arrived += 1));
  clock.advance(500);
  expect(arrived).toBe(2_000);
});

test('nobody arrives after it is cancelled, not even from within an arrival', () => {
  const clock = createManualClock();
  const arrivals: number[] = [];
  const pace = paceArrivals(clock, 10, 10, (index) => {
    arrivals.push(index);
    if (index === 2) pace.cancel();
  });
  clock.advance(5_000);
  expect(arrivals).toEqual([0, 1, 2]);
  expect(clock.pendingTimers).toBe(0);
});

test('no client, no timer', () => {
  const clock = createManualClock();
  paceArrivals(clock, 0, 10, () => expect.unreachable());
  expect(clock.pendingTimers).toBe(0);
});
