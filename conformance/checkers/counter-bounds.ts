import { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { History } from './history.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, grouped } from './wording.ts';

/** What a scenario may ask of a counter. */
export const counterBounds = {
  min: z.number().min(0).optional().describe('Least final value of the counter.'),
  max: z.number().min(0).optional().describe('Most.'),
  sometimes: z.boolean().optional().describe('With true: the counter moved at least once, proof that the fault did something.'),
};
const boundsSchema = z.object(counterBounds);
export type CounterBounds = z.infer<typeof boundsSchema>;

/** The final values of one counter. */
export interface FinalCounts {
  readonly counter: string;
  /** What it counts, in the plural. */
  readonly what: string;
  /** What has such a counter: `link`, `PLC group`. */
  readonly place: string;
  /** The last value at each place; at least one. */
  readonly last: ReadonlyMap<string, number>;
}

/** Judges the sum of a counter over its places. Only a run that came to its end can prove that something never happened. */
export function judgeFinalCounts(history: History, { counter, what, place, last }: FinalCounts, { min, max, sometimes }: CounterBounds): Judgement {
  const total = [...last.values()].reduce((sum, value) => sum + value, 0);
  const parts = { figures: { [counter]: total, [`${place}s`]: last.size, ...Object.fromEntries([...last].map(([id, value]) => [`${id} ${counter}`, value])) } };
  const told = `${grouped(total)} ${what} (${counted(last.size, place)})`;
  if (max !== undefined && total > max) return makeJudgement('fail', `${told}, at most ${grouped(max)} allowed`, parts);
  const missed = Number.isFinite(history.quiescedMs) ? 'fail' : 'inconclusive';
  if (sometimes === true && total === 0) return makeJudgement(missed, `${told}: the fault never bit, so that a pass of this run would be hollow`, parts);
  if (min !== undefined && total < min) return makeJudgement(missed, `${told}, at least ${grouped(min)} needed`, parts);
  if (min === undefined && max === undefined && sometimes !== true) {
    return makeJudgement('inconclusive', `no bound was given: name min, max or sometimes: true (${told})`, parts);
  }
  if (max !== undefined && missed === 'inconclusive') {
    return makeJudgement('inconclusive', `${told} so far, but the run was never quiesced`, parts);
  }
  return makeJudgement('pass', told, parts);
}
