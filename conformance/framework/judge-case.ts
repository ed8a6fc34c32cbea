import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { Verdict } from '../verdict.ts';
import type { Cause } from './case-result.ts';
import { CaseStop } from './case-stop.ts';
import type { CaseWire } from './case-wire.ts';
import type { CaseContext, ConformanceCase } from './conformance-case.ts';
import type { EvidenceStep } from './evidence.ts';
import { replayWire } from './replay-wire.ts';

/** What a case came to, before anybody looked whether the SUT is still there. */
export interface CaseJudgement {
  readonly verdict: Verdict;
  readonly cause: Cause;
  readonly because: string;
  readonly alsoViolated: readonly string[];
}

/** Runs the case over a wire, live or replayed, and says what came of it. Never throws what the case throws. */
export async function judgeCase(test: ConformanceCase, wire: CaseWire, context: CaseContext): Promise<CaseJudgement> {
  try {
    await test.run(wire, context);
    return { verdict: 'pass', cause: 'none', because: 'every reaction was one that the standard allows', alsoViolated: [] };
  } catch (cause) {
    if (!(cause instanceof CaseStop)) return { verdict: 'error', cause: 'tester-died', because: `the tester failed: ${told(cause)}`, alsoViolated: [] };
    const { verdict, message, statements } = cause;
    return { verdict, cause: verdict === 'fail' ? 'misbehaved' : 'precondition', because: message, alsoViolated: statements };
  }
}

/**
 * Computes the verdict of a case again, from its evidence alone.
 * @returns The judgement; `error` when the evidence is not that of this case and context.
 */
export async function rejudgeCase(test: ConformanceCase, steps: readonly EvidenceStep[], context: CaseContext): Promise<CaseJudgement> {
  const wire = replayWire(steps);
  const judgement = await judgeCase(test, wire, context);
  if (judgement.verdict === 'error') return judgement;
  try {
    wire.finish();
    return judgement;
  } catch (cause) {
    return { verdict: 'error', cause: 'tester-died', because: told(cause), alsoViolated: [] };
  }
}

function told(cause: unknown): string {
  return cause instanceof FieldproofError ? `${cause.code} ${cause.message}` : messageOf(cause);
}
