import { z } from '../../hil/runtime/schema.ts';
import type { LinkCounters } from '../../sim/link/link-events.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import { counterBounds, judgeFinalCounts } from './counter-bounds.ts';
import type { History } from './history.ts';
import { linkSample, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';

const params = z.strictObject({
  link: z.string().optional().describe('By default all links, their counters summed.'),
  ...counterBounds,
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

function judgeCounter(history: History, counter: string, what: string, { link, ...bounds }: z.infer<typeof params>): Judgement {
  const last = new Map<string, number>();
  for (const { source, data } of seen(history, linkSample)) {
    const value = Object.entries(data).find(([name]) => name === counter)?.[1];
    if ((link === undefined || source === link) && typeof value === 'number') last.set(source, value);
  }
  if (last.size === 0) return makeJudgement('inconclusive', link === undefined ? 'no link was sampled' : `link ${link} was never sampled`);
  return judgeFinalCounts(history, { counter, what, place: 'link', last }, bounds);
}
