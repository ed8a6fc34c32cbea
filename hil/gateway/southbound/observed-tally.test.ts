import { expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { sumOfTallies } from './line-tally.ts';
import { observedTally } from './observed-tally.ts';

test('the first late answer is told at once, those that follow closely together, and the rest at the end', async () => {
  const clock = createManualClock();
  const told: unknown[] = [];
  const tally = observedTally('line-a', { clock, observe: (type, data) => void told.push([type, data['line'], data['answers']]) });
  tally.late += 1;
  expect(told).toEqual([['southbound.late', 'line-a', 1]]);
  tally.late += 1;
  await clock.advanceAsync(99);
  tally.late += 2;
  expect(told).toHaveLength(1);
  await clock.advanceAsync(1);
  tally.late += 1;
  expect(told.slice(1)).toEqual([['southbound.late', 'line-a', 4]]);
  tally.late += 3;
  tally.flush();
  tally.flush();
  expect(told.slice(2)).toEqual([['southbound.late', 'line-a', 3]]);
  tally.requests += 2;
  expect(sumOfTallies([tally, tally])).toMatchObject({ late: 16, requests: 4 });
});
