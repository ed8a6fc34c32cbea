import { FieldproofError } from '../../runtime/errors.ts';
import type { RigLineDeps } from '../rig-line.ts';
import { runPowerCommand } from './command-hook.ts';
import { requestPower } from './http-hook.ts';
import { writePowerCoil } from './coil-hook.ts';
import type { PowerHook, PowerState } from './power-hook.ts';

/** The power hook of a DUT. @throws FieldproofError FP_RIG_POWER when the map states none. */
export function powerHookOf(dut: { readonly id: string; readonly power?: PowerHook | undefined }): PowerHook {
  if (dut.power !== undefined) return dut.power;
  throw new FieldproofError('FP_RIG_POWER', `${dut.id} has no power hook`, {
    hint: 'Add power: { kind: command | modbus-coil | http, ... } to its entry in the hardware map.',
  });
}

/**
 * Switches the supply of a DUT and waits until the switch has confirmed.
 * @throws FieldproofError FP_RIG_POWER, with what the switch answered.
 */
export function switchPower(hook: PowerHook, state: PowerState, deps: RigLineDeps): Promise<void> {
  if (hook.kind === 'command') return runPowerCommand(hook, state, deps.clock);
  if (hook.kind === 'http') return requestPower(hook, state, deps.clock);
  return writePowerCoil(hook, state, deps);
}
