import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';
import { decodePoint, encodePoint, resolutionOf, wordMasks } from './point-codec.ts';
import { pointsOf, type Point } from './point.ts';
import { profileProblems } from './profile-problems.ts';

const TYPES = [['Uint16', 1], ['Uint32', 2], ['Uint64', 4]] as const;

function profileOf(properties: object, attributes: object = {}): DeviceProfile {
  const resource = { name: 'F', attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress: 5, ...attributes }, properties: { valueType: 'Uint16', readWrite: 'RW', ...properties } };
  return deviceProfileSchema.parse({ name: 'fields', deviceResources: [resource] });
}

function pointWith(properties: object, attributes: object = {}): Point {
  const [point] = pointsOf(profileOf(properties, attributes));
  if (point === undefined) throw new Error('no point');
  return point;
}

describe('known values', () => {
  test.each([
    ['a nibble to the right', { mask: 0x0f00, shift: -8 }, [0xabcd], 0xb],
    ['the same in place', { mask: 0x0f00 }, [0xabcd], 0xb00],
    ['the low byte to the left', { mask: 0x00ff, shift: 8 }, [0xabcd], 0xcd00],
    ['a shift alone', { shift: -4 }, [0xabcd], 0xabc],
    ['bits with a gap', { mask: 0x8001 }, [0xabcd], 0x8001],
    ['mask as text', { mask: '0x00F0', shift: '-4' }, [0xabcd], 0xc],
    ['scale and offset after it', { mask: 0x0f00, shift: -8, scale: 10, offset: 3 }, [0xabcd], 113],
    ['over two registers', { valueType: 'Uint32', mask: 0x000f_f000, shift: -12 }, [0x1234, 0x5678], 0x45],
    ['of a 64-bit number', { valueType: 'Uint64', shift: -60 }, [0x9000, 0, 0, 1], 9],
  ])('%s', (_name, properties, words, value) => {
    expect(decodePoint(pointWith(properties), words)).toBe(value);
  });

  test.each([
    ['swapped bytes', { isByteSwap: true }, { mask: 0x0f00, shift: -8 }, [0xcdab], 0xb, [0x000f]],
    ['swapped words', { isWordSwap: true }, { valueType: 'Uint32', mask: 0xff, shift: 0 }, [0x5678, 0x1234], 0x78, [0x00ff, 0]],
  ])('with %s the mask counts in the value, not on the wire', (_name, attributes, properties, words, value, masks) => {
    const point = pointWith(properties, attributes);
    expect(decodePoint(point, words)).toBe(value);
    expect(wordMasks(point)).toEqual(masks);
  });

  test('a write changes the bits of the mask and no other', () => {
    const point = pointWith({ mask: 0x0f00, shift: -8 });
    expect(encodePoint(point, 3, [0xabcd])).toEqual([0xa3cd]);
    expect(encodePoint(point, 3)).toEqual([0x0300]);
    expect(() => encodePoint(point, 16, [0xabcd])).toThrow('point F: 16 needs the raw number 16, which mask 0xf00 and shift -8 have no bits for');
    expect(() => encodePoint(point, -1)).toThrow('have no bits for');
    expect(() => encodePoint(pointWith({ mask: 0x8001 }), 2)).toThrow('have no bits for');
  });

  test('a left shift rounds to what its bits can hold, and says how fine that is', () => {
    const point = pointWith({ mask: 0x00ff, shift: 8 });
    expect(encodePoint(point, 0x1280)).toEqual([0x13]);
    expect([resolutionOf(point), resolutionOf(pointWith({ mask: 0x0f00, shift: -8, scale: 5 }))]).toEqual([256, 5]);
  });
});

test.each(TYPES)('whatever a field of %s reads is written back into the same bits, in every order', (rawType, registerCount) => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: registerCount, maxLength: registerCount });
  const masks = fc.bigInt({ min: 1n, max: registerCount === 4 ? 2n ** 53n - 1n : 2n ** BigInt(16 * registerCount) - 1n }).map(Number);
  const orders = fc.record({ isByteSwap: fc.boolean(), isWordSwap: fc.boolean() });
  fc.assert(
    fc.property(masks, fc.integer({ min: -15, max: 15 }), orders, words, words, (mask, shift, order, held, background) => {
      const properties = { valueType: 'Uint64', mask, shift };
      const attributes = { rawType, ...order };
      fc.pre(profileProblems(profileOf(properties, attributes)).length === 0);
      const point = pointWith(properties, attributes);
      const value = decodePoint(point, held);
      const written = encodePoint(point, value, background);
      expect(decodePoint(point, written)).toBe(value);
      for (const [index, owned] of wordMasks(point).entries()) {
        expect((written[index] ?? 0) & owned).toBe((held[index] ?? 0) & owned);
        expect((written[index] ?? 0) & ~owned).toBe((background[index] ?? 0) & ~owned);
      }
    }),
    replay(),
  );
});

test.each([
  ['a float', { valueType: 'Float32', mask: 1 }, 'mask', 'need an unsigned rawType and valueType, not Float32 and Float32'],
  ['a signed number', { valueType: 'Int16', shift: 1 }, 'shift', 'not Int16 and Int16'],
  ['a Bool', { valueType: 'Bool', mask: 2 }, 'mask', 'for one bit: rawType Bool with bit'],
  ['a mask beyond the register', { mask: 0x1_0000 }, 'mask', 'mask 0x10000 has bits beyond Uint16'],
  ['a shift that leaves nothing', { mask: 0x00ff, shift: -8 }, 'shift', 'shift -8 leaves no bit of the mask'],
  ['a shift beyond the type', { mask: 0x01ff, shift: 8 }, 'mask', 'numbers beyond valueType Uint16'],
])('%s is refused with its key', (_name, properties, key, words) => {
  const problems = profileProblems(profileOf(properties));
  expect(problems).toContainEqual({ path: ['deviceResources', 0, 'properties', key], message: expect.stringContaining(words) });
});

test('mask and shift 0 do nothing', () => {
  expect(pointWith({ mask: 0, shift: 0 }).field).toBeUndefined();
  expect(profileProblems(profileOf({ valueType: 'Float32', mask: 0, shift: 0 }))).toEqual([]);
});
