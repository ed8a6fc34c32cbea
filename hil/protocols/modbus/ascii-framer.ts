import { ASCII_CARRIAGE_RETURN, ASCII_COLON, ASCII_LINE_FEED, decodeAscii } from './ascii.ts';
import { ASCII_FRAME_CHARACTERS_MAX } from './limits.ts';
import type { UnitId } from './unit-id.ts';

export type AsciiFramerEvent =
  | { readonly kind: 'frame'; readonly unitId: UnitId; readonly pdu: Uint8Array; readonly byteCount: number; readonly endCharacter: number }
  | { readonly kind: 'corrupt'; readonly because: string; readonly characters: number };

export interface AsciiFramerOptions {
  /** Longest gap between two characters of a frame, milliseconds; the standard's default is 1000. */
  readonly gapMsMax?: number;
}

/** Turns characters into frames. Owns no timer: a frame that never ends is dropped when the next characters come. */
export interface AsciiFramer {
  /** Takes characters that arrived at `atMs`, an instant of the caller's clock, which never goes back. */
  push(chunk: Uint8Array, atMs: number): AsciiFramerEvent[];
  /** What FC 08 sub-function 3 sets: frames that end in another way are none. */
  setEndCharacter(character: number): void;
  /** For who hears several units: frames may end in this way too, 0 to 255. */
  addEndCharacter(character: number): void;
}

/**
 * A framer that holds at most 513 characters. A colon inside a frame drops what was received and starts anew; characters
 * outside frames are ignored.
 * @see Modbus over Serial Line V1.02, section 2.5.2.1
 */
export function createAsciiFramer({ gapMsMax = 1_000 }: AsciiFramerOptions = {}): AsciiFramer {
  const held = new Uint8Array(ASCII_FRAME_CHARACTERS_MAX);
  let heldCount = 0;
  const endCharacters = new Set([ASCII_LINE_FEED]);
  let lastCharacterMs = 0;
  const drop = (because: string): AsciiFramerEvent => {
    const characters = heldCount;
    heldCount = 0;
    return { kind: 'corrupt', because, characters };
  };
  const take = (character: number): AsciiFramerEvent | undefined => {
    if (character === ASCII_COLON) {
      const dropped = heldCount > 0 ? drop('a colon inside the frame') : undefined;
      held[0] = character;
      heldCount = 1;
      return dropped;
    }
    if (heldCount === 0) return undefined;
    if (heldCount === ASCII_FRAME_CHARACTERS_MAX) return drop('more than 513 characters');
    held[heldCount] = character;
    heldCount += 1;
    if (held[heldCount - 2] !== ASCII_CARRIAGE_RETURN || !endCharacters.has(character)) return undefined;
    const decoded = decodeAscii(held.subarray(0, heldCount), character);
    if (decoded.kind !== 'frame') return drop(decoded.kind === 'corrupt' ? decoded.because : 'too short for a frame');
    heldCount = 0;
    return { ...decoded, endCharacter: character };
  };
  return {
    push: (chunk, atMs) => {
      const events: AsciiFramerEvent[] = [];
      if (heldCount > 0 && atMs - lastCharacterMs > gapMsMax) events.push(drop(`a gap of more than ${gapMsMax} ms`));
      for (const character of chunk) {
        const event = take(character);
        if (event !== undefined) events.push(event);
      }
      lastCharacterMs = atMs;
      return events;
    },
    setEndCharacter: (character) => {
      endCharacters.clear();
      endCharacters.add(character);
    },
    addEndCharacter: (character) => void endCharacters.add(character),
  };
}
