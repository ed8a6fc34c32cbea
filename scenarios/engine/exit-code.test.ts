import { expect, test } from 'vitest';
import { VERDICTS } from '../../conformance/verdict.ts';
import { combineExitCodes, exitCodeOf } from './exit-code.ts';

test('each verdict has the exit code of the contract', () => {
  expect(VERDICTS.map((verdict) => [verdict, exitCodeOf(verdict, false)])).toEqual([
    ['none', 3],
    ['pass', 0],
    ['inconclusive', 3],
    ['fail', 1],
    ['error', 4],
  ]);
});

test('an interrupted run is 130 whatever was judged', () => {
  for (const verdict of VERDICTS) expect(exitCodeOf(verdict, true)).toBe(130);
});

test('of several runs the order is 2, 4, 1, 3, 5', () => {
  expect(combineExitCodes([0, 5, 3, 1, 4, 2])).toBe(2);
  expect(combineExitCodes([0, 5, 3, 1, 4])).toBe(4);
  expect(combineExitCodes([0, 5, 3, 1])).toBe(1);
  expect(combineExitCodes([0, 5, 3])).toBe(3);
  expect(combineExitCodes([0, 5])).toBe(5);
  expect(combineExitCodes([0, 0])).toBe(0);
});

test('nothing run is nothing observed, not a pass', () => {
  expect(combineExitCodes([])).toBe(3);
});
