/** Bytes that `quantity` bits take on the wire. */
export function bitBytes(quantity: number): number {
  return (quantity + 7) >>> 3;
}

/**
 * Packs bits from `offset` on: the first in the lowest bit of the first byte, unused high bits of the last byte zero.
 * @see MODBUS Application Protocol V1.1b3, section 6.1
 */
export function putBits(bytes: Uint8Array, offset: number, bits: readonly boolean[]): void {
  for (let start = 0; start < bits.length; start += 8) {
    let byte = 0;
    for (let bit = Math.min(8, bits.length - start) - 1; bit >= 0; bit -= 1) byte = (byte << 1) | (bits[start + bit] === true ? 1 : 0);
    bytes[offset + (start >>> 3)] = byte;
  }
}

/** Unpacks `quantity` bits from `offset` on; padding bits mean nothing and are skipped. */
export function bitsAt(bytes: Uint8Array, offset: number, quantity: number): boolean[] {
  // An array of known size: pushing costs twice as much.
  // oxlint-disable-next-line unicorn/no-new-array
  const bits = new Array<boolean>(quantity);
  for (let index = 0; index < quantity; index += 1) {
    bits[index] = (((bytes[offset + (index >>> 3)] ?? 0) >>> (index & 7)) & 1) === 1;
  }
  return bits;
}
