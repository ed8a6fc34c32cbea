import { describe, expect, test } from 'vitest';
import { loadProfile, shippedProfiles } from '../../../hil/gateway/southbound/load-profile.ts';
import { encodePoint } from '../../../hil/gateway/southbound/point-codec.ts';
import { pointsOf } from '../../../hil/gateway/southbound/point.ts';
import { samplePoint } from '../../../hil/gateway/southbound/sample-point.contract.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { modelFor } from './model-table.ts';
import { conveyor } from './conveyor.ts';
import { energyMeter } from './energy-meter.ts';
import { hvac } from './hvac.ts';
import { motorDrive } from './motor-drive.ts';
import { pumpStation } from './pump-station.ts';
import { tank } from './tank.ts';

test('each profile that ships has a process of its own', () => {
  expect(shippedProfiles()).toEqual(['conveyor', 'energy-meter', 'hvac', 'motor-drive', 'pump-station', 'tank']);
});

describe.each([
  ['pump-station', pumpStation.points],
  ['motor-drive', motorDrive.points],
  ['energy-meter', energyMeter.points],
  ['tank', tank.points],
  ['conveyor', conveyor.points],
  ['hvac', hvac.points],
] as const)('%s', (name, bindings) => {
  test('profile and process have the same points, and agree on what can be written', () => {
    const points = pointsOf(loadProfile(name));
    expect(points.map((point) => point.name).toSorted()).toEqual([...bindings.keys()].toSorted());
    for (const point of points) expect([point.name, bindings.get(point.name)?.write !== undefined]).toEqual([point.name, point.writable]);
  });
});

test('a profile without a process of its own gets points that wander within their bounds, and settings that stay', () => {
  const points = [
    samplePoint({ name: 'measured', table: 'INPUT_REGISTERS', writable: false, minimum: 10, maximum: 20, scale: 0.1 }),
    samplePoint({ name: 'free', table: 'INPUT_REGISTERS', address: 1, rawType: 'Int16', writable: false, scale: -0.5, offset: 7 }),
    samplePoint({ name: 'flag', table: 'DISCRETES_INPUT', rawType: 'Bool', valueType: 'Bool', writable: false }),
    samplePoint({ name: 'label', rawType: 'String', valueType: 'String', registerCount: 1, writable: false }),
    samplePoint({ name: 'setting', address: 9 }),
  ];
  const model = modelFor('somebody-elses', points)({ random: randomFromSeed(1), originMs: 0 });
  const shown = new Set<unknown>();
  for (let atMs = 0; atMs < 600_000; atMs += 1_000) {
    const value = Number(model.read('measured', atMs));
    expect(value).toBeGreaterThanOrEqual(10);
    expect(value).toBeLessThanOrEqual(20);
    shown.add(Math.round(value)).add(model.read('flag', atMs));
    for (const point of points) encodePoint(point, model.read(point.name, atMs) ?? '');
  }
  expect([...shown]).toEqual(expect.arrayContaining([true, false, 13, 17]));
  expect(model.read('setting', 600_000)).toBe(0);
  model.write('setting', 42, 600_000);
  expect(model.read('setting', 900_000)).toBe(42);
});

test('a profile that only borrows the name of a model gets wandering points too', () => {
  const model = modelFor('pump-station', [samplePoint({ name: 'Torque' })])({ random: randomFromSeed(1), originMs: 0 });
  expect(model.read('Torque', 0)).toBe(0);
  expect(model.read('Level', 0)).toBeUndefined();
});
