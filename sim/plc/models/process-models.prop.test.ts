import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PointValue } from '../../../hil/gateway/southbound/device-profile.ts';
import { loadProfile, shippedProfiles } from '../../../hil/gateway/southbound/load-profile.ts';
import { decodePoint, encodePoint } from '../../../hil/gateway/southbound/point-codec.ts';
import { pointsOf } from '../../../hil/gateway/southbound/point.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { replay } from '../../../hil/runtime/replay-seed.contract.ts';
import type { ProcessModel } from '../process-model.ts';
import { modelFor } from './model-table.ts';

const SPAN_MS = 60_000;
const seeds = fc.integer({ min: 0, max: 1_000_000 });
const instants = fc.array(fc.double({ min: 0, max: SPAN_MS, noNaN: true }), { maxLength: 40 }).map((list) => list.toSorted((a, b) => a - b));
const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

describe.each(shippedProfiles())('process of %s', (name) => {
  const points = pointsOf(loadProfile(name));
  const settings = points.filter(({ writable }) => writable);
  const start = (seed: number): ProcessModel => modelFor(name, points)({ random: randomFromSeed(seed), originMs: 0 });
  const everything = (model: ProcessModel, atMs: number): unknown[] => points.map((point) => [point.name, model.read(point.name, atMs)]);
  const writes = fc
    .array(fc.record({ index: fc.nat(settings.length - 1), words, atMs: fc.double({ min: 0, max: SPAN_MS, noNaN: true }) }), { maxLength: 8 })
    .map((list) => list.toSorted((a, b) => a.atMs - b.atMs));
  const write = (model: ProcessModel, { index, words: held, atMs }: { readonly index: number; readonly words: readonly number[]; readonly atMs: number }): void => {
    const setting = settings[index];
    if (setting !== undefined) model.write(setting.name, decodePoint(setting, held), atMs);
  };

  test('with the same writes the trajectory is the same, however often it is read in between', () => {
    fc.assert(
      fc.property(seeds, writes, instants, fc.nat(points.length - 1), (seed, list, reads, watched) => {
        const [quiet, watchedOne] = [start(seed), start(seed)];
        for (const one of list) write(quiet, one);
        const events = [...list.map((one) => ({ atMs: one.atMs, act: () => write(watchedOne, one) })), ...reads.map((atMs) => ({ atMs, act: () => void watchedOne.read(points[watched]?.name ?? '', atMs) }))];
        for (const { act } of events.toSorted((a, b) => a.atMs - b.atMs)) act();
        expect(everything(watchedOne, SPAN_MS)).toEqual(everything(quiet, SPAN_MS));
      }),
      replay(),
    );
  });

  test('whatever was written, every value fits its registers', () => {
    fc.assert(
      fc.property(seeds, writes, fc.double({ min: 0, max: 600_000, noNaN: true }), (seed, list, laterMs) => {
        const model = start(seed);
        for (const one of list) write(model, one);
        for (const point of points) {
          const value = model.read(point.name, SPAN_MS + laterMs);
          expect(() => encodePoint(point, value ?? 'no value')).not.toThrow();
        }
      }),
      replay(),
    );
  });

  test('a readable setting reads back what was written, when it is a value of its kind', () => {
    fc.assert(
      fc.property(seeds, writes, (seed, list) => {
        const model = start(seed);
        for (const one of list) {
          const setting = settings[one.index];
          if (setting === undefined || !setting.readable) continue;
          const before = model.read(setting.name, one.atMs);
          const value = decodePoint(setting, one.words);
          write(model, one);
          expect(model.read(setting.name, one.atMs)).toBe(isOfKind(value, before) ? value : before);
        }
      }),
      replay(),
    );
  });

  test('it moves by itself', () => {
    const model = start(3);
    const shown = points.filter(({ writable }) => !writable).map((point) => ({ point, values: new Set<PointValue | undefined>() }));
    for (let atMs = 0; atMs < 120_000; atMs += 500) for (const { point, values } of shown) values.add(model.read(point.name, atMs));
    const moving = shown.filter(({ values }) => values.size > 1);
    expect(moving.length).toBeGreaterThan(shown.length / 2);
  });
});

/** A float register can hold NaN, which arrives as text; malformed UTF-8 arrives with replacement characters. */
function isOfKind(value: PointValue, before: PointValue | undefined): boolean {
  return typeof value === typeof before && !(typeof value === 'string' && value.includes('\u{FFFD}'));
}
