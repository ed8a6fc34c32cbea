import type { DeviceResource } from './device-profile.ts';

/** Some bits of the unsigned number that registers hold, moved to where they count. */
export interface BitField {
  /** The bits of the raw number that reach the value; at least one. */
  readonly mask: bigint;
  /** Bits to the left; negative: to the right. */
  readonly shift: number;
}

/**
 * The field that `mask` and `shift` make, as EdgeX reads it: the raw number is masked first, then shifted, and scale and
 * offset come after that. Without a mask all bits count; bits that a right shift pushes out are not part of the field.
 * @param width - Bits of the raw number: 16, 32 or 64.
 * @returns undefined for a resource without either.
 */
export function bitFieldOf({ properties: { mask = 0, shift = 0 } }: DeviceResource, width: number): BitField | undefined {
  if (mask === 0 && shift === 0) return undefined;
  const given = mask === 0 ? (1n << BigInt(width)) - 1n : BigInt(mask);
  const lost = BigInt(Math.max(0, -shift));
  return { mask: (given >> lost) << lost, shift };
}

/** The number that the field holds. @param raw - 0 or more. */
export function fieldIn({ mask, shift }: BitField, raw: bigint): bigint {
  return shift < 0 ? (raw & mask) >> BigInt(-shift) : (raw & mask) << BigInt(shift);
}

/**
 * `raw` with the field holding `value`, or, where a left shift leaves no bits for its last digits, the nearest number.
 * @param raw - 0 or more.
 * @returns undefined when the number needs bits that the field does not have.
 */
export function withField({ mask, shift }: BitField, raw: bigint, value: bigint): bigint | undefined {
  const half = shift > 0 ? 1n << BigInt(shift - 1) : 0n;
  const bits = shift < 0 ? value << BigInt(-shift) : (value + half) >> BigInt(shift);
  return bits < 0n || (bits & ~mask) !== 0n ? undefined : (raw & ~mask) | bits;
}

/** The largest number of the field. */
export function fieldMax(field: BitField): number {
  return Number(fieldIn(field, field.mask));
}

/** Whether every number from 0 to the largest one, in steps, can be held: the mask has no gaps. */
export function isContiguous({ mask }: BitField): boolean {
  const filled = mask / (mask & -mask) + 1n;
  return (filled & (filled - 1n)) === 0n;
}

/** The smallest step between two numbers of the field. */
export function fieldStep(field: BitField): number {
  const { mask } = field;
  return Number(fieldIn(field, mask & -mask));
}
