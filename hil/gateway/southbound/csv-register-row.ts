import { parseCsvAddress, type AddressBase } from './csv-address.ts';
import { accessOf, durationOf, numberOf, orderOf, tableOf, typeOf, wholeOf, type Cell, type CsvType } from './csv-cells.ts';
import type { CsvColumnName } from './csv-columns.ts';
import type { PrimaryTable, RawType } from './device-profile.ts';
import { isBitTable, REGISTERS_OF } from './raw-layout.ts';

export interface RowOptions {
  readonly addressBase: AddressBase;
}

/** A device resource before it is checked by the schema of profiles. */
export interface RowResource {
  readonly name: string;
  readonly description: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface RowProblem {
  readonly column: CsvColumnName;
  readonly message: string;
}

export interface RowResult {
  /** Missing when the row does not say enough to make one. */
  readonly resource: RowResource | undefined;
  readonly problems: readonly RowProblem[];
}

/**
 * Makes one device resource of one row, and tells everything that is wrong with it.
 * @param cell - The text of a column, empty when the row has none.
 */
export function resourceOfRow(cell: (column: CsvColumnName) => string, { addressBase, decimalComma }: RowOptions & { readonly decimalComma: boolean }): RowResult {
  const problems: RowProblem[] = [];
  const refuse = (column: CsvColumnName, message: string): undefined => void problems.push({ column, message });
  const read = <Value>(column: CsvColumnName, parse: (text: string) => Cell<Value>): Value | undefined => {
    const text = cell(column);
    if (text === '') return undefined;
    const parsed = parse(text);
    return parsed.kind === 'value' ? parsed.value : refuse(column, parsed.message);
  };
  const number = (column: CsvColumnName): number | undefined => read(column, (text) => numberOf(text, decimalComma));
  const name = nameOf(cell('name'));
  if (name === '') refuse('name', 'the point has no name');
  const address = parseCsvAddress(cell('address'), addressBase);
  if (address.kind === 'wrong') refuse('address', cell('address') === '' ? 'the point has no address' : address.message);
  const place = address.kind === 'address' ? address : undefined;
  const stated = read('table', tableOf);
  if (cell('table') === '' && place !== undefined && place.table === undefined) {
    refuse('table', 'the point has no table; give a column table, or Modicon numbers (address base 4xxxx)');
  }
  const table = tableFrom(stated, cell('table'), place?.table, refuse);
  const bit = read('bit', (text) => wholeOf(text, 0, 15)) ?? place?.bit;
  const type = read('type', typeOf) ?? defaultType(table, bit);
  const size = read('size', (text) => wholeOf(text, 1, 123));
  const scale = number('scale');
  const offset = number('offset');
  const order = read('order', orderOf);
  const properties = {
    valueType: valueTypeOf(type.rawType, scale ?? 1, offset ?? 0),
    readWrite: read('access', accessOf) ?? 'R',
    units: cell('units'),
    scale,
    offset,
    minimum: number('minimum'),
    maximum: number('maximum'),
    optional: { deadband: number('deadband'), maxSilenceMs: read('max silence', durationOf) },
  };
  const stringRegisterSize = registersFrom(type, size, table, refuse);
  if (place === undefined || table === undefined || name === '') return { resource: undefined, problems };
  const wantsOrder = type.rawType !== 'Bool' || !isBitTable(table);
  // A word order of a text or of one register says nothing, and maps that fill the column throughout mean nothing by it.
  const isWordSwap = order?.isWordSwap === true && type.rawType !== 'String' && REGISTERS_OF[type.rawType] > 1;
  const isByteSwap = wantsOrder && order?.isByteSwap === true;
  const attributes = { primaryTable: table, startingAddress: place.address, rawType: type.rawType, bit, stringRegisterSize, isByteSwap, isWordSwap };
  return { resource: { name, description: cell('description'), attributes, properties }, problems };
}

/** Characters that a profile's names do not have become `_`, the rest is cut off at their length. */
function nameOf(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N} _.~:;=%()-]/gu, '_')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 128)
    .trim();
}

type Refuse = (column: CsvColumnName, message: string) => undefined;

function tableFrom(stated: PrimaryTable | undefined, cell: string, ofAddress: PrimaryTable | undefined, refuse: Refuse): PrimaryTable | undefined {
  if (stated !== undefined && ofAddress !== undefined && stated !== ofAddress) return refuse('table', `"${cell}" contradicts the address, which names ${ofAddress}`);
  return stated ?? ofAddress;
}

function defaultType(table: PrimaryTable | undefined, bit: number | undefined): CsvType {
  const isBit = bit !== undefined || (table !== undefined && isBitTable(table));
  return { rawType: isBit ? 'Bool' : 'Uint16', characters: undefined };
}

/** A scaled or shifted number is told as a Float64, so that no fraction is cut and no sum overflows. */
function valueTypeOf(rawType: RawType, scale: number, offset: number): RawType {
  return rawType === 'Bool' || rawType === 'String' || (scale === 1 && offset === 0) ? rawType : 'Float64';
}

/** @returns The size of a text; undefined for every other type, whose size is checked against what the map says. */
function registersFrom({ rawType, characters }: CsvType, size: number | undefined, table: PrimaryTable | undefined, refuse: Refuse): number | undefined {
  if (rawType === 'String') {
    const registers = characters === undefined ? size : Math.ceil(characters / 2);
    if (registers === undefined || registers === 0) return refuse('type', 'a string needs its characters (string[16]) or a size in registers');
    return size !== undefined && size !== registers ? refuse('size', `${size} registers do not hold exactly ${characters} characters`) : registers;
  }
  const needed = table !== undefined && isBitTable(table) ? 1 : REGISTERS_OF[rawType];
  if (size !== undefined && size !== needed) return refuse('size', `a ${rawType} takes ${needed} register${needed === 1 ? '' : 's'}, not ${size}`);
  return undefined;
}
