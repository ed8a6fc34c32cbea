import { messageOf } from '../../hil/runtime/errors.ts';
import type { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import type { History } from './history.ts';
import { makeJudgement } from './make-judgement.ts';

/**
 * Runs a checker over a history.
 * @param params - As parsed by `checker.params` (durations in milliseconds, sizes in bytes), without `that`.
 * @returns The checker's judgement; `error` when it throws, because then it says nothing about the SUT; `inconclusive` when
 *   nothing was observed or observations were dropped on their way to the journal.
 */
export function judge<Params extends z.ZodObject>(checker: Checker<Params>, history: History, params: z.infer<Params>): Judgement {
  if (history.entries.length === 0) return makeJudgement('inconclusive', 'nothing was observed');
  try {
    return unlessTruncated(history, checker.check(history, params));
  } catch (cause) {
    return makeJudgement('error', `FP_CHECKER_FAILED: ${checker.that} failed: ${messageOf(cause).replaceAll(/\s+/gu, ' ').trim()}`);
  }
}

/** What is missing from a journal may be the very message that seems lost, or the duplicate that seems absent. */
function unlessTruncated(history: History, judgement: Judgement): Judgement {
  const dropped = history.ofType('control.dropped').reduce((sum, { data }) => sum + Number(data['observations'] ?? 0), 0);
  if (dropped === 0 || (judgement.verdict !== 'pass' && judgement.verdict !== 'fail')) return judgement;
  return {
    ...judgement,
    verdict: 'inconclusive',
    because: `${dropped} observations never reached the journal; what it holds says ${judgement.verdict}: ${judgement.because}`,
  };
}
