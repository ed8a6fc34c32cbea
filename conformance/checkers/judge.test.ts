import { expect, test } from 'vitest';
import { FINDINGS_LISTED_MAX } from '../../hil/runtime/limits.ts';
import { z } from '../../hil/runtime/schema.ts';
import { judgementSchema, type Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import { CHECKERS, checkerNamed } from './checker-table.ts';
import { handMadeEntries, runFrame, type Line } from './hand-made-history.contract.ts';
import { indexHistory } from './index-history.ts';
import { judge } from './judge.ts';
import { makeJudgement } from './make-judgement.ts';

const params = z.strictObject({});
const saying = (check: () => Judgement): Checker<typeof params> => ({ that: 'made.up', purpose: 'For tests.', params, check });
const passing = saying(() => makeJudgement('pass', 'fine'));
const history = indexHistory(handMadeEntries(runFrame(1_000, 2_000)));

test('nothing observed is inconclusive, whatever the checker would say', () => {
  expect(judge(passing, indexHistory([]), {})).toMatchObject({ verdict: 'inconclusive', because: 'nothing was observed' });
});

test('a checker that throws is an error of ours', () => {
  const throwing = saying(() => {
    throw new RangeError('index 7\n  out of bounds');
  });
  expect(judge(throwing, history, {})).toMatchObject({ verdict: 'error', because: 'FP_CHECKER_FAILED: made.up failed: index 7 out of bounds' });
});

test.each(['pass', 'fail'] as const)('a %s from a journal with holes is inconclusive', (verdict) => {
  const dropped: Line = [500, 'pid-7', 'control.dropped', { observations: 3 }];
  const holes = indexHistory(handMadeEntries([...runFrame(1_000, 2_000), dropped]));
  expect(judge(saying(() => makeJudgement(verdict, 'it seems')), holes, {})).toMatchObject({
    verdict: 'inconclusive',
    because: `3 observations never reached the journal; what it holds says ${verdict}: it seems`,
  });
});

test('findings are in order of time, bounded and counted', () => {
  const findings = Array.from({ length: FINDINGS_LISTED_MAX + 50 }, (_, index) => ({ t: 1_000 - index, text: `finding ${index}`, faults: [] }));
  const judgement = makeJudgement('fail', 'many', { findings: [{ text: 'no instant', faults: [] }, ...findings] });
  expect(judgement.findings).toHaveLength(FINDINGS_LISTED_MAX);
  expect(judgement.findings[0]?.t).toBe(1_000 - FINDINGS_LISTED_MAX - 49);
  expect(judgement.findingsTotal).toBe(FINDINGS_LISTED_MAX + 51);
  expect(judgement.findings.some(({ text }) => text === 'no instant')).toBe(false);
});

test('every checker has a name of its own, a purpose, and is found by its name', () => {
  expect(new Set(CHECKERS.map(({ that }) => that)).size).toBe(CHECKERS.length);
  for (const checker of CHECKERS) {
    expect(checker.that).toMatch(/^[a-z0-9]+\.[a-zA-Z]+$/u);
    expect(checker.purpose).toMatch(/^[A-Z].*\.$/u);
    expect(checkerNamed(checker.that)).toBe(checker);
  }
  expect(checkerNamed('telemetry.complet')).toBeUndefined();
});

/** Without the parameters of each, which the table keeps for the scenario builder. */
const ALL: readonly Checker[] = CHECKERS;

const LEAST: Readonly<Record<string, object>> = { 'gateway.rss': { max: '1GB' }, 'event.sometimes': { event: 'uplink.lost' } };

test.each(ALL)('$that never passes a run in which nothing happened, and says so in the shape of a judgement', (checker) => {
  const judgement = judge(checker, history, checker.params.parse(LEAST[checker.that] ?? {}));
  expect(judgement.verdict).toBe(checker.that === 'event.sometimes' ? 'fail' : 'inconclusive');
  expect(judgementSchema.parse(judgement)).toEqual(judgement);
});

test.each(ALL)('$that refuses a parameter it does not know', (checker) => {
  expect(checker.params.safeParse({ ...LEAST[checker.that], unheardOf: 1 }).success).toBe(false);
});

test('an entry that lacks the shape of its event is an error, not a verdict about the SUT', () => {
  const broken: Line = [500, 'observer-cloud', 'mqtt.received', { at: 'cloud', client: 'sensors-1' }];
  const checker = checkerNamed('qos2.exactlyOnce');
  const judgement = checker === undefined ? undefined : judge(checker, indexHistory(handMadeEntries([...runFrame(1_000, 2_000), broken])), {});
  expect(judgement).toMatchObject({ verdict: 'error', because: expect.stringContaining('FP_CHECKER_FAILED') });
});
