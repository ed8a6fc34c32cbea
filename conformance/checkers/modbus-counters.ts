import { z } from '../../hil/runtime/schema.ts';
import type { ModbusCounters } from '../../sim/modbus-faults/modbus-fault-events.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import { counterBounds, judgeFinalCounts } from './counter-bounds.ts';
import type { History } from './history.ts';
import { modbusSample, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';

const params = z.strictObject({
  group: z.string().optional().describe('PLC group; by default all, their counters summed.'),
  ...counterBounds,
});

type CounterName = Exclude<keyof ModbusCounters, 'unlistedHits'>;

/** What each counter counts; the order is that of the table of checkers. */
const COUNTERS: Readonly<Record<CounterName, string>> = {
  exception: 'requests that a fault refused with an exception',
  noReply: 'requests that a fault left without an answer',
  slowReply: 'responses that a fault delayed',
  wrongUnit: 'responses under a wrong unit id',
  wrongTransactionId: 'responses under a wrong transaction id',
  stuckValue: 'responses with a value that was stuck',
  drift: 'responses with a value that had drifted',
  crcError: 'frames with a wrong check value',
  collision: 'responses that collided',
  noise: 'frames that noise damaged',
  bitErrors: 'bits that noise inverted',
  partialFrame: 'frames that broke off',
  gap: 'responses with a pause inside',
  echo: 'requests that the client heard itself',
  serialDisconnect: 'times that a serial adapter was unplugged',
  lost: 'frames that were given up because too many waited',
  requests: 'requests that reached the stage of the faults',
  responses: 'responses that reached the stage of the faults',
};

/** One checker for each counter of the Modbus faults: `modbus.crcError`, `modbus.noReply`, ... */
export const MODBUS_COUNTER_CHECKERS: readonly Checker<typeof params, `modbus.${CounterName}`>[] = counterNames().map((counter) => counterChecker(counter, COUNTERS[counter]));

function counterChecker(counter: CounterName, what: string): Checker<typeof params, `modbus.${CounterName}`> {
  return {
    that: `modbus.${counter}`,
    purpose: `The number of ${what} is within the stated bounds, or moved at all.`,
    params,
    check: (history, wanted) => judgeCounter(history, counter, what, wanted),
  };
}

function counterNames(): CounterName[] {
  return Object.keys(COUNTERS).filter((name): name is CounterName => name in COUNTERS);
}

function judgeCounter(history: History, counter: CounterName, what: string, { group, ...bounds }: z.infer<typeof params>): Judgement {
  const last = new Map<string, number>();
  for (const { source, data } of seen(history, modbusSample)) if (group === undefined || source === group) last.set(source, data[counter]);
  if (last.size === 0) return makeJudgement('inconclusive', `no fault was ever in force on ${group === undefined ? 'a PLC group' : `PLC group ${group}`}`);
  return judgeFinalCounts(history, { counter, what, place: 'PLC group', last }, bounds);
}
