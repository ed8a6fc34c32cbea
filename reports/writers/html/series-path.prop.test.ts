import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../../hil/runtime/replay-seed.contract.ts';
import { placeLabels, LABEL_PITCH_PX } from './end-labels.ts';
import { drawnStretches, POINTS_DRAWN_MAX, splitAtGaps, thinned, type Point } from './series-path.ts';

const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: -1_000, max: 1_000_000 })), { maxLength: 3_000 });

test('splitting loses and invents no point', () => {
  fc.assert(fc.property(points, (list) => {
    expect(splitAtGaps(list).flat()).toEqual(list.toSorted((a, b) => a[0] - b[0]));
  }), replay());
});

test('thinning keeps the highest and the lowest value, invents no point and keeps the bound', () => {
  fc.assert(fc.property(points.filter((list) => list.length > 0), fc.integer({ min: 2, max: 700 }), (list, max) => {
    const originals: ReadonlySet<Point> = new Set(list);
    const kept = thinned(list, max);
    const values = list.map(([, value]) => value);
    const keptValues = kept.map(([, value]) => value);
    expect([Math.min(...keptValues), Math.max(...keptValues)]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(kept.length).toBeLessThanOrEqual(max);
    expect(kept.every((point) => originals.has(point))).toBe(true);
  }), replay());
});

test('a drawing stays small however many gaps there are', () => {
  fc.assert(fc.property(points, (list) => {
    const stretches = drawnStretches(list);
    expect(stretches.flat().length).toBeLessThanOrEqual(POINTS_DRAWN_MAX + 2 * stretches.length);
  }), replay());
});

test('labels never cover each other and keep their order', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 8 }), (wishes) => {
    const placed = placeLabels(wishes.map((y, index) => ({ text: `l${index}`, index, y })), 10, 120);
    expect(placed.slice(1).every(({ y }, index) => y - (placed[index]?.y ?? 0) >= LABEL_PITCH_PX)).toBe(true);
    expect(placed.every(({ y }) => y >= 10 && y <= 120)).toBe(true);
  }), replay());
});
