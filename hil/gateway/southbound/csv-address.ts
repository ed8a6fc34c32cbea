import type { PrimaryTable } from './device-profile.ts';

/**
 * How a map counts: `0` PDU addresses as on the wire, `1` one more, `4xxxx` Modicon numbers, whose first digit names the
 * table (0 coils, 1 discrete inputs, 3 input registers, 4 holding registers) and that begin at 1.
 */
export const ADDRESS_BASES = ['0', '1', '4xxxx'] as const;
export type AddressBase = (typeof ADDRESS_BASES)[number];

export type CsvAddress =
  | { readonly kind: 'address'; readonly address: number; readonly bit: number | undefined; /** Only with 4xxxx. */ readonly table: PrimaryTable | undefined }
  | { readonly kind: 'wrong'; readonly message: string };

const ADDRESS_MAX = 65_535;
const PLAIN = /^(0x[\da-f]{1,5}|\d{1,6})(?:[.:](\d{1,2}))?$/iu;
const MODICON = /^(?:([0134])x)?(\d{1,6})(?:[.:](\d{1,2}))?$/iu;
const TABLES: Readonly<Record<string, PrimaryTable>> = { '0': 'COILS', '1': 'DISCRETES_INPUT', '3': 'INPUT_REGISTERS', '4': 'HOLDING_REGISTERS' };

/** The PDU address of a cell. Digits may be grouped by blanks, commas or underscores (`40 001`). */
export function parseCsvAddress(cell: string, base: AddressBase): CsvAddress {
  const text = cell.replaceAll(/[\s_,]/gu, '');
  return base === '4xxxx' ? modicon(text, cell) : plain(text, cell, base);
}

function plain(text: string, cell: string, base: '0' | '1'): CsvAddress {
  const [, digits, bit] = PLAIN.exec(text) ?? [];
  const first = Number(base);
  if (digits === undefined) return wrong(`expected an address such as ${first + 16}, 0x10 or 100.3, found "${cell}"`);
  return inTable(Number(digits) - first, bit, undefined, `${cell} is outside ${first} to ${ADDRESS_MAX + first} of address base ${base}`);
}

/** Five digits (40001), six (400001), or 4x1; fewer are coils, whose leading zeros spreadsheets drop. */
function modicon(text: string, cell: string): CsvAddress {
  const [, prefix, digits, bit] = MODICON.exec(text) ?? [];
  const expected = `expected a Modicon number such as 40001, 400001, 30010 or 4x1, found "${cell}"`;
  if (digits === undefined) return wrong(expected);
  const carriesTable = prefix === undefined && digits.length >= 5;
  const table = TABLES[prefix ?? (carriesTable ? digits.charAt(0) : '0')];
  if (table === undefined) return wrong(expected);
  return inTable(Number(carriesTable ? digits.slice(1) : digits) - 1, bit, table, `${cell} names no element of ${table}: they count from 1 to ${ADDRESS_MAX + 1}`);
}

function inTable(address: number, bitDigits: string | undefined, table: PrimaryTable | undefined, outside: string): CsvAddress {
  if (address < 0 || address > ADDRESS_MAX) return wrong(outside);
  const bit = bitDigits === undefined ? undefined : Number(bitDigits);
  if (bit !== undefined && bit > 15) return wrong(`a register has bits 0 to 15, not ${bit}`);
  return { kind: 'address', address, bit, table };
}

function wrong(message: string): CsvAddress {
  return { kind: 'wrong', message };
}
