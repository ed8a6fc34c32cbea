import { messageOf } from '../../hil/runtime/errors.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import type { History } from './history.ts';
import { makeJudgement } from './make-judgement.ts';

/**
 * Runs a checker over a history.
 * @param params - The parameters as a scenario writes them (`{ p99: { max: '50ms' } }`), without `that`; they are parsed
 *   here, so that a stored run can be judged again from its record.
 * @returns The checker's judgement; `error` when it throws or its parameters do not parse, because then it says nothing
 *   about the SUT; `inconclusive` when nothing was observed or observations were dropped on their way to the journal.
 */
export function judge(checker: Checker, history: History, params: unknown): Judgement {
  const parsed = checker.params.safeParse(params);
  if (!parsed.success) return makeJudgement('error', `FP_CHECKER_FAILED: the parameters of ${checker.that} do not parse: ${oneLine(z.prettifyError(parsed.error))}`);
  if (history.entries.length === 0) return makeJudgement('inconclusive', 'nothing was observed');
  try {
    return unlessTruncated(history, checker.check(history, parsed.data));
  } catch (cause) {
    return makeJudgement('error', `FP_CHECKER_FAILED: ${checker.that} failed: ${oneLine(messageOf(cause))}`);
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

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
