import { gatewayConfigSchema } from '../../hil/gateway/config/gateway-config.ts';
import { DEFAULT_LINE, devicesOf, linkAddressOf } from '../../hil/rig/dut-address.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import { leaseKeyOf } from '../../hil/rig/lease/lease-key.ts';
import { findDut, profilePathOf, type LoadedHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { Scenario, ScenarioReal } from './scenario-schema.ts';
import { plcDeviceIds } from './topology-plan.ts';

/** A DUT that a scenario asks for, with what its gateway has to know. */
export interface RealDut {
  readonly dut: Dut;
  readonly gateway: string;
  readonly pollEveryMs: number;
  /** A shipped name, or an absolute path. */
  readonly profile: string;
  /** Its lease, which is that of its line. */
  readonly key: string;
}

/** One line of a gateway's configuration. */
export type LineSettings = Record<string, unknown> & { readonly id: string };

/**
 * The DUTs of a scenario, looked up in a hardware map. Nothing is opened.
 * @throws FieldproofError FP_RIG_UNKNOWN_DUT; FP_SCENARIO_REFERENCE for a DUT without a profile, on a line that no gateway can
 *   poll, or whose name is taken.
 */
export function planReal({ topology }: Scenario, hardware: LoadedHardwareMap): RealDut[] {
  const planned = topology.real.map((real) => planOne(real, hardware));
  const taken = new Set(topology.plcs.flatMap(plcDeviceIds));
  for (const { dut } of planned) {
    const clash = devicesOf(dut).find(({ device }) => taken.has(device));
    if (clash !== undefined) throw refused(hardware, `${clash.device} is also the name of a simulated PLC of the scenario; rename one of them`);
  }
  for (const { key, gateway, dut } of planned) {
    const other = planned.find((one) => one.key === key && one.gateway !== gateway);
    if (other !== undefined) throw refused(hardware, `${dut.id} and ${other.dut.id} are on one line, so one gateway has to poll both`);
  }
  for (const line of linesOf(planned)) checkLine(line, hardware);
  return planned;
}

function planOne({ dut: id, gateway, pollEvery }: ScenarioReal, hardware: LoadedHardwareMap): RealDut {
  const dut = findDut(hardware, id);
  const profile = profilePathOf(dut, hardware.folder);
  if (profile === undefined) {
    throw refused(hardware, `${id} has no profile, so a gateway does not know what to read`, `Make one with \`fieldproof rig record ${id}\` and name it in the map.`);
  }
  return { dut, gateway, pollEveryMs: pollEvery, profile, key: leaseKeyOf(dut) };
}

/** The lines of the DUTs, in the form of a gateway's configuration: DUTs that share an address share a line. */
export function linesOf(planned: readonly RealDut[]): LineSettings[] {
  const keys = [...new Set(planned.map(({ key }) => key))];
  return keys.flatMap((key) => {
    const onLine = planned.filter((one) => one.key === key);
    const [first] = onLine;
    return first === undefined ? [] : [{ ...lineSettings(first.dut), devices: onLine.flatMap(deviceSettings) }];
  });
}

function lineSettings(dut: Dut): LineSettings {
  const address = linkAddressOf(dut);
  const common = { id: dut.id, transport: dut.transport, timeout: `${dut.timeout}ms` };
  if (address.kind === 'tcp' && (dut.transport === 'modbus-rtu' || dut.transport === 'modbus-rtu-tcp')) {
    return { ...common, transport: 'modbus-rtu-tcp', host: address.host, port: address.port, baudRate: (dut.line ?? DEFAULT_LINE).baudRate };
  }
  return address.kind === 'tcp' ? { ...common, host: address.host, port: address.port } : { ...common, path: address.path, ...address.line };
}

function deviceSettings({ dut, profile, pollEveryMs }: RealDut): Record<string, unknown>[] {
  return devicesOf(dut).map(({ device, unit }) => ({ id: device, unit, profile, pollEvery: `${pollEveryMs}ms` }));
}

/** The gateway's own schema says which lines it can poll: ASCII through a serial server, for one, is none of them. */
function checkLine(line: LineSettings, hardware: LoadedHardwareMap): void {
  const parsed = gatewayConfigSchema.safeParse({ id: 'check', southbound: { lines: [line] } });
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw refused(hardware, `the gateway cannot poll ${line.id}: ${issue?.path.slice(3).map(String).join('.') ?? ''} ${messageOf(issue?.message ?? '')}`);
}

function refused({ file }: LoadedHardwareMap, message: string, hint?: string): FieldproofError {
  return new FieldproofError('FP_SCENARIO_REFERENCE', message, { place: { file }, ...(hint === undefined ? {} : { hint }) });
}
