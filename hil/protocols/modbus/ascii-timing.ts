/** Start bit, 7 data bits, parity (or a second stop bit), stop bit (Modbus over Serial Line V1.02, section 2.5.2). */
export const ASCII_CHARACTER_BITS = 10;

/** Time so many characters of a frame occupy the line, milliseconds. @param baudRate - Bits per second, above 0. */
export function asciiLineTimeMs(characters: number, baudRate: number): number {
  return (characters * ASCII_CHARACTER_BITS * 1_000) / baudRate;
}
