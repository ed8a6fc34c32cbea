import { expect, test } from 'vitest';
import type { Verdict } from '../conformance/verdict.ts';
import { errorRecord, failRecord, inconclusiveRecord, passRecord } from './example-records.contract.ts';
import type { CheckRecord } from './record.ts';
import { checkName, checksWorstFirst, headline, runIsWorseThanChecks, verdictTotals } from './verdict-summary.ts';

test('headlines hold the numbers', () => {
  expect(headline(passRecord())).toBe('All 8 checks passed under 2 faults');
  expect(headline({ ...passRecord(), faults: [] })).toBe('All 8 checks passed');
  expect(headline(failRecord())).toBe('2 of 8 checks failed, 1 inconclusive');
  expect(headline(inconclusiveRecord())).toBe('3 of 8 checks inconclusive');
  expect(headline(errorRecord())).toBe('2 of 8 checks could not be judged');
  expect(headline({ ...passRecord(), checks: [] })).toBe('No check was judged');
  expect(headline({ ...passRecord(), verdict: 'error' })).toBe('The run ended with error, although its checks passed');
});

test('checks come worst first and otherwise in the order of the file', () => {
  const checks = (['pass', 'none', 'fail', 'pass', 'error', 'inconclusive', 'fail'] as const).map(check);
  expect(checksWorstFirst(checks).map(({ id }) => id)).toEqual(['c#5', 'c#3', 'c#7', 'c#6', 'c#2', 'c#1', 'c#4']);
  expect(verdictTotals(checks)).toEqual({ none: 1, pass: 2, inconclusive: 1, fail: 2, error: 1 });
});

test('a name carries its number only where it is needed', () => {
  const [one, two] = [check('pass', 0), check('pass', 1)];
  expect(checkName(one, [one])).toBe('c');
  expect(checkName(two, [one, two])).toBe('c#2');
});

test('only a run that its checks do not explain is worse than they are', () => {
  expect(runIsWorseThanChecks(passRecord())).toBe(false);
  expect(runIsWorseThanChecks(failRecord())).toBe(false);
  expect(runIsWorseThanChecks({ ...failRecord(), verdict: 'error' })).toBe(true);
  expect(runIsWorseThanChecks({ ...passRecord(), checks: [] })).toBe(true);
});

function check(verdict: Verdict, index: number): CheckRecord {
  const judgement = { verdict, because: '', figures: {}, findings: [], findingsTotal: 0 };
  return { id: `c#${index + 1}`, that: 'c', purpose: '', params: {}, judgement };
}
