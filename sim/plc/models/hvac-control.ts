import { approach, clamp } from './clamp.ts';
import { HVAC_MODE, STEP_S, type HvacState } from './hvac-state.ts';
import { hashUnit } from './seeded-noise.ts';

/** People come and go by these stretches of time, seconds. */
const OCCUPANCY_SLOT_S = 1_800;
const OCCUPIED_CHANCE = 0.6;
/** Gain of the room controller for each K, and what it integrates for each K and second. */
const GAIN = 0.3;
const INTEGRAL = 0.0004;
/** Valves and fan need this many seconds from end to end. */
const VALVE_S = 60;
const FAN_S = 30;
/** Fan speed for each ppm over the limit, %. */
const FAN_PER_PPM = 0.25;
/** Supply air below this is frost; the unit runs again above the other, degrees C. */
const FROST_TEMPERATURE = 5;
const FROST_CLEAR_TEMPERATURE = 9;
/** A filter at full fan speed above this pressure is due, Pa. */
const FILTER_DUE_PA = 220;

/** The unit's own control, one step: occupancy, valves, fan, alarms. @param timeS - Since the start. */
export function controlHvac(state: HvacState, timeS: number): void {
  state.occupied = state.occupancyOverride || hashUnit(state.noiseSeed ^ 0x6a09_e667, Math.floor(timeS / OCCUPANCY_SLOT_S)) < OCCUPIED_CHANCE;
  watchFrost(state);
  const demand = isOff(state) ? 0 : roomDemand(state);
  const heating = state.frostAlarm ? 1 : mayHeat(state) ? Math.max(0, demand) : 0;
  const cooling = mayCool(state) && !state.frostAlarm ? Math.max(0, -demand) : 0;
  state.heatingValve = approach(state.heatingValve, heating * 100, (100 * STEP_S) / VALVE_S);
  state.coolingValve = approach(state.coolingValve, cooling * 100, (100 * STEP_S) / VALVE_S);
  state.fanSpeed = approach(state.fanSpeed, wantedFan(state, Math.max(heating, cooling)), (100 * STEP_S) / FAN_S);
  state.filterAlarm = fullSpeedPressure(state) > FILTER_DUE_PA;
}

/** Pressure over the filter, Pa. */
export function filterPressure(state: HvacState): number {
  return fullSpeedPressure(state) * (state.fanSpeed / 100) ** 2;
}

function fullSpeedPressure({ filterLoad }: HvacState): number {
  return 80 + 180 * filterLoad;
}

function isOff({ mode, frostAlarm }: HvacState): boolean {
  return frostAlarm || !(mode === HVAC_MODE.heat || mode === HVAC_MODE.cool || mode === HVAC_MODE.auto || mode === HVAC_MODE.ventilate);
}

function mayHeat({ mode, heatingEnable }: HvacState): boolean {
  return heatingEnable && (mode === HVAC_MODE.heat || mode === HVAC_MODE.auto);
}

function mayCool({ mode, coolingEnable }: HvacState): boolean {
  return coolingEnable && (mode === HVAC_MODE.cool || mode === HVAC_MODE.auto);
}

/** -1 full cooling to 1 full heating. An empty room may drift by the setback either way. */
function roomDemand(state: HvacState): number {
  const setpoint = clamp(state.setpoint, 5, 40);
  const band = state.occupied ? 0 : clamp(state.setback, 0, 15);
  const error = state.room < setpoint - band ? setpoint - band - state.room : state.room > setpoint + band ? setpoint + band - state.room : 0;
  // What the coils cannot deliver must not pile up in the integral.
  if (Math.abs(GAIN * error + state.integral) < 1) state.integral = clamp(state.integral + INTEGRAL * STEP_S * error, -1, 1);
  if (error === 0 && !state.occupied) state.integral *= 1 - 0.001 * STEP_S;
  return clamp(GAIN * error + state.integral, -1, 1);
}

function wantedFan(state: HvacState, demand: number): number {
  if (isOff(state)) return 0;
  const minimum = clamp(state.minFanSpeed, 10, 100);
  const air = minimum + Math.max(0, state.co2 - clamp(state.co2Limit, 400, 5_000)) * FAN_PER_PPM;
  return clamp(Math.max(air, demand * 100), minimum, 100);
}

/** Frost stops the fan and opens the heating valve, whatever the mode. */
function watchFrost(state: HvacState): void {
  if (state.supply < FROST_TEMPERATURE && state.fanSpeed > 0) state.frostAlarm = true;
  else if (state.supply > FROST_CLEAR_TEMPERATURE) state.frostAlarm = false;
}
