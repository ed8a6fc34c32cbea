import type { Random } from '../../hil/runtime/random.ts';
import { RTU_CHARACTER_BITS } from '../../hil/protocols/modbus/rtu-timing.ts';

/** How a receiver of characters is set up. */
export interface UartSettings {
  /** With `none` a second stop bit stands in place of the parity bit, which nobody checks. */
  readonly parity: 'none' | 'even' | 'odd';
  /** What becomes of a character whose parity or stop bit is wrong: nothing arrives (IGNPAR), or a zero byte (INPCK). */
  readonly onError: 'drop' | 'zero';
}

/** What a receiver made of one character. */
export interface ReceivedCharacter {
  /** Undefined when nothing arrived. */
  readonly byte: number | undefined;
  readonly damage: 'none' | 'altered' | 'parity' | 'framing';
}

/** Bits of a character in the order of the line: start, data from the lowest bit on, parity (or first stop), stop. */
const START_BIT = 1;
const DATA_BITS = 0xff << 1;
const PARITY_BIT = 1 << 9;
const STOP_BIT = 1 << 10;

/**
 * Receives one character of 11 bits of which some were inverted on the line. Of the data and parity bits, an odd number
 * of inversions is noticed by a receiver that checks parity, an even number is not. A start bit that is not seen loses
 * the character.
 * @param flips - Bit n set: the n-th bit of the character was inverted, 0 = start bit, 10 = stop bit.
 * @see Modbus over Serial Line V1.02, section 2.5.1
 */
export function receiveCharacter(byte: number, flips: number, { parity, onError }: UartSettings): ReceivedCharacter {
  if (flips === 0) return { byte, damage: 'none' };
  if ((flips & START_BIT) !== 0) return { byte: undefined, damage: 'framing' };
  const refused = onError === 'zero' ? 0 : undefined;
  if ((flips & STOP_BIT) !== 0) return { byte: refused, damage: 'framing' };
  if (parity === 'none' && (flips & PARITY_BIT) !== 0) return { byte: refused, damage: 'framing' };
  if (parity !== 'none' && isOdd(flips & (DATA_BITS | PARITY_BIT))) return { byte: refused, damage: 'parity' };
  const received = byte ^ ((flips & DATA_BITS) >>> 1);
  return { byte: received, damage: received === byte ? 'none' : 'altered' };
}

/** Which bits of one character a line with this bit error rate inverts. Always draws 11 times. */
export function drawFlips(bitErrorRate: number, random: Random): number {
  let flips = 0;
  for (let bit = 0; bit < RTU_CHARACTER_BITS; bit += 1) if (random.chance(bitErrorRate)) flips |= 1 << bit;
  return flips;
}

/**
 * Which bits of a character are inverted while another driver holds the line: about half of them, at least one, and
 * never so that the same byte arrives.
 */
export function drawContention(random: Random): number {
  return random.integer(0, 0x7ff) | (1 << random.integer(1, 8));
}

/** What arrived of a stretch of bytes, and how it was damaged. */
export interface ReceivedBytes {
  readonly bytes: Uint8Array;
  readonly bitErrors: number;
  /** Characters that were dropped, replaced or altered. */
  readonly damaged: number;
}

/** Receives characters one after another. @param flipsOf - The inverted bits of the character at an index. */
export function receiveBytes(bytes: Uint8Array, settings: UartSettings, flipsOf: (index: number) => number): ReceivedBytes {
  const received: number[] = [];
  let bitErrors = 0;
  let damaged = 0;
  for (const [index, byte] of bytes.entries()) {
    const flips = flipsOf(index);
    const character = receiveCharacter(byte, flips, settings);
    bitErrors += onesIn(flips);
    if (character.damage !== 'none') damaged += 1;
    if (character.byte !== undefined) received.push(character.byte);
  }
  return { bytes: Uint8Array.from(received), bitErrors, damaged };
}

/** How many bits are set. */
export function onesIn(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

function isOdd(bits: number): boolean {
  return (onesIn(bits) & 1) === 1;
}
