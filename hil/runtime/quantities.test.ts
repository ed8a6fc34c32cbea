import { describe, expect, test } from 'vitest';
import { durationMs, ratePerSecond, sizeBytes } from './quantities.ts';
import { z } from './schema.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['500us', 0.5],
    ['0s', 0],
  ])('%s', (text, ms) => expect(durationMs.parse(text)).toBe(ms));

  test.each(['5', '5 s', '-1s', '1e3ms', '5S', 's', '', '1.ms', '.5s', '5s ', 'five'])('refuses "%s"', (text) => {
    expect(durationMs.safeParse(text).error?.issues[0]?.message).toBe('expected a duration such as 250ms, 5s or 2m');
  });

  test('refuses a bare number: the unit must be stated', () => {
    expect(durationMs.safeParse(250).error?.issues[0]?.message).toBe('expected a duration such as 250ms, 5s or 2m');
  });
});

describe('sizes', () => {
  test.each([
    ['1B', 1],
    ['1kB', 1_000],
    ['64KiB', 65_536],
    ['150MB', 150_000_000],
    ['1.5MiB', 1_572_864],
    ['2GB', 2_000_000_000],
    ['1GiB', 1_073_741_824],
  ])('%s', (text, bytes) => expect(sizeBytes.parse(text)).toBe(bytes));

  test.each(['1', '1KB', '1k', '1 MB', '-1B', '1TB'])('refuses "%s"', (text) => {
    expect(sizeBytes.safeParse(text).success).toBe(false);
  });
});

describe('rates', () => {
  test.each([
    ['100/s', 100],
    ['6/m', 0.1],
    ['3600/h', 1],
    ['0.5/s', 0.5],
  ])('%s', (text, perSecond) => expect(ratePerSecond.parse(text)).toBeCloseTo(perSecond, 12));

  test.each(['100', '100/d', '/s', '100 /s', '-1/s'])('refuses "%s"', (text) => {
    expect(ratePerSecond.safeParse(text).success).toBe(false);
  });
});

test('the published schema is that of the text', () => {
  expect(z.toJSONSchema(durationMs, { io: 'input' })).toMatchObject({ type: 'string', examples: ['250ms', '5s'] });
});
