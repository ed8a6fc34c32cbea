import type { Carrier } from '../bench/carrier.ts';

/** The frame with another check value: the last byte of a CRC, the last digit of an LRC. */
export function spoilt(carrier: Carrier, frame: Uint8Array): Uint8Array {
  const at = carrier === 'ascii' ? frame.length - 3 : frame.length - 1;
  const digit = frame[at] === 0x30 ? 0x31 : 0x30;
  return frame.map((byte, index) => (index === at ? (carrier === 'ascii' ? digit : byte ^ 0x01) : byte));
}

/** Two bytes: less than any RTU frame. */
export function shortFrame(unit: number): Uint8Array {
  return Uint8Array.of(unit, 0x03);
}
