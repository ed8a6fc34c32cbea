import { FieldproofError } from '../../runtime/errors.ts';
import { allocateFrame } from './frame-bytes.ts';
import { ASCII_FRAME_CHARACTERS_MAX, PDU_BYTES_MAX } from './limits.ts';
import { lrc } from './lrc.ts';
import { unitId as toUnitId, type UnitId } from './unit-id.ts';

export const ASCII_COLON = 0x3a;
export const ASCII_CARRIAGE_RETURN = 0x0d;
/** The end of a frame until a client changes it by FC 08 sub-function 3. */
export const ASCII_LINE_FEED = 0x0a;

/** Colon, unit id, function code, LRC, CR and LF. */
const CHARACTERS_MIN = 9;
const DIGITS = '0123456789ABCDEF';

export type AsciiDecode =
  | { readonly kind: 'frame'; readonly unitId: UnitId; readonly pdu: Uint8Array; readonly byteCount: number }
  | { readonly kind: 'incomplete'; readonly missingBytesMin: number }
  | { readonly kind: 'corrupt'; readonly because: string };

/**
 * A frame of Modbus ASCII: colon, two upper-case hexadecimal digits for each byte of unit id, PDU and LRC, CR, LF.
 * @param pdu - 1 to 253 bytes.
 * @param endCharacter - The last character, LF unless FC 08 sub-function 3 changed it.
 * @throws FieldproofError FP_MODBUS_BAD_PDU for a PDU of another size.
 * @see Modbus over Serial Line V1.02, section 2.5.2
 */
export function encodeAscii(unitId: UnitId, pdu: Uint8Array, endCharacter = ASCII_LINE_FEED): Uint8Array {
  if (pdu.length < 1 || pdu.length > PDU_BYTES_MAX) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `cannot frame a PDU of ${pdu.length} bytes: 1 to ${PDU_BYTES_MAX}`);
  }
  const frame = allocateFrame(7 + pdu.length * 2);
  frame[0] = ASCII_COLON;
  putHex(frame, 1, unitId);
  for (let index = 0; index < pdu.length; index += 1) putHex(frame, 3 + index * 2, pdu[index] ?? 0);
  putHex(frame, 3 + pdu.length * 2, (lrc(pdu) - unitId) & 0xff);
  frame[frame.length - 2] = ASCII_CARRIAGE_RETURN;
  frame[frame.length - 1] = endCharacter;
  return frame;
}

/**
 * Decodes one whole frame, from its colon to its end character. Total. Lower-case digits are refused, as the standard asks.
 * @see Modbus over Serial Line V1.02, section 2.5.2 and 2.6.2
 */
export function decodeAscii(characters: Uint8Array, endCharacter = ASCII_LINE_FEED): AsciiDecode {
  const { length } = characters;
  if (length > 0 && characters[0] !== ASCII_COLON) return { kind: 'corrupt', because: 'the first character is no colon' };
  if (length < CHARACTERS_MIN) return { kind: 'incomplete', missingBytesMin: CHARACTERS_MIN - length };
  if (length > ASCII_FRAME_CHARACTERS_MAX) return { kind: 'corrupt', because: `${length} characters are too many for a frame` };
  const ended = characters[length - 2] === ASCII_CARRIAGE_RETURN && characters[length - 1] === endCharacter;
  if (!ended) return { kind: 'incomplete', missingBytesMin: 1 };
  if (length % 2 === 0) return { kind: 'corrupt', because: 'the number of hexadecimal digits is odd' };
  return decodeDigits(characters);
}

function decodeDigits(characters: Uint8Array): AsciiDecode {
  const bytes = allocateFrame((characters.length - 3) / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = (digitAt(characters, 1 + index * 2) << 4) | digitAt(characters, 2 + index * 2);
    if (byte < 0) return { kind: 'corrupt', because: `character ${1 + index * 2} or the next is no upper-case hexadecimal digit` };
    bytes[index] = byte;
  }
  const expected = lrc(bytes, 0, bytes.length - 1);
  const received = bytes[bytes.length - 1] ?? 0;
  if (received !== expected) return { kind: 'corrupt', because: `LRC is ${received}, computed ${expected}` };
  return { kind: 'frame', unitId: toUnitId(bytes[0] ?? 0), pdu: bytes.subarray(1, bytes.length - 1), byteCount: characters.length };
}

/** The value of a digit, or -1; a negative operand keeps the combined byte negative. */
function digitAt(characters: Uint8Array, index: number): number {
  const character = characters[index] ?? 0;
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  if (character >= 0x41 && character <= 0x46) return character - 0x37;
  return -1;
}

function putHex(frame: Uint8Array, offset: number, byte: number): void {
  frame[offset] = DIGITS.charCodeAt(byte >>> 4);
  frame[offset + 1] = DIGITS.charCodeAt(byte & 0xf);
}
