import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { cyclePower } from '../../hil/rig/power/power-cycle.ts';
import { powerHookOf, switchPower } from '../../hil/rig/power/switch-power.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';
import { addLeaseOptions, rigLineDeps, underLease, type LeaseFlags } from './rig-environment.ts';

type Action = 'on' | 'off' | 'cycle';

/** `fieldproof rig power on|off|cycle <dut>` */
export function addRigPowerCommand(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  addLeaseOptions(rig.command('power').summary('switch the supply of a DUT'))
    .description('Switches the supply of a DUT by the power hook of the map. A cycle waits until the device answers again, on whatever port it comes back.')
    .addArgument(new Argument('<action>').choices(['on', 'off', 'cycle']))
    .argument('<dut>', 'its id')
    .action(async (action: Action, id: string, flags: LeaseFlags) => finish(await power(action, id, flags, context)));
}

async function power(action: Action, id: string, flags: LeaseFlags, context: ProgramContext): Promise<number> {
  const dut = findDut(loadHardwareMap(resolve(flags.map)), id);
  powerHookOf(dut);
  const done = await underLease(dut, `rig power ${action} ${id}`, flags, context, (signal) => act(action, dut, signal, context));
  say(context, done);
  return EXIT.pass;
}

async function act(action: Action, dut: Dut, signal: AbortSignal, context: ProgramContext): Promise<string> {
  const deps = { ...rigLineDeps(context), signal };
  if (action !== 'cycle') {
    await switchPower(powerHookOf(dut), action, deps);
    return `${dut.id} is switched ${action}`;
  }
  const { tookMs, portBefore, portNow } = await cyclePower(dut, deps);
  const moved = portNow === undefined || portNow === portBefore ? '' : `, now on ${portNow} (was ${portBefore ?? 'not attached'})`;
  return `${dut.id} answers again ${(tookMs / 1_000).toFixed(1)} s after power on${moved}`;
}
