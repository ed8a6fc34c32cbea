import { describe, expect, test } from 'vitest';
import { formatFigure, formatPairs } from './format-figure.ts';
import { formatBytes, formatDuration, formatInstant, formatNumber, formatUtc, formatWithUnit } from './format-quantity.ts';

test.each([
  [0, '0'], [7, '7'], [4_812, '4,812'], [-1_234_567, '-1,234,567'],
  [0.04213, '0.0421'], [12.34, '12.3'], [1_234.5, '1,235'], [Infinity, 'Infinity'],
])('number %d is %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.4213, '0.421 ms'], [42.13, '42.1 ms'], [999.4, '999 ms'], [999.6, '1 s'], [1_840, '1.84 s'],
  [59_949, '59.9 s'], [59_999, '1 min 00 s'],
  [125_000, '2 min 05 s'], [3_599_900, '1 h 00 min'], [3_720_000, '1 h 02 min'],
])('%d ms is %s', (value, text) => {
  expect(formatDuration(value)).toBe(text);
});

test.each([
  [0, '0.000 s'], [15_230.4, '15.230 s'], [59_999.6, '1:00.000'], [125_004, '2:05.004'],
])('instant %d is %s', (value, text) => {
  expect(formatInstant(value)).toBe(text);
});

test.each([
  [512, '512 B'], [48_249, '48.2 kB'], [999_600, '1 MB'], [96_403_456, '96.4 MB'], [8_324_292_608, '8.32 GB'],
])('%d bytes are %s', (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

test('units of series are scaled where that reads better', () => {
  expect(formatWithUnit(7_780, 'ms')).toBe('7.78 s');
  expect(formatWithUnit(24_000, 'B/s')).toBe('24 kB/s');
  expect(formatWithUnit(1_685.2, 'messages/s')).toBe('1,685 messages/s');
  expect(formatUtc('2026-11-22T12:18:04.123Z')).toBe('2026-11-22 12:18:04 UTC');
  expect(formatUtc('soon')).toBe('soon');
});

describe('figures', () => {
  test.each([
    ['p99Ms', 42.13, 'p99', '42.1 ms'], ['edgeRssBytes', 96_403_456, 'edge rss', '96.4 MB'], ['lossPercent', 0.26, 'loss', '0.26 %'],
    ['maxPerSecond', 1_685, 'max', '1,685/s'], ['lostTotal', 37, 'lost total', '37'],
    ['Ms', 3, 'Ms', '3'], ['device', 'pumps-1', 'device', 'pumps-1'],
  ])('%s %s is shown as %s %s', (name, value, label, text) => {
    expect(formatFigure(name, value)).toEqual({ name, label, text });
  });

  test('parameters come in order of their names, nested ones as JSON', () => {
    expect(formatPairs({ within: '5s', p99: { max: '50ms' }, minSamples: 1_000, sometimes: true })).toEqual([
      'min samples 1,000', 'p99 {"max":"50ms"}', 'sometimes true', 'within 5s',
    ]);
  });
});
