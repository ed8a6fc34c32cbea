import { clamp } from './clamp.ts';
import { phaseLoad } from './energy-meter-load.ts';
import { FITTED_CT_RATIO, type EnergyMeterState, type MeteredPhase } from './energy-meter-state.ts';
import { smoothNoise } from './seeded-noise.ts';

export const STEP_S = 0.5;
const NOMINAL_V = 230;
/** What the feeder's impedance takes off the voltage, V for each kW. */
const DROP_V_PER_KW = 0.06;
const OVER_CURRENT_HYSTERESIS = 0.95;
const SECONDS_OF_HOUR = 3_600;

/** Half a second of metering: what flows, what the meter makes of it with the CT ratio set, and its counters. */
export function meterFeeder(state: EnergyMeterState, step: number): void {
  const timeS = step * STEP_S;
  const ratio = shownRatio(state);
  for (const [index, phase] of state.phases.entries()) meterPhase(state, phase, index, timeS, ratio);
  state.frequency = 50 + 0.025 * smoothNoise(state.noiseSeed + 1, timeS / 9) + 0.005 * smoothNoise(state.noiseSeed + 2, timeS / 1.5);
  const power = totalOf(state, 'power');
  // A meter that balances its phases counts the sum: one phase may feed back while the other two draw more.
  const energy = (power * 1_000 * STEP_S) / SECONDS_OF_HOUR;
  if (energy >= 0) state.energyImport += energy;
  else state.energyExport -= energy;
  state.reactiveEnergy += (totalOf(state, 'reactive') * 1_000 * STEP_S) / SECONDS_OF_HOUR;
  meterDemand(state, power);
  const highest = Math.max(...state.phases.map(({ current }) => current));
  if (highest > state.overCurrentLimit) state.overCurrent = true;
  else if (highest < state.overCurrentLimit * OVER_CURRENT_HYSTERESIS) state.overCurrent = false;
}

/** Sum over the phases. */
export function totalOf(state: EnergyMeterState, key: 'power' | 'reactive' | 'current'): number {
  return state.phases.reduce((sum, phase) => sum + phase[key], 0);
}

/** kVA. */
export function apparentOf(state: EnergyMeterState): number {
  return Math.hypot(totalOf(state, 'power'), totalOf(state, 'reactive'));
}

/** -1 to 1; negative while power is fed back. 1 when nothing flows. */
export function powerFactorOf(state: EnergyMeterState): number {
  const apparent = apparentOf(state);
  return apparent < 1e-6 ? 1 : totalOf(state, 'power') / apparent;
}

/** The highest demand starts anew from the period under way. */
export function resetDemand(state: EnergyMeterState): void {
  state.demandMax = 0;
  state.demandSum = 0;
  state.demandS = 0;
}

/** A wrong CT ratio shows a wrong current, power and energy, as it does in a real meter. */
function shownRatio({ ctPrimary, ctSecondary }: EnergyMeterState): number {
  return clamp(ctPrimary, 1, 10_000) / clamp(ctSecondary, 1, 5) / FITTED_CT_RATIO;
}

function meterPhase(state: EnergyMeterState, phase: MeteredPhase, index: number, timeS: number, ratio: number): void {
  const { power, reactive } = phaseLoad(state.noiseSeed, index, timeS);
  phase.voltage = NOMINAL_V + 1.8 * smoothNoise(state.noiseSeed + 3 + index, timeS / 20) + 0.3 * smoothNoise(state.noiseSeed + 6 + index, timeS) - DROP_V_PER_KW * power;
  phase.power = power * ratio;
  phase.reactive = reactive * ratio;
  phase.current = (Math.hypot(power, reactive) * ratio * 1_000) / phase.voltage;
}

/** Block demand: the mean of each full period. */
function meterDemand(state: EnergyMeterState, power: number): void {
  state.demandSum += power * STEP_S;
  state.demandS += STEP_S;
  if (state.demandS < clamp(state.demandPeriodS, 5, SECONDS_OF_HOUR)) return;
  state.demand = state.demandSum / state.demandS;
  state.demandMax = Math.max(state.demandMax, state.demand);
  state.demandSum = 0;
  state.demandS = 0;
}
