import { FINDINGS_LISTED_MAX } from '../../hil/runtime/limits.ts';
import type { Finding, Judgement } from '../judgement.ts';
import type { Verdict } from '../verdict.ts';

export interface JudgementParts {
  readonly figures?: Readonly<Record<string, number | string>>;
  /** All of them; the earliest FINDINGS_LISTED_MAX are listed, those without an instant last. */
  readonly findings?: readonly Finding[];
}

/** A judgement with its findings in order of time, bounded, and counted. @param because - One sentence with the deciding numbers. */
export function makeJudgement(verdict: Verdict, because: string, { figures = {}, findings = [] }: JudgementParts = {}): Judgement {
  const byTime = findings.toSorted((a, b) => instantOf(a) - instantOf(b));
  return { verdict, because, figures: { ...figures }, findings: byTime.slice(0, FINDINGS_LISTED_MAX), findingsTotal: findings.length };
}

function instantOf(finding: Finding): number {
  // A finite number, because Infinity - Infinity is NaN and would spoil the order.
  return finding.t ?? Number.MAX_VALUE;
}
