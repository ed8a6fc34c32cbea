import { clamp } from './clamp.ts';
import { smoothNoise } from './seeded-noise.ts';
import { TANK_LITRES, type TankState } from './tank-state.ts';

/** Through fully open valves; the outlet at a full tank, L/min. */
const INLET_FLOW = 180;
const OUTLET_FLOW = 260;
const AMBIENT = 22;
const INLET_TEMPERATURE = 16;
/** Heat capacity of water, kJ for each L and K, and of the steel, kJ/K. */
const WATER_KJ = 4.186;
const STEEL_KJ = 90;
/** Loss through the wall, kW for each K over ambient. */
const LOSS_KW = 0.12;
const BOILING = 100;

/** One second of water and heat. @param timeS - Since the start. */
export function flowTank(state: TankState, timeS: number): void {
  const pressure = 1 + 0.05 * smoothNoise(state.noiseSeed, timeS / 15);
  const inlet = (INLET_FLOW * pressure * state.inletPosition) / 100;
  const outlet = (OUTLET_FLOW * Math.sqrt(state.volume / TANK_LITRES) * state.outletPosition) / 100;
  const filled = clamp(state.volume + inlet / 60, 0, TANK_LITRES) - state.volume;
  const drained = Math.min(state.volume, outlet / 60);
  heat(state, filled, drained);
  state.volume += filled - drained;
  state.inletFlow = inlet;
  state.outletFlow = drained * 60;
  state.throughput += drained;
  state.revolutions += state.agitatorSpeed / 60;
}

function heat(state: TankState, filled: number, drained: number): void {
  const capacity = state.volume * WATER_KJ + STEEL_KJ;
  const gained = state.heaterPower - LOSS_KW * (state.temperature - AMBIENT);
  const mixed = (state.temperature * capacity + INLET_TEMPERATURE * filled * WATER_KJ) / (capacity + filled * WATER_KJ);
  state.temperature = clamp(mixed + gained / capacity, 0, BOILING);
  state.heatBalance += gained - drained * WATER_KJ * (state.temperature - INLET_TEMPERATURE);
}
