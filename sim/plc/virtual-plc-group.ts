import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import { pointsOf, type Point } from '../../hil/gateway/southbound/point.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink, OpenLink } from '../../hil/transport/byte-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import type { ActiveModbusFaults } from '../modbus-faults/active-modbus-faults.ts';
import { faultedTcpDevice, type LineFaultDeps } from './faulted-lines.ts';
import { unitsOf, type PlcGroupOptions } from './plc-group-options.ts';
import { openSerialLine, openServedLine, openTcpLines, type PlcEndpoint, type PlcLines } from './plc-lines.ts';
import { askOverTcp, probeDevice, type GroupProbe } from './probe-group.ts';
import { profiledKind } from './profiled-kind.ts';
import { recordedKind } from './recording/recorded-kind.ts';
import { tappedTcpDevices } from './tapped-plcs.ts';
import type { SerialLineDeps } from './serial-line/line-end.ts';
import type { VirtualPlc, VirtualPlcDeps } from './virtual-plc.ts';

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
  /** How long the replayed recording is, milliseconds; undefined for devices with a process of their own. */
  readonly lengthMs: number | undefined;
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
  /** Opens the port of `serialPath`; not needed otherwise. */
  readonly openLink?: OpenLink;
  /** A capture of what passes on the group's lines. */
  readonly wire?: WireTap | undefined;
}

/** Devices that one probe asks. */
const PROBED_DEVICES_MAX = 8;

/**
 * Starts the virtual PLCs of one group: on TCP each on a port of its own, on RTU and ASCII all on one serial line.
 * @throws FieldproofError the errors of `loadProfile`; FP_LIMIT for impossible options; FP_PORT_IN_USE, FP_BIND_FAILED,
 *   FP_SERIAL_UNSUPPORTED, FP_LINK_OPEN. Nothing stays open then.
 */
export async function startPlcGroup(options: PlcGroupOptions, deps: PlcGroupDeps): Promise<PlcGroup> {
  const units = unitsOf(options);
  const { replay } = options;
  const kind = replay === undefined ? profiledKind(options, deps) : recordedKind(replay, { ...deps, random: deps.random.child(`plc/${options.group}`, 1) });
  const { profile } = kind;
  const points = pointsOf(profile);
  const lineFaults = deps.faults === undefined ? undefined : { ...deps, faults: deps.faults, points };
  const plain = units.map((unit, index) => kind.create(`${options.group}-${index + 1}`, unit, index));
  const plcs = options.transport === 'modbus-tcp' ? plain.map((plc) => withLinks(plc, kind.wrapLink, lineFaults)) : plain;
  const lines = await openLines(plcs, options, { ...deps, lineFaults, wrapLink: kind.wrapLink });
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
    lengthMs: kind.lengthMs,
    set: (device, point, value) => mustKnow(find(device).bank.force(point, value), point),
    release: (device, point) => mustKnow(find(device).bank.release(point), point),
    probe: () => probeGroup(plcs, kind.probePoints, lines, deps.clock),
    stop: async () => {
      await deps.faults?.close();
      await lines.stop();
    },
  };
}

function openLines(plcs: readonly VirtualPlc[], options: PlcGroupOptions, deps: SerialLineDeps): Promise<PlcLines> {
  switch (options.transport) {
    case 'modbus-tcp':
      return openTcpLines(tappedTcpDevices(plcs, options.group, deps.wire), options);
    case 'modbus-rtu-tcp':
      return openServedLine(plcs, options, deps);
    case 'modbus-rtu':
    case 'modbus-ascii':
    default:
      return openSerialLine(plcs, options, deps);
  }
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

/** Between a server on TCP and each of its connections: what its kind puts there, and then the faults. */
function withLinks(plc: VirtualPlc, ofKind: ((link: ByteLink) => ByteLink) | undefined, faults: LineFaultDeps | undefined): VirtualPlc {
  if (ofKind === undefined && faults === undefined) return plc;
  const faulted = faults === undefined ? undefined : faultedTcpDevice(plc, faults);
  return {
    ...plc,
    wrapLink: (link) => {
      const inner = faulted === undefined ? link : faulted(link);
      return ofKind === undefined ? inner : ofKind(inner);
    },
  };
}

function devicesAt(plc: VirtualPlc | undefined, profile: string, endpoint: PlcEndpoint): PlcGroupDevice[] {
  return plc === undefined ? [] : [{ device: plc.device, unit: plc.unit, profile, endpoint }];
}
