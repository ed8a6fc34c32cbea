import { putUint16, uint16At } from './big-endian.ts';

/** Writes registers from `offset` on, each high byte first, in address order (MODBUS Application Protocol V1.1b3, section 6.3). */
export function putRegisters(bytes: Uint8Array, offset: number, registers: readonly number[]): void {
  for (let index = 0; index < registers.length; index += 1) putUint16(bytes, offset + index * 2, registers[index] ?? 0);
}

/** Reads `quantity` registers from `offset` on: unsigned 16-bit values in address order. */
export function registersAt(bytes: Uint8Array, offset: number, quantity: number): number[] {
  // A plain array of known size: pushing costs twice as much, a Uint16Array above 64 bytes eight times.
  // oxlint-disable-next-line unicorn/no-new-array
  const registers = new Array<number>(quantity);
  for (let index = 0; index < quantity; index += 1) registers[index] = uint16At(bytes, offset + index * 2);
  return registers;
}
