import type { PointValue } from '../../../hil/gateway/southbound/device-profile.ts';
import { fieldMax, isContiguous } from '../../../hil/gateway/southbound/bit-field.ts';
import { decodePoint } from '../../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../../hil/gateway/southbound/point.ts';
import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { smoothNoise } from './seeded-noise.ts';

interface WanderingState {
  readonly noiseSeed: number;
  readonly written: Map<string, PointValue>;
}

/** How fast a value wanders: from one random value to the next, in steps of a second. */
const STEPS_BETWEEN_VALUES = 10;
/** Where the profile states no bounds: this far around the middle of what 12 bits hold, in raw units. */
const RAW_MIDDLE = 2_048;
const RAW_SPAN = 1_000;

/**
 * The process behind a profile that fieldproof has no model for: what can only be read wanders smoothly between its
 * bounds (a Bool flips now and then), what can be written stays as it was written, at first zero.
 */
export function wanderingPoints(points: readonly Point[]): ProcessDefinition<WanderingState> {
  return {
    stepMs: 1_000,
    timeScale: 1,
    start: (random) => ({ noiseSeed: random.integer(0, 0xffff_fffe), written: new Map() }),
    // Everything measured is a function of the step number, so there is nothing to integrate.
    step: () => undefined,
    points: new Map(points.map((point, index) => [point.name, point.writable ? held(point) : wandering(point, index)])),
  };
}

function held(point: Point): PointBinding<WanderingState> {
  const initial = initialValue(point);
  return {
    read: (state) => state.written.get(point.name) ?? initial,
    write: (state, value) => state.written.set(point.name, value),
  };
}

function initialValue({ rawType, offset, minimum }: Point): PointValue {
  if (rawType === 'Bool') return false;
  return rawType === 'String' ? '' : Math.max(offset, minimum ?? offset);
}

function wandering(point: Point, index: number): PointBinding<WanderingState> {
  const noise = (state: WanderingState, step: number): number => smoothNoise(state.noiseSeed + index, step / STEPS_BETWEEN_VALUES);
  if (point.rawType === 'Bool') return { read: (state, step) => noise(state, step) > 0.3 };
  if (point.rawType === 'String') return { read: () => 'FP'.slice(0, point.registerCount * 2) };
  const { field } = point;
  // A mask with gaps cannot hold every number in between: any word gives one that it can.
  if (field !== undefined && !isContiguous(field)) return { read: (state, step) => decodePoint(point, wordsAt(point, noise(state, step))) };
  const [first, last] = field === undefined ? [RAW_MIDDLE - RAW_SPAN, RAW_MIDDLE + RAW_SPAN] : [0, fieldMax(field)];
  const low = point.minimum ?? point.offset + point.scale * first;
  const high = point.maximum ?? point.offset + point.scale * last;
  return { read: (state, step) => (low + high) / 2 + ((high - low) / 2) * noise(state, step) };
}

/** @param noise - From -1 to 1. */
function wordsAt({ registerCount }: Point, noise: number): number[] {
  return Array.from({ length: registerCount }, () => Math.round(((noise + 1) / 2) * 0xffff));
}
