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
import { commandStarter } from '../conformance/command-starter.ts';
import { deviceHostValues } from '../conformance/device-host-values.ts';
import { powerStarter, type DeviceStarter } from '../conformance/device-starter.ts';
import { deviceVersion } from '../conformance/device-version.ts';
import { operatorStarter } from '../conformance/operator-starter.ts';
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
 * @param signal - Nobody is asked or waited for any more.
 * @throws FieldproofError FP_USAGE for an address that is none, FP_PICS_INVALID for a port that is none, FP_PORT_IN_USE,
 * FP_BIND_FAILED, FP_RIG_POWER.
 */
export async function awaitDeviceSut(flags: DeviceFlags, pixit: Pixit, context: ProgramContext, signal: AbortSignal): Promise<SutConnection> {
  const listen = addressOf(flags.listen ?? '');
  const place = deviceHostValues(pixit);
  const { starter, end } = starterOf(flags, pixit, context, signal);
  const host = await createDeviceHost({ listen, ...place, starter, clock: context.clock });
  const { tlsPort, websocketPort, authorityFolder } = place;
  const more = [...(tlsPort === undefined ? [] : [`TLS on ${tlsPort}`]), ...(websocketPort === undefined ? [] : [`WebSocket on ${websocketPort}`])];
  say(context, [`listening for the device on port ${host.port}`, ...more].join(', '));
  if (authorityFolder !== undefined) say(context, `for TLS the device has to trust the test authority in ${host.caFile}`);
  const isTold = flags.pics !== undefined || flags.dutCommand?.includes('{version}') === true;
  const stop = async (): Promise<void> => {
    await host.stop();
    end();
  };
  const version = isTold ? undefined : await deviceVersion(host, pixit, context.clock, signal).catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  return {
    ...connectionOf(host, flags),
    narrow: (pics) => (version === undefined ? pics : ofVersion(pics, version)),
    stop,
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
    remarks: host.remarks,
    hindrance: () => undefined,
  };
}

function starterOf({ dutCommand, map, dut }: DeviceFlags, pixit: Pixit, context: ProgramContext, signal: AbortSignal): { readonly starter: DeviceStarter; readonly end: () => void } {
  if ((map === undefined) !== (dut === undefined)) throw new FieldproofError('FP_USAGE', '--map and --dut go together: which DUT of which map is it?');
  if (dutCommand !== undefined && map !== undefined) throw new FieldproofError('FP_USAGE', 'the device is started by --dut-command or by the power hook of --map, not by both');
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
  const operator = terminalOperator(context, signal);
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
