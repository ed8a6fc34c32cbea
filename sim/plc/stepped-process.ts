import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ProcessModel } from './process-model.ts';

/**
 * Steps that one read may catch up. A process nobody asked for longer than this stood still before that: its step
 * number (and so its noise and time of day) is right, but what it integrates missed the excess. 20,000 steps cost a few
 * milliseconds and are 16 minutes of a pump station at its usual time scale.
 */
export const CATCH_UP_STEPS_MAX = 20_000;

/** How a process is described: a state that is changed in place, step by step of fixed length. */
export interface ProcessDefinition<State> {
  /** Simulated milliseconds of one step. */
  readonly stepMs: number;
  /** Simulated milliseconds for each millisecond of the clock, unless the caller says otherwise. */
  readonly timeScale: number;
  /** The state before step 0. */
  start(random: Random): State;
  /** Advances the state from step number `step` to the next. May depend on nothing but its two arguments. */
  step(state: State, step: number): void;
  readonly points: ReadonlyMap<string, PointBinding<State>>;
}

/** How one point of the profile hangs on the state. */
export interface PointBinding<State> {
  /** `step` serves measurement noise. */
  read(state: State, step: number): PointValue;
  /** Missing for points that are only measured. */
  readonly write?: (state: State, value: PointValue) => void;
}

export interface ProcessOptions {
  readonly random: Random;
  /** `Clock.nowMs()` of the start. */
  readonly originMs: number;
  /** Above 0; default: the definition's. */
  readonly timeScale?: number;
}

/**
 * Runs a definition lazily: nothing happens until somebody reads or writes, then every step since the last time is
 * done. Step boundaries lie on a grid from `originMs`, so the trajectory is the same whether it is read once a minute
 * or a thousand times a second.
 */
export function startProcess<State>(definition: ProcessDefinition<State>, options: ProcessOptions): ProcessModel {
  const state = definition.start(options.random);
  // Taken out, so that the functions below, of which ten thousand may live, hold neither the options nor the generator.
  const { originMs, timeScale = definition.timeScale } = options;
  const stepsPerMs = timeScale / definition.stepMs;
  let step = 0;
  const advance = (nowMs: number): void => {
    const target = Math.floor((nowMs - originMs) * stepsPerMs);
    if (target - step > CATCH_UP_STEPS_MAX) step = target - CATCH_UP_STEPS_MAX;
    for (; step < target; step += 1) definition.step(state, step);
  };
  return {
    read: (point, nowMs) => {
      advance(nowMs);
      return definition.points.get(point)?.read(state, step);
    },
    write: (point, value, nowMs) => {
      advance(nowMs);
      definition.points.get(point)?.write?.(state, value);
    },
  };
}
