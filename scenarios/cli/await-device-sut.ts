import { resolve } from 'node:path';
import type { Pics } from '../../conformance/framework/pics.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { sleep } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { powerHookOf, switchPower } from '../../hil/rig/power/switch-power.ts';
import type { TcpAddress } from '../../hil/transport/tcp-link.ts';
import type { SutConnection } from '../conformance/sut-connection.ts';
import { createDeviceHost, type DeviceHost } from '../conformance/device-host.ts';
import { commandStarter, operatorStarter, powerStarter, type DeviceStarter } from '../conformance/device-starter.ts';
import { deviceVersion } from '../conformance/device-version.ts';
import { terminalOperator } from './ask-operator.ts';
import { say, type ProgramContext } from './program-context.ts';
import { rigLineDeps } from './rig-environment.ts';

/** How `conformance run` reaches a SUT that connects to us. */
export interface DeviceFlags {
  readonly listen?: string;
  readonly dutCommand?: string;
  readonly map?: string;
  readonly dut?: string;
  readonly pics?: string;
}

/**
 * Listens for a device, and asks it once for the protocol version that it speaks when nobody has declared it.
 * @throws FieldproofError FP_USAGE for an address that is none, FP_PORT_IN_USE, FP_BIND_FAILED, FP_RIG_POWER.
 */
export async function awaitDeviceSut(flags: DeviceFlags, pixit: Pixit, context: ProgramContext): Promise<SutConnection> {
  const { starter, end } = starterOf(flags, pixit, context);
  const publicHost = pixit.values['brokerHost'];
  const host = await createDeviceHost({ listen: addressOf(flags.listen ?? ''), ...(typeof publicHost === 'string' ? { publicHost } : {}), starter, clock: context.clock });
  say(context, `listening for the device on port ${host.port}`);
  const isTold = flags.pics !== undefined || flags.dutCommand?.includes('{version}') === true;
  const version = isTold ? undefined : await deviceVersion(host, pixit, context.clock);
  return {
    ...connectionOf(host, flags),
    narrow: (pics) => (version === undefined ? pics : ofVersion(pics, version)),
    stop: async () => {
      await host.stop();
      end();
    },
  };
}

function connectionOf(host: DeviceHost, { dutCommand }: DeviceFlags): Omit<SutConnection, 'stop'> {
  return {
    tier: dutCommand === undefined ? 'T2' : 'T1',
    dial: async () => {
      throw new FieldproofError('FP_INTERNAL', 'a device is not dialled');
    },
    accept: host.accept,
    act: host.act,
    hindrance: () => undefined,
  };
}

function starterOf({ dutCommand, map, dut }: DeviceFlags, pixit: Pixit, context: ProgramContext): { readonly starter: DeviceStarter; readonly end: () => void } {
  if (dutCommand !== undefined) {
    const commandFor = (variant: string): string | undefined => {
      const own = pixit.values[`command:${variant}`];
      // A device has one way to start, unless the declaration names more: what it then does is for the case to see.
      return typeof own === 'string' ? own : dutCommand;
    };
    return { starter: commandStarter(commandFor, context.clock), end: () => undefined };
  }
  if (map !== undefined && dut !== undefined) {
    const hook = powerHookOf(findDut(loadHardwareMap(resolve(map)), dut));
    const deps = rigLineDeps(context);
    const cycle = async (between: () => void): Promise<void> => {
      await switchPower(hook, 'off', deps);
      await sleep(context.clock, hook.offFor);
      between();
      await switchPower(hook, 'on', deps);
    };
    return { starter: powerStarter(cycle), end: () => undefined };
  }
  const operator = terminalOperator(context);
  return { starter: operatorStarter(operator.ask), end: () => operator.close() };
}

function ofVersion(pics: Pics, version: number): Pics {
  return new Map([...pics, ['MQTT_3_1_1', version === 4] as const, ['MQTT_5_0', version === 5] as const]);
}

function addressOf(text: string): TcpAddress {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d{1,5})$/u.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) throw new FieldproofError('FP_USAGE', `'${text}' is no address to listen on`, { hint: 'Write it as host:port; port 0 takes any free one.' });
  return { host, port: Number(port) };
}
