import { expect, test } from 'vitest';
import { exampleCase, exampleSuiteRecord } from '../../reports/example-suite-record.contract.ts';
import { findSuite } from './suite-table.ts';
import type { LoadedPlan, PlannedPart } from './plan.ts';
import { planRecord } from './plan-record.ts';

const planned: PlannedPart = {
  part: { suite: 'mqtt-broker', stage: 'server', pics: {}, mandatory: ['must'] },
  suite: findSuite('mqtt-broker'),
  reach: { sut: 'mqtt://a' },
  declarationFile: '/a.yaml',
};
const plan: LoadedPlan = {
  profile: { name: 'p', version: 1, title: 'P', description: 'd', parts: [planned.part] },
  product: { vendor: 'v', model: 'm', version: '1' },
  seed: undefined,
  parts: [planned],
  sha256: 'aa',
};

test('a part passes when its run does and every mandatory case did at once', () => {
  const record = exampleSuiteRecord({ verdict: 'pass', exitCode: 0, cases: [exampleCase('A'), exampleCase('B', { level: 'should', verdict: 'fail' })] });
  expect(planRecord(plan, [{ planned, record, folder: 'x' }])).toMatchObject({ verdict: 'pass', parts: [{ obstacles: [], recordSha256: expect.stringMatching(/^[0-9a-f]{64}$/u) }] });
});

test.each([
  [exampleCase('A', { verdict: 'inconclusive' }), 'inconclusive', ['A: inconclusive']],
  [exampleCase('A', { attempts: 2 }), 'pass', ['A: passed only when it was run again']],
] as const)('a mandatory case stands in the way: %#', (one, verdict, obstacles) => {
  const record = exampleSuiteRecord({ verdict, exitCode: 3, cases: [one] });
  const { verdict: overall, parts } = planRecord(plan, [{ planned, record, folder: 'x' }]);
  expect(parts[0]?.obstacles).toEqual(obstacles);
  expect(overall).toBe('fail');
});

test('a mandatory should counts where the profile says so', () => {
  const strict: PlannedPart = { ...planned, part: { ...planned.part, mandatory: ['must', 'should'] } };
  const record = exampleSuiteRecord({ verdict: 'pass', exitCode: 0, cases: [exampleCase('B', { level: 'should', verdict: 'fail' })] });
  expect(planRecord(plan, [{ planned: strict, record, folder: 'x' }]).parts[0]?.obstacles).toEqual(['B: fail']);
});

test('a plan whose parts did not run is none', () => {
  expect(planRecord(plan, []).verdict).toBe('none');
});
