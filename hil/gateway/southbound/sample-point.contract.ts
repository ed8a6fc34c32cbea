import type { Point } from './point.ts';

/** A readable Uint16 holding register at address 0, with what a test needs to differ. */
export function samplePoint(overrides: Partial<Point> = {}): Point {
  return {
    name: 'level',
    table: 'HOLDING_REGISTERS',
    address: 0,
    registerCount: 1,
    rawType: 'Uint16',
    bit: undefined,
    field: undefined,
    byteSwap: false,
    wordSwap: false,
    scale: 1,
    offset: 0,
    units: '',
    valueType: 'Uint16',
    readable: true,
    writable: true,
    minimum: undefined,
    maximum: undefined,
    deadband: 0,
    maxSilenceMs: 0,
    ...overrides,
  };
}
