/**
 * Reads 16 bits, most significant byte first (MODBUS Application Protocol V1.1b3, section 4.2).
 * Bytes past the end read as zero: decoders check lengths before they trust a value.
 */
export function uint16At(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** Writes the low 16 bits of `value`, most significant byte first. */
export function putUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** True for an integer from 0 to 65535; false for fractions and NaN. */
export function isUint16(value: number): boolean {
  return (value & 0xffff) === value;
}
