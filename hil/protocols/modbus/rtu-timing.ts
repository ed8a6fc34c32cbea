/** Start bit, 8 data bits, parity (or a second stop bit), stop bit (Modbus over Serial Line V1.02, section 2.5.1). */
export const RTU_CHARACTER_BITS = 11;

/** Above this rate the silences no longer follow the character time. */
const SCALED_BAUD_RATE_MAX = 19_200;

export interface RtuTiming {
  /** One character on the line, milliseconds. */
  readonly characterMs: number;
  /** t1.5: a longer gap inside a frame makes it incomplete, milliseconds. */
  readonly characterGapMsMax: number;
  /** t3.5: the silence that separates frames, milliseconds. */
  readonly silenceMs: number;
}

/**
 * The times of an RTU line. Up to 19200 bit/s the silences are 1.5 and 3.5 characters; above they are fixed at 750 us and
 * 1.750 ms.
 * @param baudRate - Bits per second, above 0.
 * @see Modbus over Serial Line V1.02, section 2.5.1.1
 */
export function rtuTiming(baudRate: number): RtuTiming {
  const characterMs = (RTU_CHARACTER_BITS * 1_000) / baudRate;
  if (baudRate > SCALED_BAUD_RATE_MAX) return { characterMs, characterGapMsMax: 0.75, silenceMs: 1.75 };
  return { characterMs, characterGapMsMax: 1.5 * characterMs, silenceMs: 3.5 * characterMs };
}

/** Time a frame of `byteCount` bytes occupies the line, milliseconds, without the silence after it. */
export function rtuLineTimeMs(byteCount: number, baudRate: number): number {
  return (byteCount * RTU_CHARACTER_BITS * 1_000) / baudRate;
}
