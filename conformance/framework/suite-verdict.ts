import { worst, type Verdict } from '../verdict.ts';
import type { CaseResult } from './case-result.ts';

/**
 * The verdict of a run: the worst of its `must` cases. A `should` or `info` case that fails is listed and does not make
 * the SUT non-conforming; an error of the tester counts wherever it happens. No `must` case at all is inconclusive.
 */
export function suiteVerdict(results: readonly Pick<CaseResult, 'level' | 'verdict'>[], interrupted: boolean): Verdict {
  const counted = results.filter(({ level, verdict }) => level === 'must' || verdict === 'error').map(({ verdict }) => verdict);
  const verdict = worst(counted.some((one) => one !== 'none') ? counted : [...counted, 'inconclusive']);
  return interrupted ? worst([verdict, 'inconclusive']) : verdict;
}
