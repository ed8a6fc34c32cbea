import type { Random } from '../../../hil/runtime/random.ts';

/** What the meter shows of one phase. */
export interface MeteredPhase {
  /** V to neutral. */
  voltage: number;
  /** A. */
  current: number;
  /** kW; negative is fed back. */
  power: number;
  /** kvar; positive is inductive. */
  reactive: number;
}

/** A three-phase meter behind current transformers. Energies in Wh and varh, as shown: with the CT ratio that is set. */
export interface EnergyMeterState {
  readonly noiseSeed: number;
  /** 19 decimal digits: more than a double holds. */
  readonly meterId: string;
  readonly serialNumber: string;
  readonly phases: readonly [MeteredPhase, MeteredPhase, MeteredPhase];
  frequency: number;
  energyImport: number;
  energyExport: number;
  /** Inductive minus capacitive; the sign follows the balance. */
  reactiveEnergy: number;
  /** Mean power of the last full demand period, and the highest since the last reset, kW. */
  demand: number;
  demandMax: number;
  /** The period under way: kWs so far, and seconds. */
  demandSum: number;
  demandS: number;
  overCurrent: boolean;
  /** As written; the meter uses them clamped. */
  ctPrimary: number;
  ctSecondary: number;
  demandPeriodS: number;
  overCurrentLimit: number;
  siteName: string;
}

/** The transformers that are really fitted: 250 A to 5 A. */
export const FITTED_CT_RATIO = 250 / 5;

export function startEnergyMeter(random: Random): EnergyMeterState {
  const serial = random.integer(100_000, 999_999);
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    meterId: `9${random.integer(100_000_000, 999_999_999)}${random.integer(100_000_000, 999_999_999)}`,
    serialNumber: `FP-EM3-${serial}`,
    phases: [idlePhase(), idlePhase(), idlePhase()],
    frequency: 50,
    energyImport: random.integer(200_000_000, 900_000_000),
    energyExport: random.integer(1_000_000, 9_000_000),
    reactiveEnergy: random.integer(-40_000_000, 90_000_000),
    demand: 60,
    demandMax: 75,
    demandSum: 0,
    demandS: 0,
    overCurrent: false,
    ctPrimary: 250,
    ctSecondary: 5,
    demandPeriodS: 60,
    overCurrentLimit: 190,
    siteName: 'Feeder 1',
  };
}

function idlePhase(): MeteredPhase {
  return { voltage: 230, current: 0, power: 0, reactive: 0 };
}
