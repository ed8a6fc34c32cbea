import { absentAddress, longest, type AddressRange } from '../bench/address-ranges.ts';
import type { TableName, WritableTable } from '../bench/declared-device.ts';
import type { NeededRule } from './server-purpose.ts';

/** The table leaves an address that does not exist. */
export function someAbsent(table: TableName): NeededRule {
  return { otherwise: `all 65,536 ${table} exist`, holds: ({ exists }) => absentAddress(exists[table]) !== undefined };
}

/** So many neighbours may be written. */
export function scratchOf(table: WritableTable, count: number): NeededRule {
  return { otherwise: `the declaration gives no ${count} neighbouring ${table}Writable`, holds: ({ writable }) => (longest(writable[table])?.count ?? 0) >= count };
}

/** A range that may be written ends where the table ends, so that a write can pass the end without touching anything else. */
export function writableEnd(table: WritableTable): NeededRule {
  return {
    otherwise: `no ${table}Writable lie at the end of their table`,
    holds: ({ writable, exists }) => lastWritable(writable[table], exists[table]) !== undefined,
  };
}

/** The last address of a writable range after which nothing exists. */
export function lastWritable(writable: readonly AddressRange[], exists: readonly AddressRange[]): number | undefined {
  const ends = exists.map(({ first, count }) => first + count);
  const end = writable.map(({ first, count }) => first + count).find((after) => ends.includes(after));
  return end === undefined ? undefined : end - 1;
}

/** Nobody else hears what is sent to all units, or to a unit that is not there. */
export const ALONE_ON_LINE: NeededRule = { otherwise: 'there are other units on the line (otherUnits), which a broadcast would reach', holds: ({ otherUnits }) => otherUnits.length === 0 };
