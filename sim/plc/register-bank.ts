import type { PointValue, PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { decodePoint, encodePoint } from '../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { ProcessModel } from './process-model.ts';
import type { Cell, RegisterLayout } from './register-layout.ts';

/** Values by the name of their point. */
export type PointValues = Record<string, PointValue>;

/**
 * The four tables of one device. Sparse and lazy: it holds nothing but the points of the profile, and a value is made
 * when it is read.
 *
 * - A register shows the process's value as `encodePoint` rounds it. What a client wrote reads back bit for bit, also
 *   when the process ignored it or would round it otherwise, until the process itself changes the value.
 * - A write that covers a point in part (one register of a Uint32, one bit) changes that part of what the registers
 *   hold, and the process gets the whole resulting value, at once: like in a real device, a client that writes the
 *   halves of a value one after the other makes the process see the mixture in between.
 */
export interface RegisterBank {
  /** Whether all `count` addresses from `address` on exist; `count` at least 1. */
  exists(table: PrimaryTable, address: number, count: number): boolean;
  /** Whether all of them may be written. */
  writable(table: PrimaryTable, address: number, count: number): boolean;
  /** The word at an address that exists: 0 to 0xFFFF, or 0 and 1 in the tables of bits. */
  word(table: PrimaryTable, address: number, nowMs: number): number;
  /** Writes from `address` on; all addresses writable. @returns The points touched, as the registers hold them now. */
  write(table: PrimaryTable, address: number, words: readonly number[], nowMs: number): PointValues;
  /** The values that a client decodes from the words read last; only points that lie whole in the range. */
  served(table: PrimaryTable, address: number, count: number): PointValues;
  /**
   * Makes a point show this value, whatever the process and clients do, until `release`.
   * @returns false when the profile has no such point.
   * @throws FieldproofError FP_MODBUS_BAD_PDU when the point cannot hold the value.
   */
  force(point: string, value: PointValue): boolean;
  /** Ends `force`: the point shows the process's value again. @returns false when the profile has no such point. */
  release(point: string): boolean;
}

/** What a device keeps of a point: the value its registers were made from, and the registers. */
interface Held {
  value: PointValue | undefined;
  words: readonly number[];
  forced: readonly number[] | undefined;
  /** What was decoded last, for `served`: most points stay the same from one read to the next. */
  decoded: { readonly words: readonly number[]; readonly value: PointValue } | undefined;
}

export function createRegisterBank(layout: RegisterLayout, model: ProcessModel): RegisterBank {
  const held: Held[] = layout.points.map((point) => ({ value: undefined, words: zeros(point), forced: undefined, decoded: undefined }));

  const wordsOf = (index: number, nowMs: number): readonly number[] => {
    const point = layout.points[index];
    const state = held[index];
    if (point === undefined || state === undefined) return [];
    if (state.forced !== undefined) return state.forced;
    const value = model.read(point.name, nowMs);
    if (value === undefined || value === state.value) return state.words;
    state.words = encodePoint(point, value);
    state.value = value;
    return state.words;
  };

  const writeCell = (cell: Cell, word: number, changed: Map<number, number[]>, nowMs: number): void => {
    const words = changed.get(cell.point) ?? [...wordsOf(cell.point, nowMs)];
    words[cell.word] = ((words[cell.word] ?? 0) & ~cell.mask) | (word & cell.mask);
    changed.set(cell.point, words);
  };

  const commit = (index: number, words: number[], nowMs: number): PointValue | undefined => {
    const point = layout.points[index];
    const state = held[index];
    if (point === undefined || state === undefined) return undefined;
    const value = decodePoint(point, words);
    model.write(point.name, value, nowMs);
    state.value = model.read(point.name, nowMs);
    state.words = words;
    return value;
  };

  return {
    exists: (table, address, count) => (layout.tables[table].readableUntil.get(address) ?? 0) >= address + count,
    writable: (table, address, count) => (layout.tables[table].writableUntil.get(address) ?? 0) >= address + count,
    word: (table, address, nowMs) => {
      const { cells, showsBits } = layout.tables[table];
      let word = 0;
      for (const cell of cells.get(address) ?? []) {
        word = (word & ~cell.mask) | ((wordsOf(cell.point, nowMs)[cell.word] ?? 0) & cell.mask);
      }
      return showsBits ? Number(word !== 0) : word;
    },
    write: (table, address, words, nowMs) => {
      const changed = new Map<number, number[]>();
      const { cells, showsBits } = layout.tables[table];
      for (const [offset, word] of words.entries()) {
        // A bit shown by itself stands anywhere in its register: the mask of its cell finds it.
        const bits = showsBits && word !== 0 ? 0xffff : word;
        for (const cell of cells.get(address + offset) ?? []) writeCell(cell, bits, changed, nowMs);
      }
      const values: PointValues = {};
      for (const [index, next] of changed) {
        const value = commit(index, next, nowMs);
        if (value !== undefined) values[nameOf(layout, index)] = value;
      }
      return values;
    },
    served: (table, address, count) => {
      const values: PointValues = {};
      const { cells, showsBits } = layout.tables[table];
      for (let at = address; at < address + count; at += 1) {
        for (const cell of cells.get(at) ?? []) {
          const point = layout.points[cell.point];
          const state = held[cell.point];
          // One bit is the whole of a Bool only.
          if (showsBits && point?.bit === undefined) continue;
          // The last register of a point tells whether the request began at or before its first.
          if (point === undefined || state === undefined || cell.word !== point.registerCount - 1 || at - cell.word < address) continue;
          values[point.name] = decoded(point, state);
        }
      }
      return values;
    },
    force: (name, value) => {
      const index = layout.indexOf.get(name);
      const point = index === undefined ? undefined : layout.points[index];
      const state = index === undefined ? undefined : held[index];
      if (point === undefined || state === undefined) return false;
      state.forced = encodePoint(point, value);
      return true;
    },
    release: (name) => {
      const state = held[layout.indexOf.get(name) ?? -1];
      if (state !== undefined) state.forced = undefined;
      return state !== undefined;
    },
  };
}

/** Words are replaced, never changed, so the same array holds the same value. */
function decoded(point: Point, state: Held): PointValue {
  const words = state.forced ?? state.words;
  if (state.decoded?.words !== words) state.decoded = { words, value: decodePoint(point, words) };
  return state.decoded.value;
}

function zeros(point: Point): number[] {
  return Array.from({ length: point.registerCount }, () => 0);
}

function nameOf(layout: RegisterLayout, index: number): string {
  return layout.points[index]?.name ?? '';
}
