import type { Random } from '../../../hil/runtime/random.ts';

/** Modes of the unit; every other value of the register is off. */
export const HVAC_MODE = { off: 0, heat: 1, cool: 2, auto: 3, ventilate: 4 } as const;

/** Simulated seconds of one step: short beside every time constant of the unit, long enough for thousands of units. */
export const STEP_S = 5;

/** An air-handling unit and the zone it serves. Temperatures in degrees C, speeds and valves in %, CO2 in ppm, times in s. */
export interface HvacState {
  readonly noiseSeed: number;
  /** Time of day at step 0, seconds. */
  readonly dayOffsetS: number;
  readonly firmware: string;
  outdoor: number;
  supply: number;
  room: number;
  co2: number;
  fanSpeed: number;
  heatingValve: number;
  coolingValve: number;
  /** Heat that the coils bring into the air, kW; negative cools. */
  heatFlow: number;
  /** Of the room controller, -1 (cool) to 1 (heat). */
  integral: number;
  occupied: boolean;
  /** 0 new to 1 full. */
  filterLoad: number;
  filterAlarm: boolean;
  frostAlarm: boolean;
  runS: number;
  /** m3 moved since commissioning. */
  airVolume: number;
  /** kWh of heating and cooling together, and Wh of heating minus cooling. */
  energyKwh: number;
  balanceWh: number;
  /** As written; the control clamps what it uses. */
  setpoint: number;
  mode: number;
  setback: number;
  minFanSpeed: number;
  co2Limit: number;
  heatingEnable: boolean;
  coolingEnable: boolean;
  occupancyOverride: boolean;
  zoneName: string;
}

/** A unit in automatic mode at a random time of day. */
export function startHvac(random: Random): HvacState {
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    dayOffsetS: random.integer(0, 86_399),
    firmware: `2.${random.integer(0, 9)}.${random.integer(0, 99)}`,
    outdoor: 8,
    supply: 18,
    room: 18 + random.integer(0, 6),
    co2: 500,
    fanSpeed: 0,
    heatingValve: 0,
    coolingValve: 0,
    heatFlow: 0,
    integral: 0,
    occupied: false,
    filterLoad: 0.6 * random.next(),
    filterAlarm: false,
    frostAlarm: false,
    runS: random.integer(1_000_000, 90_000_000),
    airVolume: random.integer(1_000_000, 90_000_000),
    energyKwh: random.integer(1_000, 90_000),
    balanceWh: random.integer(-5_000_000, 9_000_000),
    setpoint: 21.5,
    mode: HVAC_MODE.auto,
    setback: 3,
    minFanSpeed: 30,
    co2Limit: 800,
    heatingEnable: true,
    coolingEnable: true,
    occupancyOverride: false,
    zoneName: 'Meeting room 1',
  };
}
