import { VERDICTS, worse, type Verdict } from '../conformance/verdict.ts';
import type { CheckRecord, RunRecord } from './record.ts';

/** Verdicts in the order in which a reader wants them: what needs attention first. */
export const READING_ORDER = ['error', 'fail', 'inconclusive', 'none', 'pass'] as const satisfies readonly Verdict[];

/** What a verdict of a run tells, for people who see one for the first time. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  pass: 'Every check found what it demands.',
  fail: 'At least one check found the system under test in the wrong.',
  inconclusive: 'The run does not hold enough evidence to judge. Missing data is never a pass.',
  error: 'The testbed itself failed. This says nothing about the system under test.',
  none: 'Nothing was judged. A run that ends so is a defect of the scenario.',
};

/** How many checks ended with each verdict; zeros are kept, because every verdict is reported. */
export function verdictTotals(checks: readonly CheckRecord[]): Record<Verdict, number> {
  const totals: Record<Verdict, number> = { none: 0, pass: 0, inconclusive: 0, fail: 0, error: 0 };
  for (const { judgement } of checks) totals[judgement.verdict] += 1;
  return totals;
}

/** Checks in reading order; equal verdicts keep the order of the scenario file. */
export function checksWorstFirst(checks: readonly CheckRecord[]): CheckRecord[] {
  return READING_ORDER.flatMap((verdict) => checks.filter(({ judgement }) => judgement.verdict === verdict));
}

/** The checks that did not pass, in reading order. */
export function checksNotPassed(checks: readonly CheckRecord[]): CheckRecord[] {
  return checksWorstFirst(checks).filter((check) => check.judgement.verdict !== 'pass');
}

/** The name to show: `that`, and its number only when the scenario has several of that name. */
export function checkName(check: CheckRecord, checks: readonly CheckRecord[]): string {
  return checks.filter(({ that }) => that === check.that).length > 1 ? check.id : check.that;
}

/** One sentence that gives the verdict its reason in numbers, without a full stop. */
export function headline(record: RunRecord): string {
  const { checks, faults, verdict } = record;
  const totals = verdictTotals(checks);
  const of = `of ${counted(checks.length, 'check')}`;
  if (checks.length === 0) return 'No check was judged';
  if (verdict === 'pass') return `${checks.length === 1 ? 'The check' : `All ${checks.length} checks`} passed${faultClause(faults.length)}`;
  const counts = [
    totals.fail > 0 ? `${totals.fail} ${of} failed` : '',
    totals.error > 0 ? `${totals.error} ${of} could not be judged` : '',
    totals.inconclusive > 0 ? `${totals.inconclusive} ${of} inconclusive` : '',
    totals.none > 0 ? `${totals.none} ${of} gave no verdict` : '',
  ].filter((text) => text !== '');
  if (counts.length === 0) return `The run ended with ${verdict}, although its checks passed`;
  return counts.map((text, index) => (index === 0 ? text : text.replace(` ${of}`, ''))).join(', ');
}

/** True when the run is worse than each of its checks, so that only `reasons` explain it. */
export function runIsWorseThanChecks(record: RunRecord): boolean {
  const ofChecks = record.checks.reduce<Verdict>((so, { judgement }) => worse(so, judgement.verdict), VERDICTS[0]);
  return record.checks.length === 0 || (ofChecks !== record.verdict && worse(ofChecks, record.verdict) === record.verdict);
}

/** `1 check`, `9 checks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function faultClause(faults: number): string {
  return faults === 0 ? '' : ` under ${counted(faults, 'fault')}`;
}
