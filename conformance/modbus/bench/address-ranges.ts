import { FieldproofError } from '../../../hil/runtime/errors.ts';

/** Addresses from `first` on, `count` of them, at least 1. */
export interface AddressRange {
  readonly first: number;
  readonly count: number;
}

const ADDRESS_MAX = 65_535;

/**
 * Reads `0-199, 65535`: PDU addresses (zero-based), ascending. Neighbouring ranges become one.
 * @param name - Of the PIXIT value, for the error.
 * @throws FieldproofError FP_PICS_INVALID.
 */
export function parseRanges(name: string, text: string): readonly AddressRange[] {
  const ranges: AddressRange[] = [];
  for (const part of text.split(',').map((piece) => piece.trim()).filter((piece) => piece !== '')) {
    const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/u.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    const before = ranges.at(-1);
    const end = before === undefined ? 0 : before.first + before.count;
    if (match === null || last < first || last > ADDRESS_MAX || first < end) {
      throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${name} holds "${part}"`, { hint: 'Write PDU addresses in ascending ranges: "0-199, 65535".' });
    }
    if (before !== undefined && first === end) ranges[ranges.length - 1] = { first: before.first, count: before.count + last - first + 1 };
    else ranges.push({ first, count: last - first + 1 });
  }
  return ranges;
}

/** The longest; of several, the first. */
export function longest(ranges: readonly AddressRange[]): AddressRange | undefined {
  return ranges.toSorted((a, b) => b.count - a.count)[0];
}

export function holds(ranges: readonly AddressRange[], first: number, count: number): boolean {
  return ranges.some((range) => first >= range.first && first + count <= range.first + range.count);
}

/** An address that none of them holds, `count` of them in a row if possible: behind a range, else before. */
export function absentAddress(ranges: readonly AddressRange[]): number | undefined {
  const behind = ranges.map((range) => range.first + range.count).find((address) => address <= ADDRESS_MAX && !holds(ranges, address, 1));
  if (behind !== undefined) return behind;
  const [first] = ranges;
  if (first === undefined) return 0;
  return first.first > 0 ? first.first - 1 : undefined;
}
