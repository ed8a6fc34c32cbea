import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess } from '../stepped-process.ts';
import { conveyor } from './conveyor.ts';

/** Instants below are milliseconds of the process. */
function belt(seed = 1): ProcessModel {
  return startProcess(conveyor, { random: randomFromSeed(seed), originMs: 0 });
}

const number = (model: ProcessModel, point: string, atMs: number): number => Number(model.read(point, atMs));

/** The first instant at which a flag is up. */
function firstUp(model: ProcessModel, point: string, fromMs = 0): number {
  for (let atMs = fromMs; atMs < fromMs + 3_600_000; atMs += 100) if (model.read(point, atMs) === true) return atMs;
  throw new Error(`${point} never came`);
}

test('every parcel that leaves is counted once, with its mass', () => {
  const model = belt();
  const [itemsBefore, massBefore] = [number(model, 'ItemCount', 0), number(model, 'TotalMass', 0)];
  let mass = 0;
  let items = itemsBefore;
  for (let atMs = 0; atMs < 300_000; atMs += 100) {
    const now = number(model, 'ItemCount', atMs);
    if (now === items) continue;
    expect(now).toBe(items + 1);
    items = now;
    mass += number(model, 'LastMass', atMs);
    expect(model.read('LastBarcode', atMs)).toMatch(/^FP\d{10}$/u);
  }
  expect(items - itemsBefore).toBeGreaterThan(50);
  expect(number(model, 'TotalMass', 299_900) - massBefore).toBe(mass);
});

test('a parcel crosses the entry eye, both scales and the exit eye, in this order', () => {
  const model = belt();
  const entry = firstUp(model, 'EntryEye');
  const at = (point: string, above: number, fromMs: number): number => {
    for (let atMs = fromMs; ; atMs += 100) if (number(model, point, atMs) > above) return atMs;
  };
  const first = at('LoadCell1', 200, entry);
  const second = at('LoadCell2', 200, first);
  const exit = firstUp(model, 'ExitEye', second);
  expect([entry, first, second, exit]).toEqual([entry, first, second, exit].toSorted((a, b) => a - b));
});

test('the speed follows its set point by the ramp, stop stops, start starts', () => {
  const model = belt();
  model.write('SpeedSetpoint', 1.5, 0);
  model.write('AccelerationTime', 4, 0);
  expect(number(model, 'Speed', 1_000)).toBeCloseTo(0.5, 6);
  expect(number(model, 'Speed', 4_000)).toBeCloseTo(1.5, 6);
  model.write('Stop', true, 4_000);
  expect(model.read('Running', 8_000)).toBe(false);
  const standing = number(model, 'EncoderPosition', 8_000);
  expect(number(model, 'EncoderPosition', 20_000)).toBe(standing);
  expect(number(model, 'MotorCurrent', 20_000)).toBe(0);
  model.write('Start', true, 20_000);
  expect(model.read('Running', 21_000)).toBe(true);
});

test('a jam blocks the exit eye, stops the belt, and ends by its reset coil or by an attendant', () => {
  const model = belt(4);
  const jammed = firstUp(model, 'Jam');
  expect(model.read('ExitEye', jammed)).toBe(true);
  expect(number(model, 'Speed', jammed + 5_000)).toBe(0);
  const count = number(model, 'ItemCount', jammed + 5_000);
  model.write('Reset', true, jammed + 5_000);
  expect(model.read('Jam', jammed + 5_000)).toBe(false);
  expect(number(model, 'ItemCount', jammed + 10_000)).toBeGreaterThan(count);
  const again = firstUp(model, 'Jam', jammed + 10_000);
  expect(model.read('Jam', again + 15_000)).toBe(true);
  expect(model.read('Jam', again + 25_000)).toBe(false);
});

test('parcels over the mass limit are counted apart', () => {
  const [strict, lax] = [belt(), belt()];
  strict.write('MassLimit', 0, 0);
  lax.write('MassLimit', 100_000, 0);
  const before = [strict, lax].map((model) => number(model, 'OverweightCount', 0));
  const items = number(strict, 'ItemCount', 60_000) - number(belt(), 'ItemCount', 0);
  expect([strict, lax].map((model, index) => number(model, 'OverweightCount', 60_000) - (before[index] ?? 0))).toEqual([items, 0]);
});
