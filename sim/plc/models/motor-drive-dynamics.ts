import { CONTROL_NO_QUICK_STOP, CONTROL_RUN, FAULT_TEMPERATURE, type MotorDriveState } from './motor-drive-state.ts';
import { hashUnit, smoothNoise } from './seeded-noise.ts';

const STEP_S = 0.1;
const RATED_SPEED = 1_450;
const RATED_TORQUE = 49;
const SPEED_MAX = 3_000;
/** Drop of the speed at rated torque, as a share of the reference. */
const SLIP = 0.03;
/** Time from rated speed to standstill, quick stop and coasting, seconds. */
const QUICK_STOP_S = 1.5;
const COAST_S = 20;
/** Moment of inertia, kg m2, times rad/s for each rpm. */
const INERTIA_PER_RPM = 0.2 * ((2 * Math.PI) / 60);
const FAN_TORQUE = 30;
const MAGNETISING_CURRENT = 6;
const CURRENT_PER_NM = 0.28;
const RATED_CURRENT = 15;
const AMBIENT = 25;
/** Rise over ambient at rated current, and the time constants of heating and (without its fan) cooling. */
const RATED_RISE = 80;
const HEATING_S = 600;
const COOLING_S = 1_200;
const TRIP_TEMPERATURE = 140;
/** One piece of work for the machine that the motor drives, seconds. */
const WORK_CYCLE_S = 45;

/** A tenth of a second of the motor: reference, ramp, load, current, heat, trip. @param step - Step number. */
export function turnMotor(state: MotorDriveState, step: number): void {
  const enabled = isEnabled(state);
  const before = state.speed;
  state.speed = approach(before, targetSpeed(state), rampRpm(state));
  state.torque = loadTorque(state, step * STEP_S) + (INERTIA_PER_RPM * (state.speed - before)) / STEP_S;
  state.current = enabled ? Math.hypot(MAGNETISING_CURRENT, CURRENT_PER_NM * state.torque) : 0;
  // Work taken out of the link pulls it down, braking pumps it up.
  const powerKw = enabled ? (state.torque * state.speed * 2 * Math.PI) / 60 / 1_000 : 0;
  state.dcVoltage = 565 - 1.5 * powerKw + 2 * smoothNoise(state.noiseSeed + 2, step / 12);
  state.targetReached = enabled && Math.abs(state.speed - targetSpeed(state)) < 10;
  heatMotor(state);
  if (!enabled) return;
  state.runTimeS += STEP_S;
  state.energyKwh += (Math.max(0, powerKw) * STEP_S) / 3_600;
}

/** Operation enabled: told to run, and nothing wrong. */
export function isEnabled(state: MotorDriveState): boolean {
  return state.faultCode === 0 && (state.controlWord & CONTROL_RUN) === CONTROL_RUN;
}

function targetSpeed(state: MotorDriveState): number {
  if (!isEnabled(state)) return 0;
  const reference = Math.min(SPEED_MAX, Math.max(-SPEED_MAX, state.speedSetpoint));
  return reference * (1 - SLIP * Math.min(1, Math.abs(state.torque) / RATED_TORQUE));
}

/** How far the speed may move in one step: by its ramp, by quick stop, or coasting once the drive is off. */
function rampRpm(state: MotorDriveState): number {
  const isQuickStop = state.faultCode === 0 && (state.controlWord & CONTROL_NO_QUICK_STOP) === 0;
  const rampS = isEnabled(state) ? Math.min(600, Math.max(0.5, state.rampTimeS)) : isQuickStop ? QUICK_STOP_S : COAST_S;
  return (RATED_SPEED / rampS) * STEP_S;
}

/** A fan's load, which grows with the square of the speed, and pieces of work that come and go; against the motion. */
function loadTorque(state: MotorDriveState, timeS: number): number {
  const share = state.speed / RATED_SPEED;
  const cycle = Math.floor(timeS / WORK_CYCLE_S);
  const isWorking = (timeS % WORK_CYCLE_S) / WORK_CYCLE_S < 0.3 + 0.4 * hashUnit(state.noiseSeed, cycle * 2);
  const work = isWorking ? 6 + 12 * hashUnit(state.noiseSeed, cycle * 2 + 1) : 0;
  const ripple = 0.6 * smoothNoise(state.noiseSeed + 1, timeS / 1.5);
  const turning = Math.min(1, Math.abs(share) * 10);
  return Math.sign(share) * turning * (FAN_TORQUE * share * share + work + ripple);
}

function heatMotor(state: MotorDriveState): void {
  const settled = AMBIENT + RATED_RISE * (state.current / RATED_CURRENT) ** 2;
  const timeConstantS = settled > state.temperature ? HEATING_S : COOLING_S;
  state.temperature += ((settled - state.temperature) * STEP_S) / timeConstantS;
  if (state.temperature > TRIP_TEMPERATURE) state.faultCode = FAULT_TEMPERATURE;
}

function approach(from: number, to: number, stepMax: number): number {
  return from + Math.min(stepMax, Math.max(-stepMax, to - from));
}
