import { FIXED_HEADER_BYTES_MAX, VARIABLE_BYTE_INTEGER_MAX } from './limits.ts';

const SLAB_BYTES = 32_768;
/** Below this a loop writes a plain text faster than the call into the runtime. */
const SHORT_TEXT_LENGTH = 32;

/**
 * Packets up to half of it are cut from one piece of memory, because allocating each alone costs more than writing it. A
 * packet that is kept keeps its whole piece, so whoever keeps many for long copies them.
 */
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabUsed = 0;

/**
 * Writes the fields of one packet, then its fixed header in front. It judges nothing: numbers are cut to their width, a
 * text longer than 65535 bytes gets the low 16 bits of its length. `finish` ends its use.
 */
export class PacketWriter {
  #buffer: Buffer;
  #start: number;
  #at: number;
  #end: number;

  /** @param bytesHint - What the body probably needs; more is found when it is needed. */
  constructor(bytesHint = 64) {
    const needed = FIXED_HEADER_BYTES_MAX + bytesHint;
    if (needed > SLAB_BYTES / 2) {
      this.#buffer = Buffer.allocUnsafeSlow(needed);
      this.#start = 0;
    } else {
      if (slabUsed + needed > SLAB_BYTES) {
        slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
        slabUsed = 0;
      }
      this.#buffer = slab;
      this.#start = slabUsed;
      slabUsed += needed;
    }
    this.#at = this.#start + FIXED_HEADER_BYTES_MAX;
    this.#end = this.#start + needed;
  }

  /** Bytes of the body so far. */
  get bodyBytes(): number {
    return this.#at - this.#start - FIXED_HEADER_BYTES_MAX;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at] = value;
    this.#at += 1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#buffer[this.#at] = value >>> 8;
    this.#buffer[this.#at + 1] = value;
    this.#at += 2;
  }

  uint32(value: number): void {
    this.uint16(Math.floor(value / 65_536));
    this.uint16(value);
  }

  /** The fewest bytes that hold the value. @param value - 0 to 268,435,455. */
  variableByteInteger(value: number): void {
    this.#reserve(4);
    this.#at = putVariableByteInteger(this.#buffer, this.#at, value);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes behind their length. */
  binary(bytes: Uint8Array): void {
    this.uint16(bytes.length);
    this.bytes(bytes);
  }

  /** UTF-8 behind its length; bytes go out as they are. */
  text(text: string | Uint8Array): void {
    if (typeof text !== 'string') {
      this.binary(text);
      return;
    }
    this.#reserve(2 + 3 * text.length);
    const start = this.#at + 2;
    const byteCount = this.#putShortAscii(text, start) ? text.length : this.#buffer.write(text, start);
    this.uint16(byteCount);
    this.#at += byteCount;
  }

  /** What was written, without a fixed header. */
  body(): Uint8Array {
    return this.#view(this.#start + FIXED_HEADER_BYTES_MAX);
  }

  /** The packet: `firstByte`, the length of what was written, and that. */
  finish(firstByte: number): Uint8Array {
    const length = this.bodyBytes;
    const start = this.#start + FIXED_HEADER_BYTES_MAX - 1 - variableByteIntegerBytes(length);
    this.#buffer[start] = firstByte;
    putVariableByteInteger(this.#buffer, start + 1, length);
    return this.#view(start);
  }

  #view(start: number): Uint8Array {
    if (this.#buffer === slab && this.#end === slabUsed) slabUsed = this.#at;
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + start, this.#at - start);
  }

  #putShortAscii(text: string, start: number): boolean {
    if (text.length > SHORT_TEXT_LENGTH) return false;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#buffer[start + index] = code;
    }
    return true;
  }

  #reserve(byteCount: number): void {
    if (this.#at + byteCount <= this.#end) return;
    const usedBytes = this.#at - this.#start;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * usedBytes, usedBytes + byteCount));
    grown.set(this.#buffer.subarray(this.#start, this.#at));
    this.#buffer = grown;
    this.#start = 0;
    this.#at = usedBytes;
    this.#end = grown.length;
  }
}

/** How many bytes a variable byte integer takes at least. */
export function variableByteIntegerBytes(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

/** Writes 7 bits a byte, least significant first; bits above the 28th are lost. @returns the next offset. */
export function putVariableByteInteger(target: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value & VARIABLE_BYTE_INTEGER_MAX;
  while (rest > 0x7f) {
    target[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}
