import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { pointsOf, type Point } from '../../hil/gateway/southbound/point.ts';
import { decodePoint, encodePoint } from '../../hil/gateway/southbound/point-codec.ts';
import { modelFor } from './models/model-table.ts';
import type { ProcessModel } from './process-model.ts';
import { CATCH_UP_STEPS_MAX, startProcess, type ProcessDefinition } from './stepped-process.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const instants = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { maxLength: 40 }).map((list) => list.toSorted((a, b) => a - b));

describe.each(['pump-station', 'motor-drive'])('process of %s', (name) => {
  const points = pointsOf(loadProfile(name));
  const start = (seed: number, originMs = 0): ProcessModel => modelFor(name, points)({ random: randomFromSeed(seed), originMs });

  test('the trajectory does not depend on when and how often it is read', () => {
    fc.assert(
      fc.property(seeds, instants, fc.integer({ min: -1_000, max: 1_000_000 }), (seed, reads, originMs) => {
        const watched = start(seed, originMs);
        for (const atMs of reads) watched.read(points[0]?.name ?? '', originMs + atMs);
        expect(everything(watched, points, originMs + 60_000)).toEqual(everything(start(seed, originMs), points, originMs + 60_000));
      }),
      replay(),
    );
  });

  test('every value it shows fits its registers', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0, max: 900_000, noNaN: true }), (seed, atMs) => {
        const model = start(seed);
        for (const point of points) {
          const value = model.read(point.name, atMs);
          expect(value).toBeDefined();
          expect(typeof decodePoint(point, encodePoint(point, value ?? ''))).toBe(typeof value);
        }
      }),
      replay(),
    );
  });

  test('it survives any value written to its settings, which reads back', () => {
    const settings = points.filter(({ writable }) => writable);
    const writes = fc.array(fc.tuple(fc.nat(settings.length - 1), fc.integer({ min: 0, max: 0xffff }), fc.nat(20_000)), { maxLength: 10 });
    fc.assert(
      fc.property(seeds, writes, (seed, list) => {
        const model = start(seed);
        let nowMs = 0;
        for (const [index, word, laterMs] of list) {
          const setting = settings[index];
          if (setting === undefined) continue;
          const value = decodePoint(setting, [word, word]);
          model.write(setting.name, value, (nowMs += laterMs));
          expect(model.read(setting.name, nowMs)).toBe(value);
        }
        for (const point of points) encodePoint(point, model.read(point.name, nowMs + 60_000) ?? '');
      }),
      replay(),
    );
  });
});

test('two seeds give two trajectories', () => {
  const points = pointsOf(loadProfile('pump-station'));
  const [one, other] = [1, 2].map((seed) => modelFor('pump-station', points)({ random: randomFromSeed(seed), originMs: 0 }));
  expect(one?.read('Inflow', 5_000)).not.toBe(other?.read('Inflow', 5_000));
});

describe('stepping', () => {
  const counter: ProcessDefinition<{ steps: number; last: number }> = {
    stepMs: 100,
    timeScale: 2,
    start: () => ({ steps: 0, last: -1 }),
    step: (state, step) => {
      state.steps += 1;
      state.last = step;
    },
    points: new Map([
      ['steps', { read: (state) => state.steps }],
      ['last', { read: (state) => state.last }],
    ]),
  };

  test('the time scale says how many steps a second has', () => {
    const random = randomFromSeed(1);
    expect(startProcess(counter, { random, originMs: 500 }).read('steps', 1_500)).toBe(20);
    expect(startProcess(counter, { random, originMs: 500, timeScale: 7 }).read('steps', 1_500)).toBe(70);
  });

  test('a long gap costs a bounded number of steps and keeps the step number', () => {
    const model = startProcess(counter, { random: randomFromSeed(1), originMs: 0 });
    const years = 1_000_000_000_000;
    expect(model.read('steps', years)).toBe(CATCH_UP_STEPS_MAX);
    expect(model.read('last', years)).toBe(years / 50 - 1);
  });

  test('an earlier instant changes nothing', () => {
    const model = startProcess(counter, { random: randomFromSeed(1), originMs: 0 });
    expect(model.read('steps', 1_000)).toBe(20);
    expect(model.read('steps', 10)).toBe(20);
  });
});

function everything(model: ProcessModel, points: readonly Point[], nowMs: number): unknown[] {
  return points.map(({ name }) => [name, model.read(name, nowMs)]);
}
