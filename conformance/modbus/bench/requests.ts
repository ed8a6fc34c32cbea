import { uint16 } from './modbus-frame.ts';

/** Bytes from hexadecimal; blanks mean nothing. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/gu, ''), 'hex'));
}

/** FC01 to FC04: function, start address, quantity; also FC05 and FC06 with a value for the quantity. */
export function fields(functionCode: number, ...values: readonly number[]): Uint8Array {
  return Uint8Array.of(functionCode, ...values.flatMap(uint16));
}

/** FC15. @param byteCount - When it is to be wrong. */
export function writeCoils(address: number, bits: readonly number[], byteCount?: number): Uint8Array {
  const packed = packBits(bits);
  return Uint8Array.of(15, ...uint16(address), ...uint16(bits.length), byteCount ?? packed.length, ...packed);
}

/** FC16. @param quantity - When it is to be wrong; the byte count then stays that of the values. */
export function writeRegisters(address: number, values: readonly number[], quantity = values.length, byteCount = values.length * 2): Uint8Array {
  return Uint8Array.of(16, ...uint16(address), ...uint16(quantity), byteCount, ...values.flatMap(uint16));
}

/** FC23. */
export function exchange(read: { readonly address: number; readonly quantity: number }, address: number, values: readonly number[], quantity = values.length, byteCount = values.length * 2): Uint8Array {
  return Uint8Array.of(23, ...uint16(read.address), ...uint16(read.quantity), ...uint16(address), ...uint16(quantity), byteCount, ...values.flatMap(uint16));
}

/** FC08 with a sub-function and 16-bit data. */
export function diagnose(subFunction: number, ...data: readonly number[]): Uint8Array {
  return fields(8, subFunction, ...(data.length === 0 ? [0] : data));
}

/** A reference of FC20: type 6, file, record, length in registers. */
export function fileGroup(file: number, record: number, length: number, type = 6): number[] {
  return [type, ...uint16(file), ...uint16(record), ...uint16(length)];
}

/** FC20. @param byteCount - When it is to be wrong. */
export function readFile(groups: readonly (readonly number[])[], byteCount?: number): Uint8Array {
  const body = groups.flat();
  return Uint8Array.of(20, byteCount ?? body.length, ...body);
}

/** FC21: each group a reference and its registers. */
export function writeFile(groups: readonly { readonly group: readonly number[]; readonly values: readonly number[] }[], byteCount?: number): Uint8Array {
  const body = groups.flatMap(({ group, values }) => [...group, ...values.flatMap(uint16)]);
  return Uint8Array.of(21, byteCount ?? body.length, ...body);
}

/** Bits as bytes, the first in the lowest bit, unused bits zero. */
export function packBits(bits: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_none, byte) => bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, index) => sum | (bit << index), 0));
}

/** The first `count` bits of the data of an answer. */
export function unpackBits(data: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_none, index) => ((data[index >> 3] ?? 0) >> (index & 7)) & 1);
}

/** 16-bit values, most significant byte first. */
export function wordsOf(data: Uint8Array): number[] {
  return Array.from({ length: data.length >> 1 }, (_none, index) => ((data[index * 2] ?? 0) << 8) | (data[index * 2 + 1] ?? 0));
}
