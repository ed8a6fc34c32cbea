import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodePoint, encodePoint } from './point-codec.ts';
import type { Point } from './point.ts';
import { samplePoint } from './sample-point.contract.ts';

const orders = fc.record({ byteSwap: fc.boolean(), wordSwap: fc.boolean() });
const scales = fc.constantFrom(1, 0.1, 0.01, 0.001, 0.25, 2, 10, -1, -0.5, 1e-6, 0.3);
const offsets = fc.constantFrom(0, -40, 273.15, 0.2, 1_000);
const words = (count: number): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: count, maxLength: count });

const WHOLE = [['Int16', 1], ['Uint16', 1], ['Int32', 2], ['Uint32', 2], ['Int64', 4], ['Uint64', 4]] as const;
const FLOATS = [['Float32', 2], ['Float64', 4]] as const;

test.each(WHOLE)('any registers of %s survive decoding and encoding in every order', (rawType, registerCount) => {
  fc.assert(
    fc.property(orders, words(registerCount), (order, registers) => {
      const point = samplePoint({ rawType, registerCount, valueType: rawType, ...order });
      expect(encodePoint(point, decodePoint(point, registers))).toEqual(registers);
    }),
    replay(),
  );
});

test.each(WHOLE.slice(0, 4))('scaled, any registers of %s survive as well', (rawType, registerCount) => {
  fc.assert(
    fc.property(orders, scales, offsets, words(registerCount), (order, scale, offset, registers) => {
      const point = samplePoint({ rawType, registerCount, valueType: 'Float64', scale, offset, ...order });
      expect(encodePoint(point, decodePoint(point, registers))).toEqual(registers);
    }),
    replay(),
  );
});

test('a scaled value is written with no more decimals than scale and offset have', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0.1, 0.01, 0.001), (raw, scale) => {
      const point: Point = samplePoint({ valueType: 'Float64', scale });
      const decimals = String(scale).length - 2;
      const value = decodePoint(point, [raw]);
      expect(String(value).split('.')[1]?.length ?? 0).toBeLessThanOrEqual(decimals);
    }),
    replay(),
  );
});

test.each(FLOATS)('any registers of %s name the same number after a round trip', (rawType, registerCount) => {
  fc.assert(
    fc.property(orders, words(registerCount), (order, registers) => {
      const point = samplePoint({ rawType, registerCount, valueType: rawType, ...order });
      const value = decodePoint(point, registers);
      expect(decodePoint(point, encodePoint(point, value))).toBe(value);
      expect(JSON.parse(JSON.stringify(value))).toBe(value);
    }),
    replay(),
  );
});

test('a string that fits comes back, in both byte orders', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => Buffer.byteLength(text) <= 40 && !text.includes('\0'));
  fc.assert(
    fc.property(texts, fc.boolean(), (text, byteSwap) => {
      const point = samplePoint({ rawType: 'String', registerCount: 20, valueType: 'String', byteSwap });
      expect(decodePoint(point, encodePoint(point, text))).toBe(text);
    }),
    replay(),
  );
});

test('a bit comes back and no other bit changes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), fc.boolean(), fc.boolean(), words(1), (bit, byteSwap, value, background) => {
      const point = samplePoint({ rawType: 'Bool', valueType: 'Bool', bit, byteSwap });
      const [word = 0] = encodePoint(point, value, background);
      expect(decodePoint(point, [word])).toBe(value);
      const changed = word ^ (background[0] ?? 0);
      expect(changed === 0 || changed === 1 << (byteSwap ? (bit + 8) % 16 : bit)).toBe(true);
    }),
    replay(),
  );
});
