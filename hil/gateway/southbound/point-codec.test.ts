import { describe, expect, test } from 'vitest';
import { decodePoint, encodePoint, resolutionOf } from './point-codec.ts';
import type { Point } from './point.ts';
import { samplePoint } from './sample-point.contract.ts';

const hold = (overrides: Partial<Point>): Point => samplePoint(overrides);

describe('known vectors', () => {
  // 123456.789 as a float32 is 0x47F12065 (IEEE 754); the four orders are those of common Modbus converters.
  const float = { rawType: 'Float32', registerCount: 2, valueType: 'Float32' } as const;
  test.each([
    ['ABCD', { byteSwap: false, wordSwap: false }, [0x47f1, 0x2065]],
    ['CDAB', { byteSwap: false, wordSwap: true }, [0x2065, 0x47f1]],
    ['BADC', { byteSwap: true, wordSwap: false }, [0xf147, 0x6520]],
    ['DCBA', { byteSwap: true, wordSwap: true }, [0x6520, 0xf147]],
  ])('float32 in order %s', (_name, order, words) => {
    const point = hold({ ...float, ...order });
    expect(decodePoint(point, words)).toBe(123456.79);
    expect(encodePoint(point, 123456.789)).toEqual(words);
  });

  test.each<[Partial<Point>, number[], number | string | boolean]>([
    [{ rawType: 'Int16' }, [0xffff], -1],
    [{ rawType: 'Uint16' }, [0xffff], 65_535],
    [{ rawType: 'Int32', registerCount: 2 }, [0x8000, 0], -2_147_483_648],
    [{ rawType: 'Uint32', registerCount: 2 }, [0xffff, 0xfffe], 4_294_967_294],
    [{ rawType: 'Int64', registerCount: 4, valueType: 'Int64' }, [0xffff, 0xffff, 0xffff, 0xffff], -1],
    [{ rawType: 'Int64', registerCount: 4, valueType: 'Int64' }, [0x8000, 0, 0, 0], '-9223372036854775808'],
    [{ rawType: 'Uint64', registerCount: 4, valueType: 'Uint64' }, [0xffff, 0xffff, 0xffff, 0xffff], '18446744073709551615'],
    [{ rawType: 'Uint64', registerCount: 4, valueType: 'Uint64' }, [0x001f, 0xffff, 0xffff, 0xffff], 9_007_199_254_740_991],
    [{ rawType: 'Uint64', registerCount: 4, valueType: 'Uint64' }, [0x0020, 0, 0, 0], '9007199254740992'],
    [{ rawType: 'Float64', registerCount: 4, valueType: 'Float64' }, [0x3ff8, 0, 0, 0], 1.5],
    [{ rawType: 'Float32', registerCount: 2, valueType: 'Float32' }, [0x3dcc, 0xcccd], 0.1],
    [{ rawType: 'Float32', registerCount: 2, valueType: 'Float32' }, [0x7f80, 0], 'Infinity'],
    [{ rawType: 'String', registerCount: 3, valueType: 'String' }, [0x5031, 0x3031, 0], 'P101'],
    [{ rawType: 'String', registerCount: 2, valueType: 'String', byteSwap: true }, [0x3150, 0x3130], 'P101'],
    [{ rawType: 'Bool', valueType: 'Bool', bit: 0 }, [0x0001], true],
    [{ rawType: 'Bool', valueType: 'Bool', bit: 15 }, [0x8000], true],
    [{ rawType: 'Bool', valueType: 'Bool', bit: 0, byteSwap: true }, [0x0100], true],
    [{ rawType: 'Bool', valueType: 'Bool', table: 'COILS', bit: undefined }, [1], true],
    [{ rawType: 'Bool', valueType: 'Bool', table: 'DISCRETES_INPUT', bit: undefined }, [0], false],
  ])('%j of %j is %j', (overrides, words, value) => {
    const point = hold(overrides);
    expect(decodePoint(point, words)).toBe(value);
    expect(encodePoint(point, value)).toEqual(words);
  });
});

describe('scale and offset count in decimal digits', () => {
  test.each<[Partial<Point>, number[], number]>([
    [{ scale: 0.001 }, [3_217], 3.217],
    [{ scale: 0.1 }, [3], 0.3],
    [{ scale: 0.1, offset: 0.2 }, [1], 0.3],
    [{ scale: 0.01, offset: -40 }, [6_543], 25.43],
    [{ rawType: 'Int16', scale: -0.1 }, [0xffff], 0.1],
    [{ rawType: 'Int64', registerCount: 4, scale: 0.001 }, [0x7fff, 0xffff, 0xffff, 0xffff], Number('9223372036854775.807')],
    [{ rawType: 'Float32', registerCount: 2, scale: 100 }, [0x3dcc, 0xcccd], 10],
  ])('%j of %j is %j', (overrides, words, value) => {
    const point = hold({ valueType: 'Float64', ...overrides });
    expect(decodePoint(point, words)).toBe(value);
  });

  test('a whole 64-bit result beyond 2^53 keeps every digit', () => {
    const point = hold({ rawType: 'Uint64', registerCount: 4, valueType: 'Uint64', scale: 10, offset: 7 });
    expect(decodePoint(point, [0x0020, 0, 0, 1])).toBe('90071992547409937');
    expect(encodePoint(point, '90071992547409937')).toEqual([0x0020, 0, 0, 1]);
  });

  test('a half of a step goes up, as the decimal digits say', () => {
    const point = hold({ scale: 0.1, valueType: 'Float64' });
    expect(encodePoint(point, 0.25)).toEqual([3]);
    expect(encodePoint(point, 0.35)).toEqual([4]); // 0.35 / 0.1 is 3.4999999999999996 in doubles.
    expect(encodePoint(point, 0.249)).toEqual([2]);
  });
});

describe('what cannot be encoded is refused', () => {
  test.each<[Partial<Point>, number | string | boolean]>([
    [{ rawType: 'Uint16' }, 65_536],
    [{ rawType: 'Uint16' }, -1],
    [{ rawType: 'Int16', scale: 0.1 }, 3_276.8],
    [{ rawType: 'Uint16' }, 'full'],
    [{ rawType: 'Uint16' }, true],
    [{ rawType: 'Uint16' }, Number.NaN],
    [{ rawType: 'Uint64', registerCount: 4 }, '18446744073709551616'],
    [{ rawType: 'Float32', registerCount: 2 }, 1e39],
    [{ rawType: 'Bool', bit: 0 }, 2],
    [{ rawType: 'String', registerCount: 2 }, 'P1010'],
    [{ rawType: 'String', registerCount: 2 }, 'a\0b'],
    [{ rawType: 'String', registerCount: 2 }, 12],
  ])('%j cannot hold %j', (overrides, value) => {
    expect(() => encodePoint(hold(overrides), value)).toThrow(expect.objectContaining({ code: 'FP_MODBUS_BAD_PDU' }));
  });
});

test('a bit of a register leaves the other fifteen alone', () => {
  expect(encodePoint(hold({ rawType: 'Bool', bit: 3 }), true, [0xf0f0])).toEqual([0xf0f8]);
  expect(encodePoint(hold({ rawType: 'Bool', bit: 4 }), false, [0xf0f0])).toEqual([0xf0e0]);
  expect(encodePoint(hold({ rawType: 'Bool', bit: 0, byteSwap: true }), true, [0xf0f0])).toEqual([0xf1f0]);
});

test('resolution is the step of the registers', () => {
  expect(resolutionOf(hold({ scale: -0.01 }))).toBe(0.01);
  expect(resolutionOf(hold({ rawType: 'Bool', bit: 0 }))).toBe(0);
  expect(resolutionOf(hold({ rawType: 'Float32', registerCount: 2, maximum: 1_000 }))).toBe(2 ** (9 - 23));
});
