import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess } from '../stepped-process.ts';
import { hvac } from './hvac.ts';

/** One simulated second for each millisecond: instants below are seconds of the process. */
function unit(seed = 1): ProcessModel {
  return startProcess(hvac, { random: randomFromSeed(seed), originMs: 0, timeScale: 1_000 });
}

const number = (model: ProcessModel, point: string, atS: number): number => Number(model.read(point, atS));
const HOUR_S = 3_600;

test('an occupied room is kept at its set point, also at another one', () => {
  const model = unit();
  model.write('OccupancyOverride', true, 0);
  for (const [setpoint, fromS] of [[21.5, 0], [25, 4 * HOUR_S], [19, 8 * HOUR_S]] as const) {
    model.write('Setpoint', setpoint, fromS);
    for (let atS = fromS + 3 * HOUR_S; atS < fromS + 4 * HOUR_S; atS += 60) expect(Math.abs(number(model, 'RoomTemperature', atS) - setpoint)).toBeLessThan(1.2);
  }
});

test('off, the fan stands still and the room goes its own way; heating and cooling can be forbidden', () => {
  const model = unit();
  model.write('Mode', 0, 0);
  expect(model.read('FanRunning', 120)).toBe(false);
  expect(number(model, 'FilterPressure', 120)).toBe(0);
  model.write('Mode', 2, 120);
  model.write('Setpoint', 35, 120);
  model.write('OccupancyOverride', true, 120);
  expect(number(model, 'HeatingValve', 1_200)).toBe(0);
  model.write('Mode', 1, 1_200);
  expect(number(model, 'HeatingValve', 1_500)).toBe(100);
  model.write('HeatingEnable', false, 1_500);
  expect(number(model, 'HeatingValve', 1_700)).toBe(0);
  model.write('Setpoint', 10, 1_700);
  model.write('Mode', 3, 1_700);
  expect(model.read('CoolingActive', 2_000)).toBe(true);
  model.write('CoolingEnable', false, 2_000);
  expect(model.read('CoolingActive', 2_200)).toBe(false);
});

test('people raise the CO2, and the CO2 raises the fan', () => {
  const model = unit();
  model.write('OccupancyOverride', true, 0);
  model.write('Setpoint', number(model, 'RoomTemperature', 0), 0);
  model.write('Co2Limit', 600, 0);
  expect(number(model, 'FanSpeed', 2 * HOUR_S)).toBeGreaterThan(50);
  const held = number(model, 'Co2', 2 * HOUR_S);
  model.write('Co2Limit', 5_000, 2 * HOUR_S);
  expect(number(model, 'Co2', 4 * HOUR_S)).toBeGreaterThan(held + 50);
});

test('the filter fills until it is changed', () => {
  const model = unit();
  model.write('MinFanSpeed', 100, 0);
  model.write('OccupancyOverride', true, 0);
  let atS = 0;
  while (model.read('FilterAlarm', atS) === false) atS += 60;
  const full = number(model, 'FilterPressure', atS);
  model.write('FilterReset', true, atS);
  expect(model.read('FilterAlarm', atS + 5)).toBe(false);
  expect(number(model, 'FilterPressure', atS + 5)).toBeLessThan(full / 2);
});

test('without heat on a cold night the frost monitor stops the fan and opens the heating valve', () => {
  for (let seed = 0; seed < 10; seed += 1) {
    const model = unit(seed);
    model.write('HeatingEnable', false, 0);
    model.write('OccupancyOverride', false, 0);
    model.write('MinFanSpeed', 100, 0);
    for (let atS = 0; atS < 48 * HOUR_S; atS += 30) {
      if (model.read('FrostAlarm', atS) !== true) continue;
      expect(number(model, 'SupplyTemperature', atS)).toBeLessThan(12);
      expect(number(model, 'HeatingValve', atS + 10)).toBeGreaterThan(0);
      return;
    }
  }
  throw new Error('no frost in ten winters');
});

test('the counters follow what flows', () => {
  const model = unit();
  const before = ['RunHours', 'AirVolume', 'Energy'].map((point) => number(model, point, 0));
  const after = ['RunHours', 'AirVolume', 'Energy'].map((point) => number(model, point, 2 * HOUR_S));
  expect((after[0] ?? 0) - (before[0] ?? 0)).toBeCloseTo(2, 1);
  expect((after[1] ?? 0) - (before[1] ?? 0)).toBeGreaterThan(1_000);
  expect((after[2] ?? 0) - (before[2] ?? 0)).toBeGreaterThan(0.5);
});
