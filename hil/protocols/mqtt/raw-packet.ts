import { PacketWriter, putVariableByteInteger, variableByteIntegerBytes } from './packet-writer.ts';
import type { PropertyName } from './properties.ts';
import { propertyByName } from './property-table.ts';

/** A packet byte by byte. */
export interface RawPacket {
  /** Type in the high four bits, flags in the low ones. */
  readonly firstByte: number;
  readonly body: Uint8Array;
  /** In place of the true one: another value, or the bytes of the field as they are. */
  readonly remainingLength?: number | Uint8Array;
}

/** First byte, remaining length, body: for packets that must be wrong where `encodeLoose` cannot be. */
export function rawPacket({ firstByte, body, remainingLength = body.length }: RawPacket): Uint8Array {
  const length = typeof remainingLength === 'number' ? rawVariableByteInteger(remainingLength) : remainingLength;
  return rawBytes(Uint8Array.of(firstByte), length, body);
}

/**
 * A variable byte integer.
 * @param byteCount - More than the value needs makes one that is not minimal; 5 or more, one that is too long.
 */
export function rawVariableByteInteger(value: number, byteCount = variableByteIntegerBytes(value)): Uint8Array {
  const bytes = new Uint8Array(Math.max(byteCount, variableByteIntegerBytes(value)));
  const used = putVariableByteInteger(bytes, 0, value);
  for (let at = used - 1; at < bytes.length - 1; at += 1) bytes[at] = (bytes[at] ?? 0) | 0x80;
  return bytes;
}

/** Two bytes, most significant first. */
export function rawUint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** Four bytes, most significant first. */
export function rawUint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/**
 * A text or binary field: the length, then the bytes.
 * @param statedBytes - In place of the true length.
 */
export function rawField(content: string | Uint8Array, statedBytes?: number): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return rawBytes(rawUint16(statedBytes ?? bytes.length), bytes);
}

/** A property: identifier, by number or by name, and the bytes of its value. A name that is none gives identifier 0. */
export function rawProperty(property: number | PropertyName, value: Uint8Array): Uint8Array {
  const id = typeof property === 'number' ? property : (propertyByName(property)?.id ?? 0);
  return rawBytes(rawVariableByteInteger(id), value);
}

/**
 * A property length and what it counts.
 * @param statedBytes - In place of the true length.
 */
export function rawProperties(properties: readonly Uint8Array[], statedBytes?: number): Uint8Array {
  const block = rawBytes(...properties);
  return rawBytes(rawVariableByteInteger(statedBytes ?? block.length), block);
}

/** Some bytes in a row; a number is one byte. */
export function rawBytes(...parts: readonly (Uint8Array | number)[]): Uint8Array {
  const writer = new PacketWriter(parts.reduce<number>((total, part) => total + (typeof part === 'number' ? 1 : part.length), 0));
  for (const part of parts) {
    if (typeof part === 'number') writer.byte(part);
    else writer.bytes(part);
  }
  return writer.body();
}
