import { z } from '../../runtime/schema.ts';

const ADDRESS_MAX = 65_535;
const BIT_MAX = 15;
const EXPECTED = 'expected a zero-based address, 0 to 65535, or register.bit such as 10.3';
const ADDRESS = /^(\d{1,5}|0x[\da-f]{1,4})(?:\.(\d{1,2}))?$/iu;

/** Where a value begins. `bit` only where the address names one. */
export interface StartingAddress {
  readonly address: number;
  readonly bit: number | undefined;
}

/**
 * `startingAddress` as device-modbus-go 4.0 reads it: a number, its digits as text, or register.bit. A bare number counts
 * with two places, so 10.1 and 10.10 are both bit 10 (YAML cannot tell them apart) and only the text "10.1" is bit 1.
 */
export const startingAddressSchema = z.union([z.number(), z.string()], { error: EXPECTED }).transform((value, context): StartingAddress => {
  const parsed = parseStartingAddress(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `${EXPECTED}, found ${value}` });
  return z.NEVER;
});

/** @returns undefined for what is no address of a table, or no bit of a register. */
export function parseStartingAddress(value: number | string): StartingAddress | undefined {
  const [, register, bitDigits] = ADDRESS.exec(digitsOf(value)) ?? [];
  if (register === undefined) return undefined;
  const address = Number(register);
  const bit = bitDigits === undefined ? undefined : Number(bitDigits);
  return address > ADDRESS_MAX || (bit ?? 0) > BIT_MAX ? undefined : { address, bit };
}

function digitsOf(value: number | string): string {
  if (typeof value === 'string') return value.trim();
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
