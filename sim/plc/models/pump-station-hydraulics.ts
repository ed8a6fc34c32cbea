import { inflowAt } from './pump-station-inflow.ts';
import type { Pump, PumpStationState } from './pump-station-state.ts';

const WELL_AREA_M2 = 3;
/** Above this the well spills into its overflow, m. */
const WELL_DEPTH_M = 5;
/** One pump alone on the rising main, m3/h. */
const PUMP_FLOW = 160;
/** Two pumps share the losses of the pipe: together they move 0.81 of twice one pump. */
const SHARED_LOSS = 0.19;
const STATIC_HEAD_BAR = 0.8;
const LOSS_BAR_AT_PUMP_FLOW = 0.6;
/** What the gauge shows when the line has drained back. */
const IDLE_BAR = -0.03;
const PUMP_KW = 11;
/** A pump runs up, and down, in this many seconds. */
const RUN_UP_S = 4;
const CLOGGED_SHARE = 0.05;
const HOUR_S = 3_600;

/** One second of water: run-up of the pumps, flow, pressure, level, energy. @param timeS - Since the start. */
export function flowPumpStation(state: PumpStationState, timeS: number): void {
  const [first, second] = state.pumps;
  const capacity = pumpedShare(first, state.level);
  const other = pumpedShare(second, state.level);
  state.flow = PUMP_FLOW * (capacity + other) * (1 - SHARED_LOSS * Math.min(capacity, other));
  state.inflow = inflowAt(state.noiseSeed, state.dayOffsetS, timeS);
  state.level = Math.min(WELL_DEPTH_M, Math.max(0, state.level + (state.inflow - state.flow) / HOUR_S / WELL_AREA_M2));
  state.pressure += pressureStep(state);
  for (const pump of state.pumps) if (pump.running) meterPump(state, pump);
}

/** Runs the pump up or down by one second; what share of its rated flow it moves, 0 to 1. */
function pumpedShare(pump: Pump, level: number): number {
  pump.speed = Math.min(1, Math.max(0, pump.speed + (pump.running ? 1 : -1) / RUN_UP_S));
  // Near the floor the pump draws air.
  const submerged = Math.min(1, Math.max(0, (level - 0.05) / 0.1));
  return pump.speed * (pump.clogged ? CLOGGED_SHARE : 1) * submerged;
}

/** The pipe fills fast and drains slowly. */
function pressureStep(state: PumpStationState): number {
  const pumping = state.flow > 1;
  const target = pumping ? STATIC_HEAD_BAR + LOSS_BAR_AT_PUMP_FLOW * (state.flow / PUMP_FLOW) ** 2 : IDLE_BAR;
  return (target - state.pressure) * (pumping ? 0.5 : 0.05);
}

function meterPump(state: PumpStationState, pump: Pump): void {
  pump.runS += 1;
  // A clogged impeller turns in its own water and draws less.
  state.energy += (PUMP_KW * (pump.clogged ? 0.5 : 1)) / HOUR_S;
}
