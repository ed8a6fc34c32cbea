import { FieldproofError } from '../../runtime/errors.ts';
import type { PointValue } from './device-profile.ts';
import type { ExchangeFailure } from './line-port.ts';
import type { ExceptionResult, ModbusClient } from './modbus-client.ts';
import { decodePoint, encodePoint } from './point-codec.ts';
import type { Point } from './point.ts';

/** What came of writing a point. */
export type PointWriteResult =
  /** The device took it. `verified`: reading it back gave the same; false when the point or the line let nothing be read. */
  | { readonly kind: 'written'; readonly value: PointValue; readonly verified: boolean }
  /** The device said yes, but reading back gave another value. */
  | { readonly kind: 'differs'; readonly value: PointValue }
  /** Nothing was sent: no such device or point, not writable, or outside what it can hold. */
  | { readonly kind: 'refused'; readonly because: string }
  | ExceptionResult
  | ExchangeFailure;

/**
 * Writes a point and reads it back. A single bit of a register, or a field of some bits, is read, changed and written, so another client that
 * writes the same register in between is overruled. A write that times out is not repeated: it may have been carried out.
 * @param unitId - 1 to 247.
 */
export async function writePoint(client: ModbusClient, unitId: number, point: Point, value: PointValue): Promise<PointWriteResult> {
  if (!point.writable || (point.table !== 'COILS' && point.table !== 'HOLDING_REGISTERS')) return refused(`${point.name} is not writable`);
  if (typeof value === 'number' && (value < (point.minimum ?? -Infinity) || value > (point.maximum ?? Infinity))) {
    return refused(`${value} is outside ${point.minimum ?? '-infinity'} to ${point.maximum ?? 'infinity'} of ${point.name}`);
  }
  let background: readonly number[] = [];
  if (point.bit !== undefined || point.field !== undefined) {
    const held = await client.read(point.table, unitId, point.address, point.registerCount);
    if (held.kind !== 'words') return held;
    background = held.words;
  }
  const words = encoded(point, value, background);
  if (!Array.isArray(words)) return words;
  const result = await client.write(point.table, unitId, point.address, words);
  return result.kind === 'done' ? readBack(client, unitId, point, words) : result;
}

async function readBack(client: ModbusClient, unitId: number, point: Point, words: readonly number[]): Promise<PointWriteResult> {
  const wanted = decodePoint(point, words);
  if (!point.readable) return { kind: 'written', value: wanted, verified: false };
  const held = await client.read(point.table, unitId, point.address, point.registerCount);
  if (held.kind !== 'words') return { kind: 'written', value: wanted, verified: false };
  const value = decodePoint(point, held.words);
  return value === wanted ? { kind: 'written', value, verified: true } : { kind: 'differs', value };
}

function encoded(point: Point, value: PointValue, background: readonly number[]): number[] | Extract<PointWriteResult, { kind: 'refused' }> {
  try {
    return encodePoint(point, value, background);
  } catch (cause) {
    if (cause instanceof FieldproofError) return refused(cause.message);
    throw cause;
  }
}

function refused(because: string): Extract<PointWriteResult, { kind: 'refused' }> {
  return { kind: 'refused', because };
}
