import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess } from '../stepped-process.ts';
import { tank } from './tank.ts';

/** One simulated second for each millisecond: instants below are seconds of the process. */
function startTank(seed = 1): ProcessModel {
  return startProcess(tank, { random: randomFromSeed(seed), originMs: 0, timeScale: 1_000 });
}

const number = (model: ProcessModel, point: string, atS: number): number => Number(model.read(point, atS));

test('a batch is filled, heated, held and drained, in this order, over and over', () => {
  const model = startTank();
  const phases: number[] = [];
  const batchesBefore = number(model, 'BatchCount', 0);
  for (let atS = 0; atS < 8_000; atS += 1) {
    const phase = number(model, 'BatchPhase', atS);
    if (phase !== phases.at(-1)) phases.push(phase);
  }
  expect(phases.length).toBeGreaterThan(12);
  for (const [index, phase] of phases.entries()) expect(phase).toBe((index % 4) + 1);
  expect(number(model, 'BatchCount', 8_000)).toBeGreaterThan(batchesBefore);
});

test('the set points are reached, and a new one is followed', () => {
  const model = startTank();
  model.write('LevelSetpoint', 50, 0);
  model.write('TemperatureSetpoint', 40, 0);
  model.write('AgitatorEnable', false, 0);
  let atS = 0;
  while (number(model, 'BatchPhase', atS) !== 3) atS += 1;
  expect(number(model, 'Level', atS)).toBeGreaterThan(49);
  expect(number(model, 'Level', atS)).toBeLessThan(66);
  expect(number(model, 'Temperature', atS)).toBeGreaterThan(39);
  expect(number(model, 'AgitatorSpeed', atS)).toBe(0);
});

test('in manual mode the valves do what is written, no faster than they can', () => {
  const model = startTank();
  model.write('AutoMode', false, 0);
  const before = number(model, 'Volume', 0);
  model.write('InletValve', 100, 0);
  expect(number(model, 'InletPosition', 5)).toBe(50);
  expect(number(model, 'InletPosition', 30)).toBe(100);
  const filled = number(model, 'Volume', 30);
  expect(filled).toBeGreaterThan(before + 40);
  model.write('InletValve', 0, 30);
  model.write('OutletValve', 60, 30);
  expect(number(model, 'OutletPosition', 60)).toBe(60);
  expect(number(model, 'Volume', 4_000)).toBeLessThan(filled / 10);
  expect(number(model, 'BatchPhase', 4_000)).toBe(0);
});

test('too much water raises the high-level alarm, which closes the inlet until it is reset', () => {
  const model = startTank();
  model.write('AutoMode', false, 0);
  model.write('HighLevelLimit', 85, 0);
  model.write('InletValve', 100, 0);
  let atS = 0;
  while (model.read('HighLevelAlarm', atS) === false) atS += 1;
  expect(model.read('CommonAlarm', atS)).toBe(true);
  expect(number(model, 'InletPosition', atS + 20)).toBe(0);
  model.write('AlarmReset', true, atS + 20);
  expect(model.read('HighLevelAlarm', atS + 20)).toBe(true); // Its cause still stands.
  model.write('InletValve', 0, atS + 20);
  model.write('OutletValve', 100, atS + 20);
  model.write('AlarmReset', true, atS + 80);
  expect(model.read('HighLevelAlarm', atS + 80)).toBe(false);
});

test('a heater without water or over its limit is blocked', () => {
  const model = startTank();
  model.write('AutoMode', false, 0);
  model.write('OutletValve', 100, 0);
  expect(number(model, 'HeaterPower', 3_000)).toBe(0);
  expect(model.read('HeaterBlocked', 3_000)).toBe(true);
  expect(model.read('LowLevelAlarm', 3_000)).toBe(true);
  model.write('OutletValve', 0, 3_000);
  model.write('InletValve', 100, 3_000);
  expect(number(model, 'HeaterPower', 3_300)).toBe(150);
  model.write('HeaterLimit', 20, 3_300);
  expect(number(model, 'HeaterPower', 3_302)).toBe(20);
  model.write('HeaterEnable', false, 3_302);
  expect(number(model, 'HeaterPower', 3_304)).toBe(0);
});

test('the contactor sticks in some batches, until the limiter trips', () => {
  const raised = [1, 2, 3, 4].filter((seed) => {
    const model = startTank(seed);
    for (let atS = 0; atS < 12_000; atS += 20) if (model.read('HighTemperatureAlarm', atS) === true) return true;
    return false;
  });
  expect(raised.length).toBeGreaterThan(0);
});

test('a negative set point turns the agitator in reverse', () => {
  const model = startTank();
  model.write('AutoMode', false, 0);
  model.write('AgitatorSetpoint', -200, 0);
  expect(number(model, 'AgitatorSpeed', 5)).toBe(-100);
  expect(number(model, 'AgitatorSpeed', 60)).toBe(-200);
  expect(number(model, 'AgitatorCurrent', 60)).toBeLessThan(0);
});
