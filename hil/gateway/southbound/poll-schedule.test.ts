import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { pollSchedule } from './poll-schedule.ts';

test('turns stay on their grid however long each takes', () => {
  const schedule = pollSchedule(100, 1_000);
  const dues: number[] = [];
  for (const tookMs of [0, 300, 999, 10]) {
    dues.push(schedule.dueMs);
    expect(schedule.finish(schedule.dueMs + tookMs)).toBe(0);
  }
  expect(dues).toEqual([100, 1_100, 2_100, 3_100]);
});

test('turns that passed meanwhile are skipped and counted', () => {
  const schedule = pollSchedule(0, 1_000);
  expect(schedule.finish(3_500)).toBe(3);
  expect(schedule.dueMs).toBe(4_000);
  expect(schedule.finish(5_000)).toBe(1);
  expect(schedule.dueMs).toBe(6_000);
});

test('postponed turns are not counted, and the grid is kept', () => {
  const schedule = pollSchedule(50, 1_000);
  schedule.postpone(2_100);
  expect(schedule.dueMs).toBe(3_050);
  schedule.postpone(0);
  expect(schedule.dueMs).toBe(3_050);
});

test('a backoff doubles up to its maximum, and at least half of it is waited', () => {
  const random = randomFromSeed(1);
  const bounds = { minimumMs: 200, maximumMs: 5_000 };
  for (const [attempt, stepMs] of [[0, 200], [1, 400], [4, 3_200], [5, 5_000], [1_000, 5_000]] as const) {
    const waitMs = backoffMs(attempt, bounds, random);
    expect(waitMs).toBeGreaterThanOrEqual(stepMs / 2);
    expect(waitMs).toBeLessThanOrEqual(stepMs);
  }
});
