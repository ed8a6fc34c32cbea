import { expect, test } from 'vitest';
import { replay } from './replay-seed.contract.ts';

test('the environment gives seed, path and number of runs; nothing set gives nothing', () => {
  expect(replay({})).toEqual({});
  expect(replay({ FP_SEED: '-42', FP_PATH: '12:0:3', FP_RUNS: '5000' })).toEqual({ seed: -42, path: '12:0:3', numRuns: 5_000 });
});

test.each([{ FP_SEED: 'abc' }, { FP_RUNS: '0' }, { FP_RUNS: '1.5' }])('%j is refused instead of ignored', (environment) => {
  expect(() => replay(environment)).toThrowError('is not an integer');
});
