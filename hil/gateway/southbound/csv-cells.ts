import { nearestWord } from '../../runtime/nearest-word.ts';
import type { PrimaryTable, RawType } from './device-profile.ts';
import { headerKey } from './csv-columns.ts';

/** What a cell says, or why it says nothing that can be used. */
export type Cell<Value> = { readonly kind: 'value'; readonly value: Value } | { readonly kind: 'wrong'; readonly message: string };

/** A type as a map names it; `characters` when it states them (`string[16]`). */
export interface CsvType {
  readonly rawType: RawType;
  readonly characters: number | undefined;
}

/** How a value's registers and bytes lie, in the words of a profile. */
export interface CsvOrder {
  readonly isByteSwap: boolean;
  readonly isWordSwap: boolean;
}

const TABLE_WORDS: Readonly<Record<PrimaryTable, readonly string[]>> = {
  COILS: ['coil', 'coils', 'digital output', 'discrete output', 'do', 'co', 'c', '0x', '0xxxx', '1', 'fc1', 'fc01', '01'],
  DISCRETES_INPUT: ['discrete input', 'discrete inputs', 'discretes input', 'discrete', 'input status', 'digital input', 'di', '1x', '1xxxx', '2', 'fc2', 'fc02', '02'],
  INPUT_REGISTERS: ['input register', 'input registers', 'input', 'ir', 'analog input', 'ai', '3x', '3xxxx', '4', 'fc4', 'fc04', '04'],
  HOLDING_REGISTERS: ['holding register', 'holding registers', 'holding', 'hr', 'analog output', 'ao', '4x', '4xxxx', '3', 'fc3', 'fc03', '03'],
};
const TYPE_WORDS: Readonly<Record<RawType, readonly string[]>> = {
  Bool: ['bool', 'boolean', 'bit', 'binary', 'coil', 'digital'],
  Int16: ['int16', 'i16', 's16', 'sint16', 'signed', 'signed 16', 'signed int16', 'short', 'int', 'integer', '16 bit signed', 'int16 t'],
  Uint16: ['uint16', 'u16', 'word', 'ushort', 'unsigned', 'unsigned 16', 'unsigned int16', 'uint', '16 bit unsigned', 'uint16 t', 'enum', 'enum16', 'bitfield16'],
  Int32: ['int32', 'i32', 's32', 'sint32', 'long', 'dint', 'signed 32', 'signed int32', '32 bit signed', 'int32 t'],
  Uint32: ['uint32', 'u32', 'dword', 'ulong', 'udint', 'unsigned 32', 'unsigned int32', '32 bit unsigned', 'uint32 t', 'acc32', 'bitfield32'],
  Int64: ['int64', 'i64', 's64', 'sint64', 'lint', 'long long', '64 bit signed', 'int64 t'],
  Uint64: ['uint64', 'u64', 'qword', 'ulint', '64 bit unsigned', 'uint64 t', 'acc64'],
  Float32: ['float32', 'f32', 'float', 'real', 'single', 'ieee754', 'ieee 754', 'float 32', '32 bit float'],
  Float64: ['float64', 'f64', 'double', 'lreal', 'float 64', '64 bit float'],
  String: ['string', 'str', 'ascii', 'text', 'char', 'utf8'],
};
const ORDER_WORDS: Readonly<Record<string, readonly string[]>> = {
  ABCD: ['abcd', 'ab', 'abcdefgh', 'big', 'big endian', 'be', 'msw first', 'high word first', 'none', 'normal', 'no', '1234'],
  CDAB: ['cdab', 'ghefcdab', 'word swap', 'word swapped', 'words swapped', 'lsw first', 'low word first', 'little endian words', 'mid little endian', 'swapped', '3412'],
  BADC: ['badc', 'ba', 'badcfehg', 'byte swap', 'byte swapped', 'bytes swapped', 'mid big endian', '2143'],
  DCBA: ['dcba', 'hgfedcba', 'little', 'little endian', 'le', 'byte and word swap', '4321'],
};
const ACCESS_WORDS: Readonly<Record<'R' | 'W' | 'RW', readonly string[]>> = {
  R: ['r', 'ro', 'r o', 'read', 'read only', 'readonly', 'get'],
  W: ['w', 'wo', 'w o', 'write', 'write only', 'writeonly', 'set'],
  RW: ['rw', 'r w', 'wr', 'w r', 'read write', 'readwrite', 'read and write', 'get set'],
};

const NUMBER = /^([+-]?)(?:x|×|\*)?\s*(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/iu;
const FRACTION = /^(?:(\d+(?:\.\d+)?)\s*)?\/\s*(\d+(?:\.\d+)?)$/u;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/iu;
const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

export const tableOf = wordParser(TABLE_WORDS, 'coil, discrete input, input register or holding register');
export const accessOf = wordParser(ACCESS_WORDS, 'R, W or RW');
const typeWordOf = wordParser(TYPE_WORDS, 'bool, int16, uint16, int32, uint32, int64, uint64, float32, float64 or string');
const orderWordOf = wordParser(ORDER_WORDS, 'ABCD, CDAB, BADC or DCBA');

/** `int16`, `DWORD`, `string[16]`, `char(8)`. */
export function typeOf(cell: string): Cell<CsvType> {
  const [, word = cell, characters] = /^([a-z][a-z\d ]*?)\s*[[(]\s*(\d{1,3})\s*[\])]$/iu.exec(cell) ?? [];
  const type = typeWordOf(word);
  if (type.kind === 'wrong') return type;
  if (characters !== undefined && type.value !== 'String') return wrong(`a ${type.value} has no length, found "${cell}"`);
  return { kind: 'value', value: { rawType: type.value, characters: characters === undefined ? undefined : Number(characters) } };
}

export function orderOf(cell: string): Cell<CsvOrder> {
  const order = orderWordOf(cell);
  if (order.kind === 'wrong') return order;
  return { kind: 'value', value: { isByteSwap: order.value === 'BADC' || order.value === 'DCBA', isWordSwap: order.value === 'CDAB' || order.value === 'DCBA' } };
}

/** A decimal number, `x0.1`, `1/10` or `/10`. @param decimalComma - `0,1` counts too: the cells are separated by something else. */
export function numberOf(cell: string, decimalComma: boolean): Cell<number> {
  const text = decimalComma ? cell.replace(',', '.') : cell;
  const [, sign = '', digits, exponent = ''] = NUMBER.exec(text) ?? [];
  if (digits !== undefined) return { kind: 'value', value: Number(`${sign}${digits}${exponent}`) };
  const [, dividend = '1', divisor] = FRACTION.exec(text) ?? [];
  return divisor === undefined || Number(divisor) === 0 ? wrong(`expected a number, found "${cell}"`) : { kind: 'value', value: Number(dividend) / Number(divisor) };
}

/** A whole number within bounds. */
export function wholeOf(cell: string, min: number, max: number): Cell<number> {
  const value = Number(cell);
  return /^\d+$/u.test(cell) && value >= min && value <= max ? { kind: 'value', value } : wrong(`expected a whole number from ${min} to ${max}, found "${cell}"`);
}

/** Milliseconds: `30000`, `30s`, `1m`. */
export function durationOf(cell: string): Cell<number> {
  const [, amount, unit = 'ms'] = DURATION.exec(cell) ?? [];
  if (amount === undefined) return wrong(`expected milliseconds, or a duration such as 30s, found "${cell}"`);
  return { kind: 'value', value: Math.round(Number(amount) * (DURATION_MS[unit.toLowerCase()] ?? 1)) };
}

function wordParser<Value extends string>(words: Readonly<Record<Value, readonly string[]>>, expected: string): (cell: string) => Cell<Value> {
  const entries: [string, Value][] = [];
  for (const value in words) for (const word of words[value]) entries.push([word, value]);
  const byWord = new Map(entries);
  return (cell) => {
    const value = byWord.get(headerKey(cell)) ?? byWord.get(cell.trim().toLowerCase());
    if (value !== undefined) return { kind: 'value', value };
    const nearest = nearestWord(headerKey(cell), [...byWord.keys()].filter((word) => word.length > 2));
    return wrong(`expected ${expected}, found "${cell}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`);
  };
}

function wrong(message: string): { readonly kind: 'wrong'; readonly message: string } {
  return { kind: 'wrong', message };
}
