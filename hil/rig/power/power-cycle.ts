import { sleep } from '../../runtime/clock.ts';
import { awaitDevice, rememberPort, type AwaitDeviceDeps, type DeviceBack } from '../await-device.ts';
import type { Dut } from '../hardware-map.ts';
import { powerHookOf, switchPower } from './switch-power.ts';

export interface PowerCycled extends DeviceBack {
  readonly portBefore: string | undefined;
}

/**
 * Switches a DUT off, waits, switches it on and waits until it answers, on whatever port its adapter comes back. Power is
 * switched on again also when the wait in between is interrupted.
 * @throws FieldproofError FP_RIG_POWER.
 */
export async function cyclePower(dut: Dut, deps: AwaitDeviceDeps): Promise<PowerCycled> {
  const hook = powerHookOf(dut);
  const { address, portBefore } = rememberPort(dut, deps.folders);
  await switchPower(hook, 'off', deps);
  await sleep(deps.clock, hook.offFor, deps.signal);
  await switchPower(hook, 'on', deps);
  return { ...(await awaitDevice(dut, address, hook.bootWithin, deps)), portBefore };
}
