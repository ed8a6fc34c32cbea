import type { Random } from '../../../hil/runtime/random.ts';

/** What the batch control is doing. */
export const TANK_PHASE = { idle: 0, filling: 1, heating: 2, holding: 3, draining: 4 } as const;
export type TankPhase = (typeof TANK_PHASE)[keyof typeof TANK_PHASE];

/** A heated, stirred tank of 1,000 L. Volumes in L, flows in L/min, temperatures in degrees C, positions in %, heat in kJ. */
export interface TankState {
  readonly noiseSeed: number;
  volume: number;
  temperature: number;
  inletPosition: number;
  outletPosition: number;
  inletFlow: number;
  outletFlow: number;
  /** kW. */
  heaterPower: number;
  /** The contactor of the heater is welded shut: it heats until the limiter trips. */
  heaterStuck: boolean;
  /** rpm; negative is reverse. */
  agitatorSpeed: number;
  revolutions: number;
  /** Heat brought in minus heat lost and drained, since the start. */
  heatBalance: number;
  throughput: number;
  batches: number;
  phase: TankPhase;
  /** Seconds that the temperature has been held. */
  heldS: number;
  highLevelAlarm: boolean;
  highTemperatureAlarm: boolean;
  /** Seconds since an alarm's cause has gone. */
  clearS: number;
  autoMode: boolean;
  heaterEnable: boolean;
  agitatorEnable: boolean;
  /** As written; the control clamps what it uses. */
  levelSetpoint: number;
  temperatureSetpoint: number;
  highLevelLimit: number;
  highTemperatureLimit: number;
  agitatorSetpoint: number;
  inletValve: number;
  outletValve: number;
  holdTimeS: number;
  heaterLimit: number;
  recipe: string;
}

export const TANK_LITRES = 1_000;

/** A tank in automatic mode, a fresh batch just begun. */
export function startTank(random: Random): TankState {
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    volume: 100 + random.integer(0, 500),
    temperature: 20 + random.integer(0, 15),
    inletPosition: 0,
    outletPosition: 0,
    inletFlow: 0,
    outletFlow: 0,
    heaterPower: 0,
    heaterStuck: false,
    agitatorSpeed: 0,
    revolutions: random.integer(10_000, 90_000),
    heatBalance: 0,
    throughput: random.integer(100_000, 900_000),
    batches: random.integer(100, 900),
    phase: TANK_PHASE.filling,
    heldS: 0,
    highLevelAlarm: false,
    highTemperatureAlarm: false,
    clearS: 0,
    autoMode: true,
    heaterEnable: true,
    agitatorEnable: true,
    levelSetpoint: 80,
    temperatureSetpoint: 65,
    highLevelLimit: 90,
    highTemperatureLimit: 72,
    agitatorSetpoint: 120,
    inletValve: 0,
    outletValve: 0,
    holdTimeS: 120,
    heaterLimit: 150,
    recipe: 'Standard',
  };
}

/** Filling level, % of the tank. */
export function levelOf({ volume }: TankState): number {
  return (volume / TANK_LITRES) * 100;
}
