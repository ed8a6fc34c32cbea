import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { loadScenario } from './load-scenario.ts';
import { drawSchedule, scheduleSchema } from './schedule.ts';

const { scenario } = loadScenario('network/jittery-link');

test('equal seeds give equal schedules, byte for byte; it survives being stored', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const schedule = drawSchedule(scenario, seed);
      expect(canonicalJson(schedule)).toBe(canonicalJson(drawSchedule(scenario, seed)));
      expect(scheduleSchema.parse(JSON.parse(canonicalJson(schedule)))).toEqual(schedule);
    }),
    replay(),
  );
});

test('drawn instants lie between the ends, and different seeds draw differently', () => {
  const offsets = Array.from({ length: 50 }, (_one, seed) => drawSchedule(scenario, seed).faults.filter(({ kind }) => kind === 'reset')).flat().map(({ start }) => ('offsetMs' in start ? start.offsetMs : -1));
  for (const offset of offsets) expect(offset).toBeGreaterThanOrEqual(2_000);
  for (const offset of offsets) expect(offset).toBeLessThanOrEqual(16_000);
  expect(new Set(offsets).size).toBeGreaterThan(100);
});

test('a fault added at the end does not change what the others draw', () => {
  const [first] = scenario.faults;
  if (first === undefined) throw new Error('the scenario has faults');
  const more = { ...scenario, faults: [...scenario.faults, first] };
  expect(drawSchedule(more, 7).faults.slice(0, -1)).toEqual(drawSchedule(scenario, 7).faults);
});
