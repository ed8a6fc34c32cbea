/**
 * The longitudinal redundancy check of an ASCII frame: two's complement of the 8-bit sum of `bytes[start..end)`, the
 * binary bytes from unit id to last data byte, without colon and line end.
 * @see Modbus over Serial Line V1.02, section 2.5.2.2 and 6.2.1
 */
export function lrc(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  for (let index = start; index < end; index += 1) sum += bytes[index] ?? 0;
  return -sum & 0xff;
}
