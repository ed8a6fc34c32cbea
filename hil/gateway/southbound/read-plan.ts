import { READ_BITS_MAX, READ_REGISTERS_MAX } from '../../protocols/modbus/limits.ts';
import { touchesForbidden, type AddressRange } from './address-range.ts';
import type { PrimaryTable } from './device-profile.ts';
import type { Point } from './point.ts';
import { isBitTable } from './raw-layout.ts';

/** One request: `count` registers or bits of a table, and the points that its answer holds whole. */
export interface ReadBlock {
  readonly table: PrimaryTable;
  readonly address: number;
  readonly count: number;
  readonly points: readonly Point[];
  /** The block also touches addresses that belong to no readable point of the profile. */
  readonly bridgesGap: boolean;
}

export interface ReadPlanOptions {
  /** Neighbours are read together; with false each point is a request of its own. */
  readonly grouping: boolean;
  /** Most unclaimed registers between two neighbours that are read together. */
  readonly gapRegistersMax: number;
  /** The same for coils and discrete inputs. */
  readonly gapBitsMax: number;
  /** Most registers in one read; default: what the protocol allows. A longer point is still read, alone. */
  readonly registersMax?: number;
  /** Most coils or discrete inputs in one read; default: what the protocol allows. */
  readonly bitsMax?: number;
  /** Addresses that no gap may be bridged over. */
  readonly forbidden?: readonly AddressRange[];
}

/** A gap costs 2 bytes a register; a request of its own costs 17 bytes and the device's turnaround. */
export const DEFAULT_READ_PLAN: ReadPlanOptions = { grouping: true, gapRegistersMax: 16, gapBitsMax: 64 };

/**
 * Groups the readable points of a device into reads, in order of table and address. Every readable point is in exactly
 * one block, no block exceeds the limits of the protocol, and there are never more blocks than points.
 */
export function planReads(points: readonly Point[], options: ReadPlanOptions = DEFAULT_READ_PLAN): ReadBlock[] {
  const readable = points.filter((point) => point.readable);
  const tables = [...new Set(readable.map((point) => point.table))];
  return tables.flatMap((table) => planTable(table, readable.filter((point) => point.table === table), options));
}

/** First address behind a point. */
function endOf(point: Point): number {
  return point.address + point.registerCount;
}

function planTable(table: PrimaryTable, points: readonly Point[], options: ReadPlanOptions): ReadBlock[] {
  const { grouping, gapRegistersMax, gapBitsMax, registersMax = READ_REGISTERS_MAX, bitsMax = READ_BITS_MAX, forbidden = [] } = options;
  const gapMax = isBitTable(table) ? gapBitsMax : gapRegistersMax;
  const countMax = isBitTable(table) ? bitsMax : registersMax;
  const blocks: ReadBlock[] = [];
  for (const point of points.toSorted((a, b) => a.address - b.address || endOf(a) - endOf(b))) {
    const last = blocks.at(-1);
    const joined = last === undefined || !grouping ? undefined : join(last, point, gapMax, countMax);
    if (joined === undefined || touchesForbidden(joined, forbidden)) blocks.push({ table, address: point.address, count: point.registerCount, points: [point], bridgesGap: false });
    else blocks[blocks.length - 1] = joined;
  }
  return blocks;
}

function join(block: ReadBlock, point: Point, gapMax: number, countMax: number): ReadBlock | undefined {
  const end = block.address + block.count;
  const gap = point.address - end;
  const count = Math.max(end, endOf(point)) - block.address;
  if (gap > gapMax || count > countMax) return undefined;
  return { ...block, count, points: [...block.points, point], bridgesGap: block.bridgesGap || gap > 0 };
}
