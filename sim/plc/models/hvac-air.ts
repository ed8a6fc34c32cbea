import { STEP_S, type HvacState } from './hvac-state.ts';
import { smoothNoise } from './seeded-noise.ts';

const SECONDS_OF_DAY = 86_400;
/** Fan at full speed with a new filter, m3/s; a full filter takes this share off it. */
const AIR_FLOW = 1.2;
const FILTER_SHARE = 0.35;
/** Heat capacity of air, kJ for each m3 and K. */
const AIR_KJ = 1.2;
/** Share of outdoor air in the supply. */
const FRESH_SHARE = 0.35;
/** Coils at full valve, kW. */
const HEATING_KW = 24;
const COOLING_KW = 16;
const COIL_LAG_S = 40;
/** The zone: heat capacity, loss through the walls, people's heat, volume, their CO2. */
const ROOM_KJ = 1_500;
const WALL_KW = 0.22;
const PEOPLE_KW = 2.4;
const ROOM_M3 = 400;
const PEOPLE_PPM_S = 0.35;
const OUTDOOR_PPM = 420;
/** m3 that fill a filter; small, so that a filter is due within a day. */
const FILTER_M3 = 60_000;
const SECONDS_OF_HOUR = 3_600;

/** One step of air: outdoors, coils, room, CO2, filter, counters. @param timeS - Since the start. */
export function moveAir(state: HvacState, timeS: number): void {
  const flow = (AIR_FLOW * state.fanSpeed * (1 - FILTER_SHARE * state.filterLoad)) / 100;
  state.outdoor = outdoorAt(state, timeS);
  conditionSupply(state, flow);
  const people = state.occupied ? 1 + 0.2 * smoothNoise(state.noiseSeed + 5, timeS / 300) : 0;
  const heat = flow * AIR_KJ * (state.supply - state.room) + WALL_KW * (state.outdoor - state.room) + PEOPLE_KW * people;
  state.room += (heat * STEP_S) / ROOM_KJ;
  state.co2 += (PEOPLE_PPM_S * people - ((flow * FRESH_SHARE) / ROOM_M3 + 0.00005) * (state.co2 - OUTDOOR_PPM)) * STEP_S;
  state.filterLoad = Math.min(1, state.filterLoad + (flow * STEP_S) / FILTER_M3);
  count(state, flow);
}

function outdoorAt({ noiseSeed, dayOffsetS }: HvacState, timeS: number): number {
  const day = (2 * Math.PI * (timeS + dayOffsetS)) / SECONDS_OF_DAY;
  return 9 - 7 * Math.cos(day) + 2 * smoothNoise(noiseSeed, timeS / 3_600) + 0.3 * smoothNoise(noiseSeed + 1, timeS / 240);
}

/** Mixed air over the coils. Without flow the sensor drifts towards what the coils and the duct are. */
function conditionSupply(state: HvacState, flow: number): void {
  const wanted = (HEATING_KW * state.heatingValve - COOLING_KW * state.coolingValve) / 100;
  const mixed = FRESH_SHARE * state.outdoor + (1 - FRESH_SHARE) * state.room;
  const rise = wanted / (Math.max(flow, 0.15) * AIR_KJ);
  const target = flow > 0 ? mixed + Math.min(30, Math.max(-18, rise)) : state.room + 0.2 * state.heatingValve;
  state.supply += ((target - state.supply) * STEP_S) / COIL_LAG_S;
  state.heatFlow = flow * AIR_KJ * (state.supply - mixed);
}

function count(state: HvacState, flow: number): void {
  state.airVolume += flow * STEP_S;
  state.energyKwh += (Math.abs(state.heatFlow) * STEP_S) / SECONDS_OF_HOUR;
  state.balanceWh += (state.heatFlow * 1_000 * STEP_S) / SECONDS_OF_HOUR;
  if (state.fanSpeed > 0) state.runS += STEP_S;
}
