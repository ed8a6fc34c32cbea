import type { PointValue } from '../../../hil/gateway/southbound/device-profile.ts';
import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { isEnabled, turnMotor } from './motor-drive-dynamics.ts';
import { CONTROL_FAULT_RESET, startMotorDrive, type MotorDriveState } from './motor-drive-state.ts';
import { smoothNoise } from './seeded-noise.ts';

type Binding = PointBinding<MotorDriveState>;

const WARNING_TEMPERATURE = 120;
/** A temperature fault cannot be reset above this, degrees C. */
const RESET_TEMPERATURE = 110;
const UINT32_WRAP = 2 ** 32;
/** The sensor of the winding ends here. */
const TEMPERATURE_SHOWN_MAX = 200;

/**
 * The process behind profile `motor-drive`: speed follows its setpoint by a ramp and gives way to the load, torque and
 * current follow the load, the winding heats with the square of the current and trips the drive when it is too hot
 * (steady above about 1,700 rpm). The drive keeps running as it was told at power-up until it is told otherwise.
 *
 * One step is a tenth of a simulated second; the usual time scale is 5.
 */
export const motorDrive: ProcessDefinition<MotorDriveState> = {
  stepMs: 100,
  timeScale: 5,
  start: startMotorDrive,
  step: turnMotor,
  points: new Map<string, Binding>([
    ['Ready', { read: (state) => state.faultCode === 0 }],
    ['Running', { read: isEnabled }],
    ['Fault', { read: (state) => state.faultCode !== 0 }],
    ['Warning', { read: (state) => state.temperature > WARNING_TEMPERATURE }],
    ['TargetReached', { read: (state) => state.targetReached }],
    ['FaultCode', { read: (state) => state.faultCode }],
    ['Speed', { read: (state, step) => (state.speed === 0 ? 0 : state.speed + 2 * smoothNoise(state.noiseSeed + 3, step / 4)) }],
    ['Current', { read: (state) => state.current }],
    ['Torque', { read: (state) => state.torque }],
    ['DcVoltage', { read: (state) => state.dcVoltage }],
    ['Temperature', { read: (state) => Math.min(TEMPERATURE_SHOWN_MAX, state.temperature) }],
    ['RunTime', { read: (state) => Math.floor(state.runTimeS) % UINT32_WRAP }],
    ['Energy', { read: (state) => state.energyKwh }],
    ['ControlWord', { read: (state) => state.controlWord, write: writeControlWord }],
    ['SpeedSetpoint', numberSetting('speedSetpoint')],
    ['RampTime', numberSetting('rampTimeS')],
    ['RunTimeLimit', numberSetting('runTimeLimitS')],
  ]),
};

function numberSetting(key: 'speedSetpoint' | 'rampTimeS' | 'runTimeLimitS'): Binding {
  return {
    read: (state) => state[key],
    write: (state, value) => {
      if (typeof value === 'number') state[key] = value;
    },
  };
}

/** A fault is reset by a rising edge of its bit, so that a word left standing does not reset the next fault too. */
function writeControlWord(state: MotorDriveState, value: PointValue): void {
  if (typeof value !== 'number') return;
  const isRising = (value & CONTROL_FAULT_RESET) !== 0 && (state.controlWord & CONTROL_FAULT_RESET) === 0;
  state.controlWord = value;
  if (isRising && state.temperature < RESET_TEMPERATURE) state.faultCode = 0;
}
