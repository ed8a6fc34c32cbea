import { expect, test } from 'vitest';
import { reportByException } from './report-by-exception.ts';

test('the deadband is measured from the last reported value, so a slow drift is reported', () => {
  const rbe = reportByException({ deadband: 1, maxSilenceMs: 0 });
  expect([10, 10.5, 11, 11.5, 12, 12.5, 13].map((value, nowMs) => rbe.offer(value, nowMs))).toEqual([1, undefined, undefined, 2, undefined, undefined, 3]);
});

test('booleans and strings are reported on any change', () => {
  const rbe = reportByException({ deadband: 0, maxSilenceMs: 0 });
  expect([false, false, true, 'NaN', 'NaN', 1].map((value, nowMs) => rbe.offer(value, nowMs))).toEqual([1, undefined, 2, 3, undefined, 4]);
});

test('an unchanged value is reported when its silence has lasted', () => {
  const rbe = reportByException({ deadband: 0, maxSilenceMs: 1_000 });
  expect([0, 999, 1_000, 1_999, 2_000].map((nowMs) => rbe.offer(7, nowMs))).toEqual([1, undefined, 2, undefined, 3]);
});
