import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, grouped } from './wording.ts';

const params = z.strictObject({
  event: z.string().min(1).describe('Type of an observation, e.g. uplink.lost.'),
  source: z.string().optional().describe('Who saw it; by default anybody.'),
  atLeast: z.number().int().min(1).default(1),
});

/** Proof that the interesting state was reached: without it, a pass of the other checks may be hollow. */
export const eventSometimes: Checker<typeof params, 'event.sometimes'> = {
  that: 'event.sometimes',
  purpose: 'The stated event was observed, so that the run reached the state it is about.',
  params,
  check(history, { event, source, atLeast }) {
    const found = history.ofType(event).filter((entry) => source === undefined || entry.source === source);
    const first = found[0];
    const figures = { observed: found.length, ...(first === undefined ? {} : { firstMs: first.t }) };
    const told = `${event} was observed ${counted(found.length, 'time')}${source === undefined ? '' : ` by ${source}`}`;
    if (found.length >= atLeast) return makeJudgement('pass', told, { figures });
    const because = `${told}, at least ${grouped(atLeast)} needed: a pass of this run would be hollow`;
    // A run that was cut short may just not have come so far.
    return makeJudgement(Number.isFinite(history.quiescedMs) ? 'fail' : 'inconclusive', because, { figures });
  },
};
