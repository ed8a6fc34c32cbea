import type { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { History } from './history.ts';

/**
 * A pure judge of a journal: the same history and parameters give the same judgement. It is never called while a run
 * goes on. It says `inconclusive` when the history does not hold what it needs: no data is never a pass.
 */
export interface Checker<Params extends z.ZodObject = z.ZodObject, That extends string = string> {
  /** The name after `that:` in a scenario. */
  readonly that: That;
  /** One sentence for reports and generated docs: what a pass means. */
  readonly purpose: string;
  /** The keys a scenario may give beside `that`. */
  readonly params: Params;
  check(history: History, params: z.infer<Params>): Judgement;
}
