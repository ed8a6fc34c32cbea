import type { DeviceProfile, PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { pointsOf, type Point } from '../../hil/gateway/southbound/point.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ActiveModbusFaults } from '../modbus-faults/active-modbus-faults.ts';
import { faultedTcpDevice } from './faulted-lines.ts';
import { deviceIdentity } from './device-identity.ts';
import { modelFor } from './models/model-table.ts';
import { unitsOf, type PlcGroupOptions } from './plc-group-options.ts';
import { openSerialLine, openTcpLines, type PlcEndpoint, type PlcLines } from './plc-lines.ts';
import { askOverTcp, probeDevice, type GroupProbe } from './probe-group.ts';
import { layOutRegisters } from './register-layout.ts';
import { createVirtualPlc, type VirtualPlc, type VirtualPlcDeps } from './virtual-plc.ts';

export interface PlcGroupDevice {
  readonly device: string;
  readonly unit: number;
  /** As the options named it. */
  readonly profile: string;
  readonly endpoint: PlcEndpoint;
}

/** Running virtual PLCs of one kind. */
export interface PlcGroup {
  readonly devices: readonly PlcGroupDevice[];
  /**
   * Makes a point of a device show this value, whatever its process does, until `release`.
   * @throws FieldproofError FP_SCENARIO_REFERENCE for an unknown device or point, FP_MODBUS_BAD_PDU when the point
   *   cannot hold the value.
   */
  set(device: string, point: string, value: PointValue): void;
  /** The point shows its process's value again. @throws FieldproofError FP_SCENARIO_REFERENCE as `set`. */
  release(device: string, point: string): void;
  /**
   * Whether devices answer: reads the first point of up to PROBED_DEVICES_MAX of them, as a client would. A serial line
   * that was started without `faults` has room for one client only, and is taken to be whole.
   */
  probe(): Promise<GroupProbe>;
  /** Closes every listener, connection and line. */
  stop(): Promise<void>;
}

export interface PlcGroupDeps extends VirtualPlcDeps {
  /** Each device takes its own branch, so its process does not depend on how many others there are. */
  readonly random: Random;
  /** Faults that may come into force on the group's lines; without them nothing stands between server and client. */
  readonly faults?: ActiveModbusFaults;
}

/** Devices that one probe asks. */
const PROBED_DEVICES_MAX = 8;

/**
 * Starts the virtual PLCs of one group: on TCP each on a port of its own, on RTU and ASCII all on one pseudo-terminal.
 * @throws FieldproofError the errors of `loadProfile`; FP_LIMIT for impossible options; FP_PORT_IN_USE, FP_BIND_FAILED,
 *   FP_SERIAL_UNSUPPORTED. Nothing stays open then.
 */
export async function startPlcGroup(options: PlcGroupOptions, deps: PlcGroupDeps): Promise<PlcGroup> {
  const units = unitsOf(options);
  const profile = loadProfile(options.profile, options.profileFolder);
  const points = pointsOf(profile);
  const lineFaults = deps.faults === undefined ? undefined : { ...deps, faults: deps.faults, points };
  const plain = createPlcs(profile, units, options, deps);
  const plcs = options.transport === 'modbus-tcp' && lineFaults !== undefined ? plain.map((plc) => ({ ...plc, wrapLink: faultedTcpDevice(plc, lineFaults) })) : plain;
  const lines = options.transport === 'modbus-tcp' ? await openTcpLines(plcs, options) : await openSerialLine(plcs, options, { ...deps, lineFaults });
  const byDevice = new Map(plcs.map((plc) => [plc.device, plc]));
  const find = (device: string): VirtualPlc => {
    const plc = byDevice.get(device);
    if (plc !== undefined) return plc;
    const known = `${options.group}-1 to ${options.group}-${plcs.length}`;
    throw new FieldproofError('FP_SCENARIO_REFERENCE', `no device "${device}" in PLC group ${options.group}: ${known}`);
  };
  const mustKnow = (isKnown: boolean, point: string): void => {
    if (!isKnown) throw new FieldproofError('FP_SCENARIO_REFERENCE', `profile ${profile.name} has no point "${point}"`);
  };
  return {
    devices: lines.endpoints.flatMap((endpoint, index) => devicesAt(plcs[index], options.profile, endpoint)),
    set: (device, point, value) => mustKnow(find(device).bank.force(point, value), point),
    release: (device, point) => mustKnow(find(device).bank.release(point), point),
    probe: () => probeGroup(plcs, points, lines, deps.clock),
    stop: async () => {
      await deps.faults?.close();
      await lines.stop();
    },
  };
}

/** All on TCP, each over a connection of its own; one on a serial line, where the others would have to wait for it. */
async function probeGroup(plcs: readonly VirtualPlc[], points: readonly Point[], lines: PlcLines, clock: Clock): Promise<GroupProbe> {
  const probes = plcs.slice(0, lines.ask === undefined ? PROBED_DEVICES_MAX : 1).flatMap(({ device, unit }, index) => {
    const endpoint = lines.endpoints[index];
    const ask = lines.ask ?? (endpoint?.transport === 'modbus-tcp' ? askOverTcp(endpoint, clock) : undefined);
    return ask === undefined ? [] : [probeDevice(device, unit, points, ask)];
  });
  const outcomes = await Promise.all(probes);
  return outcomes.find(({ ok }) => !ok) ?? outcomes[0] ?? { ok: true, detail: 'there is no second way to ask the devices' };
}

function createPlcs(profile: DeviceProfile, units: readonly number[], options: PlcGroupOptions, deps: PlcGroupDeps): VirtualPlc[] {
  const layout = layOutRegisters(pointsOf(profile), profile.memory);
  const startModel = modelFor(profile.name, layout.points);
  const originMs = deps.clock.nowMs();
  const timeScale = options.timeScale === undefined ? {} : { timeScale: options.timeScale };
  const { functionCodes } = options;
  const serverOptions = { identity: deviceIdentity(profile), ...(functionCodes === undefined ? {} : { functionCodes }) };
  return units.map((unit, index) => {
    const model = startModel({ random: deps.random.child(`plc/${options.group}`, index + 1), originMs, ...timeScale });
    return createVirtualPlc({ device: `${options.group}-${index + 1}`, unit, profileName: profile.name, layout, model, serverOptions }, deps);
  });
}

function devicesAt(plc: VirtualPlc | undefined, profile: string, endpoint: PlcEndpoint): PlcGroupDevice[] {
  return plc === undefined ? [] : [{ device: plc.device, unit: plc.unit, profile, endpoint }];
}
