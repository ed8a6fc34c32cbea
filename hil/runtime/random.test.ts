import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { randomFromHex, randomFromSeed, type Random } from './random.ts';

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('seeds keep their meaning', () => {
  test('the pinned vector: changing any of these numbers changes every stored seed', () => {
    const random = randomFromSeed(4_711);
    expect(random.seedHex).toBe('b5af1b528fa74307609601a8a206028e');
    expect(Array.from({ length: 6 }, () => random.integer(0, 999_999))).toEqual([446_198, 376_631, 121_452, 329_612, 974_508, 695_267]);
    expect(random.child('client', 7).seedHex).toBe('26be0a365fbb1abd0c937f94d28a9e8d');
    expect(random.child('client').seedHex).toBe(random.child('client', 0).seedHex);
  });

  test('a seed is the first half of a SHA-256 over words that say what it is', () => {
    const root = randomFromSeed(5);
    expect(root.seedHex).toBe(halfOfSha256('fieldproof/5'));
    expect(root.child('link', 3).seedHex).toBe(halfOfSha256(`${root.seedHex}/link/3`));
  });

  test('the generator is xoshiro128** as published, written here with big integers', () => {
    const random = randomFromHex('01000000020000000300000004000000');
    const expected = publishedXoshiro([1n, 2n, 3n, 4n], 1_000);
    expect(expected[0]).toBe(11_520);
    expect(Array.from({ length: 1_000 }, () => random.next() * 2 ** 32)).toEqual(expected);
  });

  test('seedHex gives the same source again, in another process too', () => {
    const random = randomFromSeed(9).child('gateway', 2);
    expect(draws(randomFromHex(random.seedHex), 20)).toEqual(draws(random, 20));
  });
});

describe('the tree', () => {
  test('a child does not depend on what was drawn, nor on its siblings', () => {
    const quiet = randomFromSeed(1);
    const busy = randomFromSeed(1);
    draws(busy, 100);
    for (let sibling = 0; sibling < 50; sibling += 1) draws(busy.child('client', sibling + 10), 3);
    expect(draws(busy.child('client', 3), 10)).toEqual(draws(quiet.child('client', 3), 10));
    // Nor does making children change what is drawn here.
    expect(draws(randomFromSeed(1), 101).at(-1)).toBe(draws(busy, 1)[0]);
  });

  test('role, index and seed each make another source', () => {
    const seeds = [
      randomFromSeed(1),
      randomFromSeed(2),
      randomFromSeed(1).child('a'),
      randomFromSeed(1).child('a', 1),
      randomFromSeed(1).child('b'),
      randomFromSeed(1).child('a').child('a'),
      // A role that looks like a role with an index.
      randomFromSeed(1).child('a/1'),
    ].map(({ seedHex }) => seedHex);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  test('neighbouring children are not alike', () => {
    const firsts = Array.from({ length: 4_000 }, (_one, index) => randomFromSeed(1).child('client', index).next());
    expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.02);
    expect(new Set(firsts).size).toBeGreaterThan(3_990);
  });
});

describe('what is drawn', () => {
  test('lies in its range, ends included', () => {
    const random = randomFromSeed(3);
    const dice = Array.from({ length: 6_000 }, () => random.integer(1, 6));
    for (const side of [1, 2, 3, 4, 5, 6]) expect(Math.abs(dice.filter((drawn) => drawn === side).length - 1_000)).toBeLessThan(150);
    expect([Math.min(...dice), Math.max(...dice)]).toEqual([1, 6]);
    expect([random.integer(5, 5), random.integer(-3, -3)]).toEqual([5, -3]);
    const wide = Array.from({ length: 1_000 }, () => random.integer(-(2 ** 31), 2 ** 31 - 1));
    expect(wide.every((drawn) => Number.isSafeInteger(drawn) && drawn >= -(2 ** 31) && drawn < 2 ** 31)).toBe(true);
    expect(draws(random, 1_000).every((drawn) => drawn >= 0 && drawn < 1)).toBe(true);
  });

  test('is even, and one draw says nothing about the next', () => {
    const drawn = draws(randomFromSeed(4), 20_000);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      expect(Math.abs(drawn.filter((value) => Math.floor(value * 10) === tenth).length - 2_000)).toBeLessThan(200);
    }
    const centred = drawn.map((value) => value - 0.5);
    const correlation = mean(centred.slice(1).map((value, index) => value * (centred[index] ?? 0))) * 12;
    expect(Math.abs(correlation)).toBeLessThan(0.03);
  });

  test('chance', () => {
    const random = randomFromSeed(5);
    expect(Array.from({ length: 100 }, () => random.chance(0)).includes(true)).toBe(false);
    expect(Array.from({ length: 100 }, () => random.chance(1)).includes(false)).toBe(false);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean).length;
    expect(Math.abs(hits - 2_000)).toBeLessThan(160);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function halfOfSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function low32(value: bigint): bigint {
  return BigInt.asUintN(32, value);
}

function rotl(value: bigint, bits: bigint): bigint {
  return low32((value << bits) | (value >> (32n - bits)));
}

/** xoshiro128** 1.1, from the description by Blackman and Vigna: result = rotl(s1 * 5, 7) * 9. */
function publishedXoshiro(seed: readonly [bigint, bigint, bigint, bigint], count: number): number[] {
  let [s0, s1, s2, s3] = seed;
  return Array.from({ length: count }, () => {
    const result = low32(rotl(low32(s1 * 5n), 7n) * 9n);
    const shifted = low32(s1 << 9n);
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotl(s3, 11n);
    return Number(result);
  });
}
