/** Bytes of one option's value that its 16-bit length field can count. */
export const OPTION_BYTES_MAX = 65_535;

/** An option of a block: text is written as UTF-8, without a terminating zero. */
export interface PcapngOption {
  readonly code: number;
  readonly value: string | Uint8Array;
}

/**
 * The options of a block with the end-of-options mark; no bytes when there are none. Text that is too long is cut
 * between two characters, bytes are cut at `OPTION_BYTES_MAX`.
 *
 *     code u16 | length u16 | value, padded to 4 bytes | ... | 0 u16 | 0 u16
 *
 * @see draft-ietf-opsawg-pcapng, section 3.5
 */
export function encodeOptions(options: readonly PcapngOption[]): Uint8Array {
  if (options.length === 0) return new Uint8Array(0);
  return Buffer.concat([...options.map(encodeOption), Buffer.alloc(4)]);
}

function encodeOption({ code, value }: PcapngOption): Uint8Array {
  const bytes = typeof value === 'string' ? encodeText(value) : value.subarray(0, OPTION_BYTES_MAX);
  const encoded = Buffer.alloc(4 + paddedTo4(bytes.byteLength));
  encoded.writeUInt16LE(code, 0);
  encoded.writeUInt16LE(bytes.byteLength, 2);
  encoded.set(bytes, 4);
  return encoded;
}

/** `encodeInto` never writes half a character. */
function encodeText(text: string): Uint8Array {
  const space = new Uint8Array(Math.min(OPTION_BYTES_MAX, text.length * 3));
  const { written } = new TextEncoder().encodeInto(text, space);
  return space.subarray(0, written);
}

/** The next multiple of 4. */
export function paddedTo4(byteCount: number): number {
  return Math.ceil(byteCount / 4) * 4;
}
