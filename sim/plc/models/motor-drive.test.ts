import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess } from '../stepped-process.ts';
import { FAULT_TEMPERATURE } from './motor-drive-state.ts';
import { motorDrive } from './motor-drive.ts';

/** Instants below are milliseconds of the process. */
function drive(): ProcessModel {
  return startProcess(motorDrive, { random: randomFromSeed(5), originMs: 0, timeScale: 1 });
}

function number(model: ProcessModel, point: string, atMs: number): number {
  const value = model.read(point, atMs);
  if (typeof value !== 'number') throw new Error(`${point} is no number`);
  return value;
}

test('the speed follows its setpoint along the ramp, in both directions', () => {
  const model = drive();
  model.write('SpeedSetpoint', 1_450, 0);
  model.write('RampTime', 10, 0);
  expect(number(model, 'Speed', 5_000)).toBeGreaterThan(700);
  expect(number(model, 'Speed', 5_000)).toBeLessThan(750);
  expect(number(model, 'Speed', 20_000)).toBeGreaterThan(1_390);
  expect(model.read('TargetReached', 20_000)).toBe(true);
  model.write('SpeedSetpoint', -1_450, 20_000);
  expect(number(model, 'Speed', 60_000)).toBeLessThan(-1_390);
  expect(number(model, 'Torque', 60_000)).toBeLessThan(0);
});

test('current grows with the load, and is none when the drive is off', () => {
  const model = drive();
  model.write('SpeedSetpoint', 700, 0);
  const slow = number(model, 'Current', 20_000);
  model.write('SpeedSetpoint', 1_450, 20_000);
  expect(number(model, 'Current', 60_000)).toBeGreaterThan(slow);
  model.write('ControlWord', 0, 60_000);
  expect(number(model, 'Current', 60_200)).toBe(0);
  expect(model.read('Running', 60_200)).toBe(false);
});

test('quick stop is faster than coasting', () => {
  const [quick, coasting] = [0x000b, 0x0006].map((controlWord) => {
    const model = drive();
    model.read('Speed', 20_000);
    model.write('ControlWord', controlWord, 20_000);
    return number(model, 'Speed', 22_000);
  });
  expect(quick).toBe(0);
  expect(coasting).toBeGreaterThan(500);
});

test('overload heats the winding until the drive trips, and only a cooled drive can be reset', () => {
  const model = drive();
  model.write('SpeedSetpoint', 3_000, 0);
  let atMs = 0;
  while (number(model, 'FaultCode', atMs) === 0) atMs += 1_000;
  expect(number(model, 'FaultCode', atMs)).toBe(FAULT_TEMPERATURE);
  expect(model.read('Warning', atMs)).toBe(true);
  expect(model.read('Running', atMs)).toBe(false);
  model.write('ControlWord', 0x008f, atMs);
  expect(model.read('Fault', atMs)).toBe(true);
  atMs += 900_000;
  model.write('ControlWord', 0x008f, atMs);
  expect(model.read('Fault', atMs)).toBe(true); // The bit did not rise: it was still set.
  model.write('ControlWord', 0x000f, atMs);
  model.write('ControlWord', 0x008f, atMs);
  expect(model.read('Fault', atMs)).toBe(false);
});

test('run time counts only while running', () => {
  const model = drive();
  const start = number(model, 'RunTime', 0);
  expect(number(model, 'RunTime', 60_500) - start).toBe(60);
  model.write('ControlWord', 0, 60_500);
  expect(number(model, 'RunTime', 120_000) - start).toBe(60);
});
