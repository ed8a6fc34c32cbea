import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { encodePoint } from '../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';

/** What one address holds of one point. */
export interface Cell {
  /** Index into `RegisterLayout.points`. */
  readonly point: number;
  /** Which of the point's registers this is, 0 = the one at its lowest address. */
  readonly word: number;
  /** Bits of the register that belong to the point: 0xFFFF, or one bit of a Bool in a register. */
  readonly mask: number;
}

/** One of the four tables: only the addresses that exist. */
export interface TableLayout {
  /** At most one whole value or 16 bits for each address; a whole value comes before bits laid over it. */
  readonly cells: ReadonlyMap<number, readonly Cell[]>;
  /** For each address that exists: the first address after it that does not. */
  readonly readableUntil: ReadonlyMap<number, number>;
  /** The same for addresses that a client may write. */
  readonly writableUntil: ReadonlyMap<number, number>;
}

/** Where the points of a profile lie. Made once for a profile and shared by all its devices: a device adds only values. */
export interface RegisterLayout {
  readonly points: readonly Point[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly tables: Readonly<Record<PrimaryTable, TableLayout>>;
}

/**
 * Lays out the points. An address exists when a point covers it; it can be written when every point that covers it can.
 * (A point declared write-only exists for reading as well: it shows what was written last.)
 */
export function layOutRegisters(points: readonly Point[]): RegisterLayout {
  return {
    points,
    indexOf: new Map(points.map((point, index) => [point.name, index])),
    tables: {
      COILS: layOutTable(points, 'COILS'),
      DISCRETES_INPUT: layOutTable(points, 'DISCRETES_INPUT'),
      INPUT_REGISTERS: layOutTable(points, 'INPUT_REGISTERS'),
      HOLDING_REGISTERS: layOutTable(points, 'HOLDING_REGISTERS'),
    },
  };
}

function layOutTable(points: readonly Point[], table: PrimaryTable): TableLayout {
  const cells = new Map<number, Cell[]>();
  for (const [index, point] of points.entries()) {
    if (point.table !== table) continue;
    const mask = point.bit === undefined ? 0xffff : (encodePoint(point, true)[0] ?? 0);
    for (let word = 0; word < point.registerCount; word += 1) {
      const at = cells.get(point.address + word) ?? [];
      at.push({ point: index, word, mask });
      // The widest first, so that reading lays bits over the whole value.
      cells.set(point.address + word, at.toSorted((a, b) => Number(b.mask === 0xffff) - Number(a.mask === 0xffff)));
    }
  }
  const writable = [...cells].filter(([, at]) => at.every((cell) => points[cell.point]?.writable === true));
  return { cells, readableUntil: runEnds([...cells.keys()]), writableUntil: runEnds(writable.map(([address]) => address)) };
}

function runEnds(addresses: readonly number[]): Map<number, number> {
  const ends = new Map<number, number>();
  for (const address of addresses.toSorted((a, b) => b - a)) ends.set(address, ends.get(address + 1) ?? address + 1);
  return ends;
}
