import { describe, expect, test } from 'vitest';
import { passRecord } from '../../example-records.contract.ts';
import type { SeriesRecord } from '../../record.ts';
import { timeAxis } from './time-axis.ts';
import { valueAxis } from './value-axis.ts';

describe('value axis', () => {
  test.each<[string, string, number[], string, string[]]>([
    ['throughput', 'messages/s', [3, 412], 'messages/s', ['0', '200', '400', '600']],
    ['memory', 'B', [61e6, 96.4e6], 'MB', ['0', '50', '100']],
    ['memory', 'bytes', [900], 'B', ['0', '500', '1,000']],
    ['backlog', 'messages', [40_000], 'messages', ['0', '20k', '40k']],
    ['loop-delay', 'ms', [9_000, 1], 's', ['0', '5', '10']],
    ['latency', 'ms', [4, 9], 'ms', ['0', '5', '10']],
    ['latency', 'ms', [1.2, 7_780], 'ms', ['1 ms', '10 ms', '100 ms', '1 s', '10 s']],
    ['latency', 'ms', [0, 0], 'ms', ['0', '1']],
  ])('of %s in %s with %j has unit %s and ticks %j', (plot, unit, values, shown, labels) => {
    const axis = valueAxis([series(plot, unit, values)], 124);
    expect(axis.unit).toBe(shown);
    expect(axis.ticks.map(({ label }) => label)).toEqual(labels);
  });

  test('higher values stand higher, all within the plot; zero is drawable on a log axis', () => {
    for (const values of [[5, 10], [0, 0.5, 5_000]]) {
      const axis = valueAxis([series('latency', 'ms', values)], 124);
      const heights = values.map((value) => axis.y(value));
      expect(heights).toEqual(heights.toSorted((a, b) => b - a));
      expect(heights.every((y) => y >= 0 && y <= 124)).toBe(true);
    }
  });
});

describe('time axis', () => {
  test.each([
    [250, '0 ms', '250 ms'], [45_212, '0 s', '45 s'], [118_000, '0 s', '105 s'],
    [600_000, '0:00', '10:00'], [7_500_000, '0:00 h', '2:00 h'], [90_000_000, '0:00 h', '24:00 h'],
  ])('over %d ms runs from %s to %s with at most eleven ticks', (durationMs, first, last) => {
    const { ticks } = timeAxis({ ...passRecord(), durationMs, phases: [], faults: [], series: [] });
    expect(ticks.length).toBeLessThanOrEqual(11);
    expect([ticks[0]?.label, ticks.at(-1)?.label]).toEqual([first, last]);
  });

  test('is as long as the longest thing on it and never of no length', () => {
    expect(timeAxis({ ...passRecord(), durationMs: 0, phases: [], faults: [], series: [] }).spanMs).toBe(1);
    expect(timeAxis({ ...passRecord(), durationMs: 10 }).spanMs).toBe(45_000);
  });
});

function series(plot: string, unit: string, values: number[]): SeriesRecord {
  return { plot, label: 'x', unit, points: values.map((value, t) => [t, value]) };
}
