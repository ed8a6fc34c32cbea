import { SERIAL_UNIT_ID_MAX } from '../../hil/protocols/modbus/unit-id.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { SerialLine } from '../../hil/transport/byte-link.ts';

/** Devices of one group on TCP; each takes a listener. */
export const GROUP_DEVICES_MAX = 20_000;
const PORT_MAX = 65_535;

interface CommonOptions {
  /** Devices are called `<group>-1`, `<group>-2`, ... */
  readonly group: string;
  /** Name of a shipped profile, or a path to a device-profile YAML file. */
  readonly profile: string;
  /** Where a relative profile path starts; default: the working directory. */
  readonly profileFolder?: string;
  /** Number of devices. On TCP each has unit id 1, on RTU they have 1 to `count`. Default: as many as `units`, else 1. */
  readonly count?: number;
  /** The unit id of each device, 1 to 247, in place of `count`; on RTU all different. */
  readonly units?: readonly number[];
  /** Simulated seconds for each second; default: that of the profile's process (pump station 20, drive 5). */
  readonly timeScale?: number;
}

/** Each device on a TCP port of its own. */
export interface TcpGroupOptions extends CommonOptions {
  readonly transport: 'modbus-tcp';
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Of the first device, the next ones follow on; 0 (default): any free port for each. */
  readonly port?: number;
  /** What a unit id other than the device's own, 0 and 255 gets; default silence. */
  readonly foreignUnit?: 'silence' | 'exception-0b';
}

/**
 * All devices on one serial line, by default 19200 8E1 as Modbus over Serial Line V1.02 has it. A pseudo-terminal ignores
 * parity and stop bits; the baud rate sets how long frames take.
 */
export interface RtuGroupOptions extends CommonOptions, Partial<SerialLine> {
  readonly transport: 'modbus-rtu';
}

export type PlcGroupOptions = TcpGroupOptions | RtuGroupOptions;

/**
 * The unit id of each device.
 * @throws FieldproofError FP_LIMIT for an impossible count, port range, time scale or unit id.
 */
export function unitsOf(options: PlcGroupOptions): readonly number[] {
  const isTcp = options.transport === 'modbus-tcp';
  const count = options.units?.length ?? options.count ?? 1;
  const countMax = isTcp ? GROUP_DEVICES_MAX : SERIAL_UNIT_ID_MAX;
  check(options.group, isWhole(count, 1, countMax), `has ${count} devices: 1 to ${countMax}`);
  check(options.group, (options.timeScale ?? 1) > 0, `has time scale ${options.timeScale}: above 0`);
  const units = options.units ?? Array.from({ length: count }, (_none, index) => (isTcp ? 1 : index + 1));
  for (const unit of units) check(options.group, isWhole(unit, 1, SERIAL_UNIT_ID_MAX), `has unit id ${unit}: 1 to ${SERIAL_UNIT_ID_MAX}`);
  if (!isTcp) check(options.group, new Set(units).size === count, 'has a unit id twice on one line');
  const lastPort = isTcp && options.port !== undefined && options.port !== 0 ? options.port + count - 1 : 0;
  check(options.group, isWhole(lastPort, 0, PORT_MAX), `would end at port ${lastPort}: at most ${PORT_MAX}`);
  return units;
}

function check(group: string, holds: boolean, message: string): void {
  if (!holds) throw new FieldproofError('FP_LIMIT', `PLC group ${group} ${message}`);
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
