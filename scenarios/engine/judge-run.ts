import { checkerNamed } from '../../conformance/checkers/checker-table.ts';
import { indexHistory } from '../../conformance/checkers/index-history.ts';
import { judge } from '../../conformance/checkers/judge.ts';
import type { Judgement } from '../../conformance/judgement.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { CheckRecord } from '../../reports/record.ts';
import { byTime } from './run-log.ts';
import type { Scenario } from './scenario-schema.ts';

/**
 * Judges a journal by a scenario's checks, and by one of our own for each phase that waits for something.
 * @param broken - Why the run is no evidence (interrupted, a child died): then nothing is judged, for half a run can
 *   neither pass nor fail.
 */
export function judgeRun(scenario: Scenario, entries: readonly JournalEntry[], broken: string | undefined): CheckRecord[] {
  const history = indexHistory(byTime(entries));
  const counts = new Map<string, number>();
  return [...phaseChecks(scenario), ...scenario.checks].map((check) => {
    const { that, ...params } = check;
    const n = (counts.get(that) ?? 0) + 1;
    counts.set(that, n);
    const { purpose, judgement } = that === PHASE_REACHED ? phaseReached(params, entries) : judgeOne(that, params, history);
    return { id: `${that}#${n}`, that, purpose, params: jsonOf(params), judgement: broken === undefined ? judgement : notJudged(broken) };
  });
}

function judgeOne(that: string, params: Readonly<Record<string, unknown>>, history: ReturnType<typeof indexHistory>): { purpose: string; judgement: Judgement } {
  const checker = checkerNamed(that);
  if (checker === undefined) throw new FieldproofError('FP_INTERNAL', `no checker is called "${that}"`);
  return { purpose: checker.purpose, judgement: judge(checker, history, params) };
}

const PHASE_REACHED = 'phase.reached';

function phaseChecks(scenario: Scenario): { that: string; phase: string; until: string; timeout: number }[] {
  return scenario.phases.flatMap((phase) => ('until' in phase ? [{ that: PHASE_REACHED, phase: phase.name, until: phase.until, timeout: phase.timeout }] : []));
}

/** A phase that waits for a condition is a promise of the scenario: the condition comes true in time. */
function phaseReached(params: Readonly<Record<string, unknown>>, entries: readonly JournalEntry[]): { purpose: string; judgement: Judgement } {
  const { phase, until, timeout } = z.looseObject({ phase: z.string(), until: z.string(), timeout: z.number() }).parse(params);
  const of = (type: string): JournalEntry | undefined => entries.find((entry) => entry.type === type && entry.data['phase'] === phase);
  const start = of('phase.started');
  const end = of('phase.ended');
  const figures = start === undefined || end === undefined ? {} : { waitedMs: Math.round(end.t - start.t) };
  const base = { figures, findings: [], findingsTotal: 0 };
  const purpose = `Phase "${phase}" reaches ${until} within ${timeout / 1_000} s.`;
  if (start === undefined || end === undefined) return { purpose, judgement: { ...base, verdict: 'inconclusive', because: `the phase "${phase}" was never completed` } };
  if (of('phase.timeout') !== undefined) return { purpose, judgement: { ...base, verdict: 'fail', because: `${until} was not reached within ${timeout / 1_000} s` } };
  return { purpose, judgement: { ...base, verdict: 'pass', because: `${until} was reached after ${((end.t - start.t) / 1_000).toFixed(1)} s` } };
}

function notJudged(broken: string): Judgement {
  return { verdict: 'inconclusive', because: `not judged: ${broken}`, figures: {}, findings: [], findingsTotal: 0 };
}

function jsonOf(params: Readonly<Record<string, unknown>>): CheckRecord['params'] {
  return z.record(z.string(), z.json()).parse(Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)));
}
