import { createHash } from 'node:crypto';

/** A source of randomness that is a pure function of its seed. Not for keys, tokens or anything secret. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [min, max], both included; both safe integers with a span below 2^32. */
  integer(min: number, max: number): number;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
  /**
   * An independent source: seed = hash(own seed, role, index). It does not depend on what was drawn here before, so a
   * client's randomness does not change when others are added, removed or moved to another process.
   */
  child(role: string, index?: number): Random;
  /** The seed as 32 hexadecimal digits; feeding it to `randomFromHex` gives the same source again. */
  readonly seedHex: string;
}

/** The root of a seed tree. @param seed - The number a person types after `--seed`: 0 to 2^53 - 1. */
export function randomFromSeed(seed: number): Random {
  return randomFromHex(deriveHex(`fieldproof/${seed}`));
}

/** A node of a seed tree again, from its `seedHex` (how a child process gets its part of the tree). */
export function randomFromHex(seedHex: string): Random {
  const bytes = Buffer.from(seedHex, 'hex');
  const state = new Uint32Array(4);
  for (let word = 0; word < 4; word += 1) state[word] = bytes.readUInt32LE(word * 4);
  const next32 = (): number => xoshiro128StarStar(state);
  return {
    seedHex,
    next: () => next32() / 0x1_0000_0000,
    integer: (min, max) => min + Math.floor((next32() / 0x1_0000_0000) * (max - min + 1)),
    chance: (probability) => next32() / 0x1_0000_0000 < probability,
    child: (role, index = 0) => randomFromHex(deriveHex(`${seedHex}/${role}/${index}`)),
  };
}

function deriveHex(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** xoshiro128** 1.1 by Blackman and Vigna (public domain algorithm): 128 bits of state, advanced in place. */
function xoshiro128StarStar(state: Uint32Array): number {
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = state;
  const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  const shifted = s1 << 9;
  const t2 = s2 ^ s0;
  const t3 = s3 ^ s1;
  state[1] = s1 ^ t2;
  state[0] = s0 ^ t3;
  state[2] = t2 ^ shifted;
  state[3] = rotateLeft(t3, 11);
  return scrambled;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
