import { FieldproofError } from '../../runtime/errors.ts';
import { fieldIn, fieldStep, withField, type BitField } from './bit-field.ts';
import type { PointValue } from './device-profile.ts';
import { linearScale, type LinearScale } from './linear-scale.ts';
import type { Point } from './point.ts';
import { isBitTable } from './raw-layout.ts';
import { shortestFloat32 } from './shortest-float32.ts';
import { bytesOfWords, wordsOfBytes } from './word-order.ts';

type WholeType = 'Int16' | 'Uint16' | 'Int32' | 'Uint32' | 'Int64' | 'Uint64';

const RANGES: Readonly<Record<WholeType, readonly [bigint, bigint]>> = {
  Int16: [-0x8000n, 0x7fffn],
  Uint16: [0n, 0xffffn],
  Int32: [-0x8000_0000n, 0x7fff_ffffn],
  Uint32: [0n, 0xffff_ffffn],
  Int64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
  Uint64: [0n, 0xffff_ffff_ffff_ffffn],
};
const READERS: Readonly<Record<WholeType, (bytes: Buffer) => number | bigint>> = {
  Int16: (bytes) => bytes.readInt16BE(),
  Uint16: (bytes) => bytes.readUInt16BE(),
  Int32: (bytes) => bytes.readInt32BE(),
  Uint32: (bytes) => bytes.readUInt32BE(),
  Int64: (bytes) => bytes.readBigInt64BE(),
  Uint64: (bytes) => bytes.readBigUInt64BE(),
};
const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity']);
/** Bounded, because a caller of the gateway may write such a string. */
const DECIMAL = /^-?\d{1,40}(?:\.\d{1,40})?$/u;
const scales = new WeakMap<Point, LinearScale>();

/**
 * The value that registers hold, in engineering units. Total: any words give a value.
 * - Of a point with a field (`mask`, `shift`) only the bits of the mask count, shifted, as the raw number.
 * - Numbers are the double nearest to the exact decimal raw x scale + offset; a Float32 counts with its shortest digits.
 * - Whole numbers beyond 2^53 are decimal strings. Floats that JSON cannot hold are `NaN`, `Infinity`, `-Infinity` as
 *   strings; -0 is 0.
 * - A String is UTF-8 and ends before the first NUL; malformed bytes become U+FFFD.
 * @param words - `registerCount` 16-bit values in the order of the wire; of a coil or discrete input one value, 0 or 1.
 */
export function decodePoint(point: Point, words: readonly number[]): PointValue {
  if (isBitTable(point.table)) return (words[0] ?? 0) !== 0;
  const bytes = bytesOfWords(words, point.registerCount, point);
  const { rawType } = point;
  if (rawType === 'Bool') return ((bytes.readUInt16BE() >> (point.bit ?? 0)) & 1) === 1;
  if (rawType === 'String') return textOf(bytes);
  if (rawType === 'Float32') return fromFloat(point, bytes.readFloatBE());
  if (rawType === 'Float64') return fromFloat(point, bytes.readDoubleBE());
  return fromWhole(point, READERS[rawType](bytes));
}

/**
 * The registers that hold a value (rounded to the nearest one they can hold); the reverse of `decodePoint`.
 * @param background - What the registers hold now: a Bool in a register changes one bit of it, a field its own bits. Default: zeros.
 * @throws FieldproofError FP_MODBUS_BAD_PDU when the value is of the wrong kind or outside what the raw type can hold.
 */
export function encodePoint(point: Point, value: PointValue, background: readonly number[] = []): number[] {
  if (isBitTable(point.table)) return [bitOf(point, value)];
  const { rawType } = point;
  if (rawType === 'Bool') return [withBit(point, bitOf(point, value), background[0] ?? 0)];
  if (rawType === 'String') return wordsOfBytes(bytesOfText(point, value), point);
  if (rawType === 'Float32' || rawType === 'Float64') return wordsOfBytes(bytesOfFloat(point, rawType, value), point);
  return wordsOfBytes(bytesOfWhole(point, rawType, value, background), point);
}

/** For each register of a point, the bits of the wire's word that belong to it. */
export function wordMasks(point: Point): number[] {
  if (point.bit !== undefined) return encodePoint(point, true);
  const all = Array.from({ length: point.registerCount }, () => 0xffff);
  return point.field === undefined ? all : wordsOfBytes(bytesOfRaw(point, point.field.mask), point);
}

/**
 * Smallest step of the value that the registers can show; 0 for booleans and strings. A float's step grows with its
 * magnitude: taken at the larger of the profile's bounds, at 1 when it states none.
 */
export function resolutionOf(point: Point): number {
  if (point.rawType === 'Bool' || point.rawType === 'String') return 0;
  const step = Math.abs(point.scale) * (point.field === undefined ? 1 : fieldStep(point.field));
  if (point.rawType !== 'Float32' && point.rawType !== 'Float64') return step;
  const largest = Math.max(Math.abs(point.minimum ?? 0), Math.abs(point.maximum ?? 0)) || 1;
  return 2 ** (Math.floor(Math.log2(largest)) - (point.rawType === 'Float32' ? 23 : 52));
}

function scaleOf(point: Point): LinearScale {
  const known = scales.get(point);
  if (known !== undefined) return known;
  const made = linearScale(point.scale, point.offset);
  scales.set(point, made);
  return made;
}

function fromWhole(point: Point, raw: number | bigint): PointValue {
  const scale = scaleOf(point);
  const whole = point.field === undefined ? raw : fieldNumber(point.field, raw);
  const value = scale.apply(whole);
  if (Number.isSafeInteger(value) || point.valueType.startsWith('Float')) return value;
  return scale.applyWhole(BigInt(whole)).toString();
}

function fieldNumber(field: BitField, raw: number | bigint): number | bigint {
  const held = fieldIn(field, BigInt(raw));
  return held <= Number.MAX_SAFE_INTEGER ? Number(held) : held;
}

function fromFloat(point: Point, raw: number): PointValue {
  if (!Number.isFinite(raw)) return String(raw);
  const value = scaleOf(point).apply(point.rawType === 'Float32' ? shortestFloat32(raw) : raw);
  if (!Number.isFinite(value)) return String(value);
  return value === 0 ? 0 : value;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function bitOf(point: Point, value: PointValue): number {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  throw refused(point, value, 'is not a boolean');
}

/** The bit is numbered in the value, so with swapped bytes it lies in the other byte of the wire's word. */
function withBit(point: Point, bit: number, background: number): number {
  const value = bytesOfWords([background], 1, point).readUInt16BE();
  const mask = 1 << (point.bit ?? 0);
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(bit === 1 ? value | mask : value & ~mask & 0xffff);
  return wordsOfBytes(bytes, point)[0] ?? 0;
}

function bytesOfText(point: Point, value: PointValue): Buffer {
  if (typeof value !== 'string') throw refused(point, value, 'is not a string');
  const text = Buffer.from(value, 'utf8');
  if (text.includes(0)) throw refused(point, value, 'holds a NUL, which would end it early');
  const room = point.registerCount * 2;
  if (text.length > room) throw refused(point, value, `takes ${text.length} bytes; there is room for ${room}`);
  return Buffer.concat([text], room);
}

function bytesOfFloat(point: Point, rawType: 'Float32' | 'Float64', value: PointValue): Buffer {
  const wanted = typeof value === 'string' && (NOT_FINITE.has(value) || DECIMAL.test(value)) ? Number(value) : value;
  if (typeof wanted !== 'number') throw refused(point, value, 'is not a number');
  const raw = scaleOf(point).invertFraction(wanted);
  const bytes = Buffer.alloc(point.registerCount * 2);
  if (rawType === 'Float32') bytes.writeFloatBE(raw);
  else bytes.writeDoubleBE(raw);
  const held = rawType === 'Float32' ? Math.fround(raw) : raw;
  if (Number.isFinite(wanted) && !Number.isFinite(held)) throw refused(point, value, `does not fit ${rawType}`);
  return bytes;
}

function bytesOfWhole(point: Point, rawType: WholeType, value: PointValue, background: readonly number[]): Buffer {
  const isNumber = typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && DECIMAL.test(value);
  if (!isNumber || typeof value === 'boolean') throw refused(point, value, 'is not a finite number');
  const raw = scaleOf(point).invert(value);
  if (point.field !== undefined) return bytesOfField(point, point.field, raw, value, background);
  const [minimum, maximum] = RANGES[rawType];
  if (raw < minimum || raw > maximum) throw refused(point, value, `needs the raw number ${raw}, outside ${minimum} to ${maximum} of ${rawType}`);
  return bytesOfRaw(point, raw);
}

function bytesOfField(point: Point, field: BitField, raw: bigint, value: PointValue, background: readonly number[]): Buffer {
  const held = BigInt(`0x${bytesOfWords(background, point.registerCount, point).toString('hex')}`);
  const changed = withField(field, held, raw);
  if (changed === undefined) throw refused(point, value, `needs the raw number ${raw}, which mask 0x${field.mask.toString(16)} and shift ${field.shift} have no bits for`);
  return bytesOfRaw(point, changed);
}

function bytesOfRaw(point: Point, raw: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, raw));
  return bytes.subarray(8 - point.registerCount * 2);
}

function refused(point: Point, value: PointValue, because: string): FieldproofError {
  const shown = JSON.stringify(value).slice(0, 80);
  return new FieldproofError('FP_MODBUS_BAD_PDU', `point ${point.name}: ${shown} ${because}`);
}

