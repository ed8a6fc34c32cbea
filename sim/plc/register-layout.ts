import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { wordMasks } from '../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import { isBitTable } from '../../hil/gateway/southbound/raw-layout.ts';

/** Registers whose bits have an address of their own in overlaid memory: 65,536 of them. */
const BIT_REGISTERS = 4_096;

/** What one address holds of one point. */
export interface Cell {
  /** Index into `RegisterLayout.points`. */
  readonly point: number;
  /** Which of the point's registers this is, 0 = the one at its lowest address. */
  readonly word: number;
  /** Bits of the register that belong to the point: 0xFFFF, one bit of a Bool in a register, or those of a field. */
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
  /** The table shows the bits of registers, each address the one that its cells' masks leave; in overlaid memory. */
  readonly showsBits: boolean;
}

/**
 * `separate`: the four tables have nothing in common. `overlaid`: there is one memory of registers. Holding and input registers
 * are the same registers, and coil or discrete input n is bit n mod 16 (0 = least significant) of register n div 16.
 * @see MODBUS Application Protocol V1.1b3, section 4.3
 */
export type MemoryKind = 'separate' | 'overlaid';

/** Where the points of a profile lie. Made once for a profile and shared by all its devices: a device adds only values. */
export interface RegisterLayout {
  readonly points: readonly Point[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly tables: Readonly<Record<PrimaryTable, TableLayout>>;
}

/**
 * Lays out the points. An address exists when a point covers it; it can be written when every point that covers it can.
 * (A point declared write-only exists for reading as well: it shows what was written last.) In overlaid memory an address
 * exists in all four tables, as a register or as its 16 bits, wherever a point of any table lies.
 */
export function layOutRegisters(points: readonly Point[], memory: MemoryKind = 'separate'): RegisterLayout {
  const placed = memory === 'overlaid' ? points.map(inOneMemory) : points;
  return { points: placed, indexOf: new Map(placed.map((point, index) => [point.name, index])), tables: tablesOf(placed, memory) };
}

function tablesOf(points: readonly Point[], memory: MemoryKind): RegisterLayout['tables'] {
  const registers = layOutTable(points, 'HOLDING_REGISTERS');
  if (memory === 'overlaid') {
    const bits = layOutBits(points, registers);
    return { COILS: bits, DISCRETES_INPUT: bits, INPUT_REGISTERS: registers, HOLDING_REGISTERS: registers };
  }
  return {
    COILS: layOutTable(points, 'COILS'),
    DISCRETES_INPUT: layOutTable(points, 'DISCRETES_INPUT'),
    INPUT_REGISTERS: layOutTable(points, 'INPUT_REGISTERS'),
    HOLDING_REGISTERS: registers,
  };
}

/** A coil or discrete input becomes a bit of a register, an input register a holding register. */
function inOneMemory(point: Point): Point {
  if (!isBitTable(point.table)) return { ...point, table: 'HOLDING_REGISTERS' };
  return { ...point, table: 'HOLDING_REGISTERS', address: point.address >>> 4, bit: point.address & 0xf, byteSwap: false };
}

/** Every register as 16 bits. A bit that no point covers reads 0 and cannot be written. */
function layOutBits(points: readonly Point[], registers: TableLayout): TableLayout {
  const cells = new Map<number, readonly Cell[]>();
  for (const [address, at] of registers.cells) {
    if (address >= BIT_REGISTERS) continue;
    for (let bit = 0; bit < 16; bit += 1) {
      const covering = at.filter(({ mask }) => (mask & (1 << bit)) !== 0);
      cells.set(address * 16 + bit, covering.map((cell) => ({ ...cell, mask: 1 << bit })));
    }
  }
  return tableOf(points, cells, true);
}

function layOutTable(points: readonly Point[], table: PrimaryTable): TableLayout {
  const cells = new Map<number, Cell[]>();
  for (const [index, point] of points.entries()) {
    if (point.table !== table) continue;
    for (const [word, mask] of wordMasks(point).entries()) {
      const at = cells.get(point.address + word) ?? [];
      at.push({ point: index, word, mask });
      // The widest first, so that reading lays bits over the whole value.
      cells.set(point.address + word, at.toSorted((a, b) => Number(b.mask === 0xffff) - Number(a.mask === 0xffff)));
    }
  }
  return tableOf(points, cells, false);
}

function tableOf(points: readonly Point[], cells: ReadonlyMap<number, readonly Cell[]>, showsBits: boolean): TableLayout {
  const writable = [...cells].filter(([, at]) => at.length > 0 && at.every((cell) => points[cell.point]?.writable === true));
  return { cells, readableUntil: runEnds([...cells.keys()]), writableUntil: runEnds(writable.map(([address]) => address)), showsBits };
}

function runEnds(addresses: readonly number[]): Map<number, number> {
  const ends = new Map<number, number>();
  for (const address of addresses.toSorted((a, b) => b - a)) ends.set(address, ends.get(address + 1) ?? address + 1);
  return ends;
}
