const POLYNOMIAL = 0xa001;
const TABLE = buildTable();

/**
 * The CRC of an RTU frame: preset FFFF, polynomial A001 (reflected 8005), over `bytes[start..end)`.
 * The low byte travels first. Over a frame with its own CRC the result is 0.
 * @see Modbus over Serial Line V1.02, section 2.5.1.2 and 6.2.2
 */
export function crc16Modbus(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let index = start; index < end; index += 1) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return crc;
}

function buildTable(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_entry, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
}
