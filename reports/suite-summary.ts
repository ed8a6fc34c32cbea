import type { Verdict } from '../conformance/verdict.ts';
import type { SuiteRecord } from './suite-record.ts';
import { counted } from './verdict-summary.ts';

/** What the verdict of a conformance run tells, for people who see one for the first time. */
export const VERDICT_MEANINGS_OF_SUITE: Readonly<Record<Verdict, string>> = {
  pass: 'Every mandatory case that applies was judged, and the SUT did what the standard allows.',
  fail: 'At least one mandatory case found the SUT breaking a statement of the standard.',
  inconclusive: 'At least one mandatory case could not be judged. Missing evidence is never a pass.',
  error: 'The tester itself failed. This says nothing about the SUT.',
  none: 'Nothing was judged.',
};

/** How many cases ended how; levels apart, since only `must` decides. */
export interface CaseTotals {
  readonly run: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  /** `should` and `info` cases that failed. */
  readonly advisory: number;
}

export function caseTotals({ cases }: Pick<SuiteRecord, 'cases'>): CaseTotals {
  const byVerdict: Record<Verdict, number> = { none: 0, pass: 0, inconclusive: 0, fail: 0, error: 0 };
  for (const { verdict } of cases) byVerdict[verdict] += 1;
  return { run: cases.length, byVerdict, advisory: cases.filter(({ level, verdict }) => level !== 'must' && verdict === 'fail').length };
}

/** One sentence with the numbers, without a full stop. */
export function suiteHeadline(record: Pick<SuiteRecord, 'cases' | 'excluded' | 'durationMs'>): string {
  const { run, byVerdict, advisory } = caseTotals(record);
  const parts = [`${byVerdict.pass} of ${counted(run, 'case')} passed`];
  if (byVerdict.fail > 0) parts.push(`${byVerdict.fail} failed${advisory > 0 ? ` (${advisory} of them advisory)` : ''}`);
  if (byVerdict.inconclusive > 0) parts.push(`${byVerdict.inconclusive} inconclusive`);
  if (byVerdict.error > 0) parts.push(`${byVerdict.error} errors of the tester`);
  if (record.excluded.length > 0) parts.push(`${record.excluded.length} do not apply`);
  return `${parts.join(', ')}, in ${(record.durationMs / 1_000).toFixed(1)} s`;
}
