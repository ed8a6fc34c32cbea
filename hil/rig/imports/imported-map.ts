import type { DutInput } from '../hardware-map.ts';

/** What another tool's file gave: DUTs of our map, and in words what it says that our map has no place for. */
export interface ImportedMap {
  readonly format: 'twister' | 'labgrid';
  readonly duts: readonly DutInput[];
  /** What was left out or has to be completed by hand, each with the entry it is about. */
  readonly notes: readonly string[];
}

/** An id of ours from any text: lower-case letters, digits and hyphens. @param taken - Ids that are given already. */
export function idFrom(text: string, taken: ReadonlySet<string>): string {
  const slug = text.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-').replaceAll(/^-+|-+$/gu, '').slice(0, 56);
  const base = slug === '' ? 'dut' : slug;
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** A fixture name of ours from any text: twister allows blanks and capitals. */
export function fixtureFrom(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_.-]+/gu, '-').replaceAll(/^[^a-z0-9]+|-+$/gu, '').slice(0, 64);
}
