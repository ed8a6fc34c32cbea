import { approach, clamp } from './clamp.ts';
import { hashUnit } from './seeded-noise.ts';
import { levelOf, TANK_PHASE, type TankPhase, type TankState } from './tank-state.ts';

/** A batch is drained to this level, %. */
const EMPTY_LEVEL = 5;
/** The heater stands dry below this level, %. */
const HEATER_LEVEL = 15;
/** The thermostat switches this far below the set point, K. */
const THERMOSTAT_BAND = 0.5;
/** A valve needs 10 s from end to end, the agitator 20 rpm each second. */
const VALVE_STEP = 10;
const AGITATOR_STEP = 20;
const AGITATOR_MAX = 300;
const STUCK_CHANCE = 0.2;
/** An attendant resets an alarm whose cause has been gone for this long, seconds. */
const ATTENDANT_S = 300;
const LEVEL_HYSTERESIS = 2;
const TEMPERATURE_HYSTERESIS = 3;

/** The tank's own control, once a second: phase of the batch, valves, heater, agitator, alarms. */
export function controlTank(state: TankState): void {
  const before = state.phase;
  state.phase = nextPhase(state);
  if (before !== state.phase) enterPhase(state);
  if (state.phase === TANK_PHASE.holding) state.heldS += 1;
  const [inlet, outlet] = wantedPositions(state);
  state.inletPosition = approach(state.inletPosition, inlet, VALVE_STEP);
  state.outletPosition = approach(state.outletPosition, outlet, VALVE_STEP);
  switchHeater(state);
  const stirs = state.agitatorEnable && (!state.autoMode || state.phase === TANK_PHASE.heating || state.phase === TANK_PHASE.holding);
  state.agitatorSpeed = approach(state.agitatorSpeed, stirs ? clamp(state.agitatorSetpoint, -AGITATOR_MAX, AGITATOR_MAX) : 0, AGITATOR_STEP);
  updateAlarms(state);
}

/** The heater is blocked: too little in the tank, or too hot. */
export function isHeaterBlocked(state: TankState): boolean {
  return levelOf(state) < HEATER_LEVEL || state.highTemperatureAlarm;
}

/** Clears what is latched and whose cause is gone; the limiter also frees the heater's contactor. */
export function resetTankAlarms(state: TankState): void {
  const { level, temperature } = causes(state);
  if (!level) state.highLevelAlarm = false;
  if (!temperature) state.highTemperatureAlarm = false;
  state.clearS = 0;
}

function nextPhase(state: TankState): TankPhase {
  const level = levelOf(state);
  if (!state.autoMode) return TANK_PHASE.idle;
  switch (state.phase) {
    case TANK_PHASE.filling:
      return level >= clamp(state.levelSetpoint, 20, 95) - 0.2 || state.highLevelAlarm ? TANK_PHASE.heating : state.phase;
    case TANK_PHASE.heating:
      return state.temperature >= setTemperature(state) - THERMOSTAT_BAND ? TANK_PHASE.holding : state.phase;
    case TANK_PHASE.holding:
      return state.heldS >= clamp(state.holdTimeS, 0, 36_000) ? TANK_PHASE.draining : state.phase;
    case TANK_PHASE.draining:
      return level <= EMPTY_LEVEL ? TANK_PHASE.filling : state.phase;
    case TANK_PHASE.idle:
    default:
      return level > HEATER_LEVEL ? TANK_PHASE.heating : TANK_PHASE.filling;
  }
}

function enterPhase(state: TankState): void {
  if (state.phase === TANK_PHASE.filling) state.batches += 1;
  if (state.phase !== TANK_PHASE.holding) return;
  state.heldS = 0;
  state.heaterStuck = hashUnit(state.noiseSeed ^ 0x3c6e_f372, state.batches) < STUCK_CHANCE;
}

function wantedPositions(state: TankState): readonly [number, number] {
  const inlet = state.autoMode ? (state.phase === TANK_PHASE.filling ? 100 : 0) : clamp(state.inletValve, 0, 100);
  const outlet = state.autoMode ? (state.phase === TANK_PHASE.draining ? 100 : 0) : clamp(state.outletValve, 0, 100);
  return [state.highLevelAlarm ? 0 : inlet, outlet];
}

function switchHeater(state: TankState): void {
  const heats = !state.autoMode || state.phase === TANK_PHASE.heating || state.phase === TANK_PHASE.holding;
  const isCold = state.temperature < setTemperature(state) - (state.heaterPower > 0 ? 0 : THERMOSTAT_BAND);
  const isOn = (state.heaterEnable && heats && isCold) || state.heaterStuck;
  state.heaterPower = isOn && !isHeaterBlocked(state) ? clamp(state.heaterLimit, 0, 500) : 0;
}

function setTemperature(state: TankState): number {
  return clamp(state.temperatureSetpoint, 0, 95);
}

function causes(state: TankState): { readonly level: boolean; readonly temperature: boolean } {
  return {
    level: levelOf(state) > state.highLevelLimit - LEVEL_HYSTERESIS,
    temperature: state.temperature > state.highTemperatureLimit - TEMPERATURE_HYSTERESIS,
  };
}

function updateAlarms(state: TankState): void {
  if (levelOf(state) > state.highLevelLimit) state.highLevelAlarm = true;
  if (state.temperature > state.highTemperatureLimit) {
    state.highTemperatureAlarm = true;
    state.heaterStuck = false;
  }
  const { level, temperature } = causes(state);
  const isLatched = (state.highLevelAlarm && !level) || (state.highTemperatureAlarm && !temperature);
  state.clearS = isLatched ? state.clearS + 1 : 0;
  if (state.clearS >= ATTENDANT_S) resetTankAlarms(state);
}
