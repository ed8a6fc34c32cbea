import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { clearJam, ENTRY_EYE_M, EXIT_EYE_M, isBlocked, massBetween, runConveyor, STEP_S } from './conveyor-belt.ts';
import { startConveyor, type ConveyorState } from './conveyor-state.ts';
import { smoothNoise } from './seeded-noise.ts';
import { numberSetting, pushButton, textSetting } from './setting.ts';

type Binding = PointBinding<ConveyorState>;

/** The two weighing sections, m from the head. */
const SECTIONS = [
  [1, 2.5],
  [3.5, 5],
] as const;

/**
 * The process behind profile `conveyor`: parcels of random size and mass ride a belt, cross a photo-eye at each end, are
 * weighed twice and counted. Now and then one gets stuck at the exit: the belt slips, the jam stops it, and it waits for
 * its reset coil or for an attendant.
 *
 * One step is a tenth of a second, at real time, because a photo-eye is only interesting when it can be missed.
 */
export const conveyor: ProcessDefinition<ConveyorState> = {
  stepMs: STEP_S * 1_000,
  timeScale: 1,
  start: startConveyor,
  step: runConveyor,
  points: new Map<string, Binding>([
    ['Running', { read: (state) => state.speed > 0 }],
    ['EntryEye', { read: (state) => isBlocked(state, ENTRY_EYE_M) }],
    ['ExitEye', { read: (state) => isBlocked(state, EXIT_EYE_M) }],
    ['Jam', { read: (state) => state.jam }],
    ['Speed', { read: (state) => state.speed }],
    ['LoadCell1', { read: (state, step) => weighed(state, 0, step) }],
    ['LoadCell2', { read: (state, step) => weighed(state, 1, step) }],
    ['MotorCurrent', { read: (state) => Math.max(0, state.current) }],
    ['OverweightCount', { read: (state) => state.overweightCount }],
    ['ItemCount', { read: (state) => state.itemCount }],
    ['TotalMass', { read: (state) => state.totalMass }],
    ['Distance', { read: (state) => state.distance }],
    ['EncoderPosition', { read: (state) => Math.trunc(state.distance * 1_000) }],
    ['LastMass', { read: (state) => state.lastMass }],
    ['LastBarcode', { read: (state) => state.lastBarcode }],
    ['SpeedSetpoint', numberSetting('speedSetpoint')],
    ['AccelerationTime', numberSetting('accelerationTime')],
    ['MassLimit', numberSetting('massLimit')],
    ['Product', textSetting('product')],
    ['Start', pushButton((state) => void (state.started = true))],
    ['Stop', pushButton((state) => void (state.started = false))],
    ['Reset', pushButton(clearJam)],
  ]),
};

/** A load cell in a running belt: whole grams, with drift and noise around zero. */
function weighed(state: ConveyorState, index: 0 | 1, step: number): number {
  const [from, to] = SECTIONS[index];
  const noise = 12 * smoothNoise(state.noiseSeed + 4 + index, step / 300) + (state.speed > 0 ? 8 : 1) * smoothNoise(state.noiseSeed + 6 + index, step);
  return Math.round(massBetween(state, from, to) + noise);
}
