import { describe, expect, test } from 'vitest';
import { passRecord } from '../../example-records.contract.ts';
import { areaPath, drawnStretches, heldStretches, linePath, splitAtGaps, type Point } from './series-path.ts';
import { timeAxis } from './time-axis.ts';
import { valueAxis } from './value-axis.ts';

const time = timeAxis({ ...passRecord(), durationMs: 100_000 });
const value = valueAxis([{ plot: 'p', label: 'l', unit: '', points: [[0, 100]] }], 116);

describe('a line', () => {
  test('breaks where points are missing', () => {
    expect(splitAtGaps(points(0, 1, 2, 3, 9, 10, 11)).map((stretch) => stretch.length)).toEqual([4, 3]);
  });

  test('does not break for jitter, or for a single missing point', () => {
    expect(splitAtGaps(points(0, 1, 2.4, 3.1, 5, 6))).toHaveLength(1);
  });

  test('is drawn in order of time, whatever the order of its points', () => {
    expect(splitAtGaps(points(3, 1, 2, 0)).flat().map(([t]) => t)).toEqual([0, 1, 2, 3]);
  });

  test('of no, one and equal points', () => {
    expect(splitAtGaps([])).toEqual([]);
    expect(linePath(splitAtGaps([[50_000, 50]]), time, value)).toBe('M500 64h.01');
    expect(splitAtGaps([[1, 1], [1, 2], [1, 3]])).toHaveLength(1);
  });

  test('has one move for each stretch, and the surface under it is closed', () => {
    const stretches: Point[][] = [[[0, 0], [10_000, 100]], [[50_000, 100], [60_000, 0]]];
    expect(linePath(stretches, time, value)).toBe('M0 114L100 14M500 14L600 114');
    expect(areaPath(stretches, time, value)).toBe('M0 114L0 114L100 14L100 114zM500 114L500 14L600 114L600 114z');
  });
});

test('a figure observed on change stands until it changes, and until the end', () => {
  const observed: Point[] = [[0, 0], [250, 40], [500, 80], [750, 0], [9_000, 40], [9_250, 0]];
  expect(heldStretches(observed, 20_000)).toEqual([[...observed.slice(0, 4), [9_000, 0], ...observed.slice(4), [20_000, 0]]]);
  expect(heldStretches([], 20_000)).toEqual([]);
});

function points(...instants: number[]): Point[] {
  return instants.map((t) => [t, 1]);
}

test('a long series is thinned, and keeps its spikes and its ends within a run', () => {
  const long: Point[] = Array.from({ length: 5_000 }, (_none, t) => [t, t === 2_345 ? 900 : t === 777 ? -5 : 10 + (t % 7)]);
  const drawn = drawnStretches(long).flat();
  expect(drawn.length).toBeLessThanOrEqual(600);
  expect(drawn).toContainEqual([2_345, 900]);
  expect(drawn).toContainEqual([777, -5]);
});
