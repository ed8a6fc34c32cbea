import { approach, clamp } from './clamp.ts';
import type { ConveyorState, Parcel } from './conveyor-state.ts';
import { hashUnit, smoothNoise } from './seeded-noise.ts';

export const STEP_S = 0.1;
const BELT_M = 6;
export const SPEED_MAX = 2;
/** Where the light beams cross the belt, m. */
export const ENTRY_EYE_M = 0.3;
export const EXIT_EYE_M = 5.7;
const JAM_CHANCE = 0.015;
/** The exit eye blocked for this long while the belt runs is a jam, seconds. */
const JAM_AFTER_S = 4;
/** After this time an attendant has cleared the belt, seconds. */
const ATTENDANT_S = 20;
const IDLE_CURRENT = 0.8;
const CURRENT_PER_KG = 0.015;
const SLIP_CURRENT = 2.2;

/** A tenth of a second of the belt: drive, parcels, photo-eyes, jam, current. @param step - Step number. */
export function runConveyor(state: ConveyorState, step: number): void {
  const wanted = state.started && !state.jam ? clamp(state.speedSetpoint, 0, SPEED_MAX) : 0;
  state.speed = approach(state.speed, wanted, (SPEED_MAX / clamp(state.accelerationTime, 0.2, 60)) * STEP_S);
  const travel = state.speed * STEP_S;
  state.distance += travel;
  if (!state.stuck) moveParcels(state, travel);
  watchJam(state);
  const load = state.parcels.reduce((sum, { mass }) => sum + mass, 0) / 1_000;
  const ripple = 0.05 * smoothNoise(state.noiseSeed + 3, step / 7);
  state.current = state.speed === 0 ? 0 : IDLE_CURRENT + CURRENT_PER_KG * load * (0.5 + state.speed) + (state.stuck ? SLIP_CURRENT : 0) + ripple;
}

/** Frees what is stuck and lets the belt run again, if it was told to. */
export function clearJam(state: ConveyorState): void {
  state.jam = false;
  state.jamS = 0;
  state.blockedS = 0;
  state.stuck = false;
}

/** Whether a parcel stands in the light beam at `position`. */
export function isBlocked({ parcels }: ConveyorState, position: number): boolean {
  return parcels.some(({ front, length }) => front >= position && front - length <= position);
}

/** Mass on a weighing section, g; a parcel counts by the share of it that lies there. */
export function massBetween({ parcels }: ConveyorState, from: number, to: number): number {
  return parcels.reduce((sum, { front, length, mass }) => {
    const share = (Math.min(front, to) - Math.max(front - length, from)) / length;
    return sum + mass * clamp(share, 0, 1);
  }, 0);
}

function moveParcels(state: ConveyorState, travel: number): void {
  state.nextFeed -= travel;
  for (const parcel of state.parcels) parcel.front += travel;
  const first = state.parcels[0];
  if (first !== undefined && first.front - first.length > BELT_M) countParcel(state, first);
  if (first !== undefined && isStuckAt(state, first, travel)) state.stuck = true;
  if (state.nextFeed <= 0) feedParcel(state);
}

/** A parcel that is prone to it gets stuck at the moment its front passes the exit eye. */
function isStuckAt({ noiseSeed }: ConveyorState, { index, front }: Parcel, travel: number): boolean {
  const limit = EXIT_EYE_M + 0.05;
  return front >= limit && front - travel < limit && hashUnit(noiseSeed ^ 0x510e_527f, index) < JAM_CHANCE;
}

function feedParcel(state: ConveyorState): void {
  const draw = (role: number): number => hashUnit(state.noiseSeed ^ 0x9b05_688c, state.fed * 4 + role);
  const length = 0.25 + 0.35 * draw(0);
  // Most parcels are light: the square of a uniform number.
  const mass = Math.round(300 + 14_000 * draw(1) ** 2);
  state.parcels.push({ index: state.fed, length, mass, front: 0 });
  state.fed += 1;
  state.nextFeed += length + 0.3 + 1.4 * draw(2);
}

function countParcel(state: ConveyorState, { index, mass }: Parcel): void {
  state.parcels.shift();
  state.itemCount = (state.itemCount + 1) % 2 ** 32;
  if (mass > state.massLimit) state.overweightCount = (state.overweightCount + 1) % 65_536;
  state.totalMass += mass;
  state.lastMass = mass;
  state.lastBarcode = `FP${Math.floor(hashUnit(state.noiseSeed ^ 0x1f83_d9ab, index) * 1e10).toString().padStart(10, '0')}`;
}

function watchJam(state: ConveyorState): void {
  if (state.jam) {
    state.jamS += STEP_S;
    if (state.jamS >= ATTENDANT_S) clearJam(state);
    return;
  }
  state.blockedS = state.speed > 0 && isBlocked(state, EXIT_EYE_M) ? state.blockedS + STEP_S : 0;
  if (state.stuck && state.blockedS >= JAM_AFTER_S) state.jam = true;
}
