import { hashUnit, smoothNoise } from './seeded-noise.ts';

/** Power of one phase as it really flows. */
export interface PhaseLoad {
  /** kW; negative is fed back. */
  readonly power: number;
  /** kvar; positive is inductive. */
  readonly reactive: number;
}

/** What runs all the time on each phase, kW. */
const BASE_KW = [14, 12, 17] as const;
const MACHINES = 3;
/** A machine keeps its state at least this long, seconds, and switches within `SWITCH_S`. */
const SLOT_S = 25;
const SWITCH_S = 1;
const MACHINE_KW = 9;
const MACHINE_DUTY = 0.55;
/** The co-generation unit feeds all phases in some of its slots, seconds; ramps take `GENERATOR_RAMP_S`. kW a phase. */
const GENERATOR_SLOT_S = 90;
const GENERATOR_RAMP_S = 8;
const GENERATOR_DUTY = 0.4;
const GENERATOR_KW = 32;
/** Reactive share of a load, and what the capacitors take off it, kvar a phase. */
const INDUCTIVE_SHARE = 0.62;
const CAPACITOR_KVAR = 6;

/** The load of a phase at an instant: a function of the seed and the time alone. @param phase - 0 to 2. @param timeS - Since the start. */
export function phaseLoad(noiseSeed: number, phase: number, timeS: number): PhaseLoad {
  const base = (BASE_KW[phase] ?? 0) * (1 + 0.08 * smoothNoise(noiseSeed + 10 + phase, timeS / 12) + 0.02 * smoothNoise(noiseSeed + 20 + phase, timeS / 2));
  let power = base;
  for (let machine = 0; machine < MACHINES; machine += 1) {
    power += MACHINE_KW * switched(noiseSeed + 30 + phase * MACHINES + machine, timeS, SLOT_S, SWITCH_S, MACHINE_DUTY);
  }
  const reactive = power * INDUCTIVE_SHARE - CAPACITOR_KVAR;
  power -= GENERATOR_KW * switched(noiseSeed + 50, timeS, GENERATOR_SLOT_S, GENERATOR_RAMP_S, GENERATOR_DUTY);
  return { power, reactive };
}

/** 0 off, 1 on, in between for `rampS` after each change of slot. */
function switched(seed: number, timeS: number, slotS: number, rampS: number, duty: number): number {
  const slot = Math.floor(timeS / slotS);
  const now = hashUnit(seed, slot) < duty ? 1 : 0;
  const before = hashUnit(seed, slot - 1) < duty ? 1 : 0;
  const share = Math.min(1, (timeS - slot * slotS) / rampS);
  return before + (now - before) * share;
}
