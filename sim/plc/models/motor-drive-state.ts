import type { Random } from '../../../hil/runtime/random.ts';

/** A drive with its motor. Speeds in rpm, torques in Nm, current in A, voltage in V, temperature in degrees C, times in s. */
export interface MotorDriveState {
  readonly noiseSeed: number;
  speed: number;
  torque: number;
  current: number;
  dcVoltage: number;
  temperature: number;
  energyKwh: number;
  runTimeS: number;
  targetReached: boolean;
  faultCode: number;
  /** As written; the control clamps what it uses. */
  controlWord: number;
  speedSetpoint: number;
  rampTimeS: number;
  runTimeLimitS: number;
}

/** Control word of CiA 402 (IEC 61800-7-201): switch on, enable voltage, no quick stop, enable operation. */
export const CONTROL_RUN = 0x000f;
/** Set: no quick stop. */
export const CONTROL_NO_QUICK_STOP = 0x0004;
export const CONTROL_FAULT_RESET = 0x0080;
/** CiA 402 error code: excess temperature of the device. */
export const FAULT_TEMPERATURE = 0x4310;

/** A drive that was told to run at power-up, as one in a production line is. */
export function startMotorDrive(random: Random): MotorDriveState {
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    speed: 0,
    torque: 0,
    current: 0,
    dcVoltage: 565,
    temperature: 25 + random.integer(0, 30),
    energyKwh: random.integer(100, 900),
    runTimeS: random.integer(100_000, 900_000),
    targetReached: false,
    faultCode: 0,
    controlWord: CONTROL_RUN,
    speedSetpoint: 1_100 + 10 * random.integer(0, 20),
    rampTimeS: 8,
    runTimeLimitS: 20_000_000,
  };
}
