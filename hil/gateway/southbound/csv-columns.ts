import { nearestWord } from '../../runtime/nearest-word.ts';

/** One column of a register map. */
export interface CsvColumn {
  /** How the column is called in messages and in the documentation. */
  readonly name: string;
  /** Other headers that mean it, in the form of `headerKey`. */
  readonly aliases: readonly string[];
  readonly holds: string;
}

/** Every column that a register map may have. Only name and address must be there. */
export const CSV_COLUMNS = [
  { name: 'name', aliases: ['tag', 'tag name', 'point', 'point name', 'parameter', 'variable', 'signal', 'register name', 'measurement'], holds: 'name of the point; characters that a profile does not allow become _' },
  { name: 'table', aliases: ['primary table', 'register type', 'memory', 'area', 'space', 'object type', 'function', 'function code', 'fc'], holds: 'coil, discrete input, input register, holding register, short forms of them, or the function code 1 to 4; with --address-base 4xxxx it follows from the address' },
  { name: 'address', aliases: ['starting address', 'start address', 'register', 'register address', 'reg', 'addr', 'offset address', 'modbus address'], holds: 'first register or bit, by --address-base; 0x10 for base 0 and 1; 100.3 is bit 3 of register 100' },
  { name: 'type', aliases: ['data type', 'datatype', 'raw type', 'format', 'value type'], holds: 'bool, int16, uint16, int32, uint32, int64, uint64, float32, float64, string and what vendors call them; string[16] states its characters; default bool in tables of bits, else uint16' },
  { name: 'size', aliases: ['length', 'registers', 'register count', 'count', 'quantity', 'words', 'number of registers', 'string register size'], holds: 'registers; needed for a string without characters, else checked against the type' },
  { name: 'bit', aliases: ['bit number', 'bit position'], holds: 'bit of the register for a bool, 0 is the least significant' },
  { name: 'order', aliases: ['word order', 'words order', 'byte order', 'endianness', 'endian', 'swap'], holds: 'ABCD (or big), CDAB (word swapped), BADC (byte swapped), DCBA (or little); default ABCD' },
  { name: 'scale', aliases: ['factor', 'scaling', 'multiplier', 'gain', 'scale factor', 'resolution'], holds: 'value = raw x scale + offset; x0.1, 1/10 and /10 too; default 1' },
  { name: 'offset', aliases: ['bias'], holds: 'default 0' },
  { name: 'units', aliases: ['unit', 'eng unit', 'engineering unit', 'engineering units', 'uom'], holds: 'text' },
  { name: 'access', aliases: ['read write', 'readwrite', 'rw', 'r w', 'mode', 'permission', 'permissions', 'attribute'], holds: 'R, W or RW and their words; default R, so that nothing is written by mistake' },
  { name: 'description', aliases: ['comment', 'comments', 'remark', 'remarks', 'note', 'notes', 'meaning'], holds: 'text' },
  { name: 'minimum', aliases: ['min', 'low', 'range min', 'lower limit'], holds: 'bound of a value that is written' },
  { name: 'maximum', aliases: ['max', 'high', 'range max', 'upper limit'], holds: 'the same' },
  { name: 'deadband', aliases: ['dead band', 'hysteresis', 'cov', 'cov increment'], holds: 'smallest change that is reported; default 0, any' },
  { name: 'max silence', aliases: ['maxsilence', 'max silence ms', 'maxsilencems', 'heartbeat', 'heartbeat ms'], holds: 'milliseconds (or 10s, 1m) after which an unchanged value is reported' },
] as const satisfies readonly CsvColumn[];

export type CsvColumnName = (typeof CSV_COLUMNS)[number]['name'];

/** What a header of a file turned out to be. */
export type KnownHeader = { readonly kind: 'column'; readonly column: CsvColumnName } | { readonly kind: 'unknown'; readonly nearest: string | undefined };

const BY_KEY: ReadonlyMap<string, CsvColumnName> = new Map(
  CSV_COLUMNS.flatMap(({ name, aliases }): [string, CsvColumnName][] => [[name, name], ...aliases.map((alias): [string, CsvColumnName] => [alias, name])]),
);

/** The column that a header means: in any case, with any separators, and without what stands in brackets (`Max. silence [ms]`). */
export function knownHeader(header: string): KnownHeader {
  const key = headerKey(header);
  const column = BY_KEY.get(key);
  return column === undefined ? { kind: 'unknown', nearest: nearestWord(key, [...BY_KEY.keys()]) } : { kind: 'column', column };
}

/** Lower case, camelCase and separators as single spaces, brackets left out. */
export function headerKey(header: string): string {
  return header
    .replaceAll(/[([{][^)\]}]*[)\]}]/gu, ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, ' ')
    .trim();
}
