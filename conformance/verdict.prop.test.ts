import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../hil/runtime/replay-seed.contract.ts';
import { VERDICTS, worse, worst } from './verdict.ts';

const verdicts = fc.constantFrom(...VERDICTS);

test('the order is that of ETSI ES 201 873-1: none, pass, inconclusive, fail, error', () => {
  expect(VERDICTS).toEqual(['none', 'pass', 'inconclusive', 'fail', 'error']);
});

test('a later verdict can only make it worse', () => {
  fc.assert(
    fc.property(verdicts, verdicts, (before, after) => {
      expect(VERDICTS.indexOf(worse(before, after))).toBe(Math.max(VERDICTS.indexOf(before), VERDICTS.indexOf(after)));
    }),
    replay(),
  );
});

test('the worst of many does not depend on their order', () => {
  fc.assert(
    fc.property(fc.array(verdicts), (list) => {
      expect(worst(list)).toBe(worst(list.toReversed()));
    }),
    replay(),
  );
});

test('nothing judged is none', () => {
  expect(worst([])).toBe('none');
});
