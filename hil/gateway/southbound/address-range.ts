import type { PrimaryTable } from './device-profile.ts';

/** `count` neighbouring registers, coils or discrete inputs of a table. */
export interface AddressRange {
  readonly table: PrimaryTable;
  /** Zero-based PDU address of the first. */
  readonly address: number;
  readonly count: number;
}

/** Whether two ranges have an address of the same table in common. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.table === b.table && a.address < b.address + b.count && b.address < a.address + a.count;
}

export function touchesForbidden(range: AddressRange, forbidden: readonly AddressRange[]): boolean {
  return forbidden.some((closed) => overlaps(range, closed));
}
