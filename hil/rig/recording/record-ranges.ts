import { planReads } from '../../gateway/southbound/read-plan.ts';
import { pointsOf } from '../../gateway/southbound/point.ts';
import { PRIMARY_TABLES, type DeviceProfile } from '../../gateway/southbound/device-profile.ts';
import { isBitTable } from '../../gateway/southbound/raw-layout.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX } from '../../protocols/modbus/limits.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { nearestWord } from '../../runtime/nearest-word.ts';
import type { RecordedRange } from './recording-format.ts';

/** How a range names its table on the command line. */
const TABLE_WORDS = { coil: 'COILS', discrete: 'DISCRETES_INPUT', input: 'INPUT_REGISTERS', holding: 'HOLDING_REGISTERS' } as const;
const WORDS = ['coil', 'discrete', 'input', 'holding'] as const;

/** Where a device is searched when nobody says where: the first addresses of each table. */
export const DISCOVERY_DEFAULT: readonly RecordedRange[] = PRIMARY_TABLES.map((table) => ({ table, address: 0, count: 128 }));

/** `holding:0-10`: ten holding registers from address 0 on. @throws FieldproofError FP_USAGE. */
export function parseRange(text: string): RecordedRange {
  const [, word = '', start, length] = /^([a-z]+):(\d{1,5})-(\d{1,5})$/u.exec(text) ?? [];
  const name = WORDS.find((known) => known === word);
  const address = Number(start);
  const count = Number(length);
  if (start === undefined || length === undefined) throw usage(text, 'expected table:start-count, such as holding:0-10');
  if (name === undefined) {
    const nearest = nearestWord(word, WORDS);
    throw usage(text, `no table is called "${word}" (there are: ${WORDS.join(', ')})${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`);
  }
  if (count < 1 || address + count > 65_536) throw usage(text, 'the count is 1 or more, and the last address of a table is 65535');
  return { table: TABLE_WORDS[name], address, count };
}

/** Ranges cut to what one request may carry. */
export function cutToRequests(ranges: readonly RecordedRange[]): RecordedRange[] {
  return ranges.flatMap(({ table, address, count }) => {
    const most = isBitTable(table) ? READ_BITS_MAX : READ_REGISTERS_MAX;
    return Array.from({ length: Math.ceil(count / most) }, (_one, index) => ({ table, address: address + index * most, count: Math.min(most, count - index * most) }));
  });
}

/** What a profile reads, without bridging gaps: addresses between its points are nobody's. */
export function rangesOfProfile(profile: DeviceProfile): RecordedRange[] {
  return planReads(pointsOf(profile), { grouping: true, gapRegistersMax: 0, gapBitsMax: 0 }).map(({ table, address, count }) => ({ table, address, count }));
}

function usage(text: string, message: string): FieldproofError {
  return new FieldproofError('FP_USAGE', `--range ${text}: ${message}`);
}
