/**
 * Noise as a pure function of (seed, position). A generator with a state would have to be drawn once for each step;
 * this can be asked at any instant, so a process may skip time and still be where it would have been.
 */

/** Uniform in [0, 1), 32 bits of resolution. @param seed - 32 bits. @param index - A safe integer; the low 32 bits count. */
export function hashUnit(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ Math.imul(index, 0x9e37_79b1), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4_eb2f);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
}

/** Smooth noise in [-1, 1] without jumps: random values at whole positions, eased between them. */
export function smoothNoise(seed: number, position: number): number {
  const left = Math.floor(position);
  const fraction = position - left;
  const ease = fraction * fraction * (3 - 2 * fraction);
  const from = hashUnit(seed, left);
  return 2 * (from + (hashUnit(seed, left + 1) - from) * ease) - 1;
}
