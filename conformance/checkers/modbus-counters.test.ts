import { expect, test } from 'vitest';
import { NO_MODBUS_COUNTS, type ModbusCounters } from '../../sim/modbus-faults/modbus-fault-events.ts';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { MODBUS_COUNTER_CHECKERS } from './modbus-counters.ts';

const sample = (t: number, source: string, counters: Partial<ModbusCounters>): Line => [t, source, 'modbus.sample', { ...NO_MODBUS_COUNTS, ...counters, faults: [] }];
const frame = runFrame(9_000, 9_500);

function counter(that: string): (typeof MODBUS_COUNTER_CHECKERS)[number] {
  const checker = MODBUS_COUNTER_CHECKERS.find((candidate) => candidate.that === that);
  if (checker === undefined) throw new Error(`no checker ${that}`);
  return checker;
}

test('there is one for every counter but that of hits not listed', () => {
  const names = Object.keys(NO_MODBUS_COUNTS).filter((name) => name !== 'unlistedHits');
  expect(MODBUS_COUNTER_CHECKERS.map(({ that }) => that).toSorted()).toEqual(names.map((name) => `modbus.${name}`).toSorted());
});

test.each(MODBUS_COUNTER_CHECKERS)('$that: sometimes is a pass when it moved, a fail when it did not', ({ that }) => {
  const name = that.slice('modbus.'.length);
  const moved = [...frame, sample(1_000, 'pumps', {}), sample(2_000, 'pumps', { [name]: 7 })];
  expect(judged(counter(that), moved, { sometimes: true })).toMatchObject({ verdict: 'pass', figures: { [name]: 7, [`pumps ${name}`]: 7 } });
  const still = [...frame, sample(1_000, 'pumps', {})];
  expect(judged(counter(that), still, { sometimes: true })).toMatchObject({ verdict: 'fail', because: expect.stringContaining('hollow') });
});

const two = [...frame, sample(1_000, 'pumps', { noise: 5 }), sample(2_000, 'pumps', { noise: 10 }), sample(2_000, 'line-a', { noise: 3 })];
test.each([
  [{ max: 13 }, 'pass'],
  [{ max: 12 }, 'fail'],
  [{ group: 'line-a', max: 3 }, 'pass'],
  [{ group: 'line-a', min: 4 }, 'fail'],
  [{ group: 'other', max: 3 }, 'inconclusive'],
  [{}, 'inconclusive'],
])('final values 10 and 3 against %j: %s', (params, verdict) => {
  expect(judged(counter('modbus.noise'), two, params).verdict).toBe(verdict);
});

test('without a sample, or in a run that was cut short, nothing is proven', () => {
  expect(judged(counter('modbus.noise'), frame, { sometimes: true }).verdict).toBe('inconclusive');
  const cut = two.filter(([, , type]) => type !== 'run.quiesced');
  expect(judged(counter('modbus.noise'), cut, { max: 100 }).verdict).toBe('inconclusive');
  expect(judged(counter('modbus.gap'), cut, { sometimes: true }).verdict).toBe('inconclusive');
});
