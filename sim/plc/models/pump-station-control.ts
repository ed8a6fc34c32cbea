import type { Pump, PumpStationState } from './pump-station-state.ts';
import { hashUnit } from './seeded-noise.ts';

/** Modes of the station; every other value of the register is off. */
const MODE_AUTO = 1;
const MODE_HAND = [2, 3] as const;
/** The second pump is called this far above the start level, m. */
const LAG_OFFSET = 0.4;
/** Pumps are held off below this level, m: their intakes are near the floor. */
const FLOAT_LEVEL = 0.3;
const LOW_ALARM_LEVEL = 0.4;
const ALARM_HYSTERESIS = 0.2;
/** A high-level alarm stays at least this long after its cause has gone, seconds, so that a slow client sees it. */
const HIGH_ALARM_HOLD_S = 60;
const NO_FLOW_TRIP_S = 20;
/** After this time an attendant has cleaned and reset a tripped pump, seconds. */
const ATTENDANT_S = 900;
const CLOG_CHANCE = 0.08;

/** The station's own control, once a second: which pumps run, what trips, which alarms stand. */
export function controlPumpStation(state: PumpStationState, step: number): void {
  callPumps(state);
  const [first, second] = wantedPumps(state);
  switchPump(state, 0, first, step);
  switchPump(state, 1, second, step);
  for (const pump of state.pumps) protectPump(state, pump);
  updateLevelAlarms(state);
}

/** Clears what is latched and whose cause is gone. */
export function resetAlarms(state: PumpStationState): void {
  for (const pump of state.pumps) if (pump.fault) returnToService(pump);
  state.dryRunAlarm = false;
  if (state.level < state.highAlarmLevel - ALARM_HYSTERESIS) state.highLevelAlarm = false;
}

/** Start and stop level with hysteresis; the duty pump alternates with every call. */
function callPumps(state: PumpStationState): void {
  const start = Math.min(Math.max(state.startLevel, 0.5), 4.5);
  const stop = Math.min(Math.max(state.stopLevel, 0.2), start - 0.1);
  if (state.mode !== MODE_AUTO || state.level <= stop) {
    state.called = 0;
    return;
  }
  if (state.called === 0 && state.level >= start) {
    state.called = 1;
    state.duty = state.duty === 0 ? 1 : 0;
  }
  if (state.called === 1 && state.level >= start + LAG_OFFSET) state.called = 2;
}

function wantedPumps(state: PumpStationState): [boolean, boolean] {
  const [first, second] = state.pumps;
  const available: [boolean, boolean] = [first.enabled && !first.fault, second.enabled && !second.fault];
  if (state.level < FLOAT_LEVEL) return [false, false];
  if (state.mode === MODE_HAND[0]) return [available[0], false];
  if (state.mode === MODE_HAND[1]) return [false, available[1]];
  if (state.called === 0) return [false, false];
  if (state.called === 2) return available;
  const standIn = !available[state.duty];
  return [available[0] && (state.duty === 0 || standIn), available[1] && (state.duty === 1 || standIn)];
}

function switchPump(state: PumpStationState, index: 0 | 1, wanted: boolean, step: number): void {
  const pump = state.pumps[index];
  if (wanted && !pump.running) {
    // The counter is one register, and wraps like one.
    pump.starts = (pump.starts + 1) % 65_536;
    if (hashUnit(state.noiseSeed ^ 0x1f83_d9ab, step * 2 + index) < CLOG_CHANCE) pump.clogged = true;
  }
  pump.running = wanted;
}

function protectPump(state: PumpStationState, pump: Pump): void {
  if (pump.fault) {
    pump.trippedS += 1;
    if (pump.trippedS >= ATTENDANT_S) returnToService(pump);
    if (state.pumps.every(({ fault }) => !fault)) state.dryRunAlarm = false;
    return;
  }
  pump.noFlowS = pump.running && pump.speed >= 1 && pump.clogged ? pump.noFlowS + 1 : 0;
  if (pump.noFlowS < NO_FLOW_TRIP_S) return;
  pump.fault = true;
  pump.running = false;
  state.dryRunAlarm = true;
}

function returnToService(pump: Pump): void {
  pump.fault = false;
  pump.clogged = false;
  pump.noFlowS = 0;
  pump.trippedS = 0;
}

function updateLevelAlarms(state: PumpStationState): void {
  if (state.level > state.highAlarmLevel) {
    state.highLevelAlarm = true;
    state.highLevelClearS = 0;
  } else if (state.level < state.highAlarmLevel - ALARM_HYSTERESIS) {
    state.highLevelClearS += 1;
    if (state.highLevelClearS >= HIGH_ALARM_HOLD_S) state.highLevelAlarm = false;
  }
  if (state.level < LOW_ALARM_LEVEL) state.lowLevelAlarm = true;
  else if (state.level > LOW_ALARM_LEVEL + ALARM_HYSTERESIS) state.lowLevelAlarm = false;
}
