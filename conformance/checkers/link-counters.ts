import { z } from '../../hil/runtime/schema.ts';
import type { LinkCounters } from '../../sim/link/link-events.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import type { History } from './history.ts';
import { linkSample, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, grouped } from './wording.ts';

const params = z.strictObject({
  link: z.string().optional().describe('By default all links, their counters summed.'),
  min: z.number().min(0).optional().describe('Least final value of the counter.'),
  max: z.number().min(0).optional().describe('Most.'),
  sometimes: z.boolean().optional().describe('With true: the counter moved at least once, proof that the fault did something.'),
});

type CounterName = Exclude<keyof LinkCounters, 'open' | 'faults'>;

/** What each counter of a link counts, with its unit; the order is that of the table of checkers. */
const COUNTERS: Readonly<Record<CounterName, string>> = {
  dropped: 'bytes that a link took and never delivered',
  held: 'bytes that waited for a partition to heal',
  delayed: 'chunks that a link delivered later',
  throttledMs: 'milliseconds that chunks waited for bandwidth',
  sliced: 'pieces that chunks were cut into',
  resets: 'connections that a link reset',
  connections: 'connections that a link carried',
  bytesUp: 'bytes delivered from client to server',
  bytesDown: 'bytes delivered from server to client',
};

/** One checker for each counter of the fault proxies: `link.dropped`, `link.held`, ... */
export const LINK_COUNTER_CHECKERS: readonly Checker<typeof params, `link.${CounterName}`>[] = counterNames().map((counter) => counterChecker(counter, COUNTERS[counter]));

function counterChecker(counter: CounterName, what: string): Checker<typeof params, `link.${CounterName}`> {
  return {
    that: `link.${counter}`,
    purpose: `The number of ${what} is within the stated bounds, or moved at all.`,
    params,
    check: (history, wanted) => judgeCounter(history, counter, what, wanted),
  };
}

function counterNames(): CounterName[] {
  return Object.keys(COUNTERS).filter((name): name is CounterName => name in COUNTERS);
}

function judgeCounter(history: History, counter: string, what: string, { link, min, max, sometimes }: z.infer<typeof params>): Judgement {
  const last = new Map<string, number>();
  for (const { source, data } of seen(history, linkSample)) {
    const value = Object.entries(data).find(([name]) => name === counter)?.[1];
    if ((link === undefined || source === link) && typeof value === 'number') last.set(source, value);
  }
  if (last.size === 0) return makeJudgement('inconclusive', link === undefined ? 'no link was sampled' : `link ${link} was never sampled`);
  const total = [...last.values()].reduce((sum, value) => sum + value, 0);
  const parts = { figures: { [counter]: total, links: last.size, ...Object.fromEntries([...last].map(([id, value]) => [`${id} ${counter}`, value])) } };
  const told = `${grouped(total)} ${what} (${counted(last.size, 'link')})`;
  if (max !== undefined && total > max) return makeJudgement('fail', `${told}, at most ${grouped(max)} allowed`, parts);
  // Only a run that came to its end can prove that something never happened.
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
