import type { FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import { SERIAL_UNIT_ID_MAX } from '../../hil/protocols/modbus/unit-id.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { SerialLine } from '../../hil/transport/byte-link.ts';
import type { Replay } from './recording/replay.ts';

/** Devices of one group on TCP. */
export const GROUP_DEVICES_MAX = 20_000;
/** Up to here each device gets a port of its own unless the options say otherwise; above, an address of its own. */
export const PER_PORT_DEVICES_MAX = 1_000;
/** Connections that one device may be allowed to serve at once. */
export const DEVICE_CONNECTIONS_MAX = 1_000;
const PORT_MAX = 65_535;

interface CommonOptions {
  /** Devices are called `<group>-1`, `<group>-2`, ... */
  readonly group: string;
  /** Name of a shipped profile, or a path to a device-profile YAML file. With `replay` only a name for people. */
  readonly profile: string;
  /** The devices answer like a recorded one, in place of a profile. */
  readonly replay?: Replay;
  /** Where a relative profile path starts; default: the working directory. */
  readonly profileFolder?: string;
  /**
   * Number of devices. On TCP each has unit id 1, or that of the recorded device; on a serial line they have 1 to `count`.
   * Default: as many as `units`, else 1; a single replay has the unit id of the recorded device.
   */
  readonly count?: number;
  /** The unit id of each device, 1 to 247, in place of `count`; on RTU all different. */
  readonly units?: readonly number[];
  /** Simulated seconds for each second; default: that of the profile's process (pump station 20, drive 5). */
  readonly timeScale?: number;
  /** The function codes that the devices offer; another one gets exception 01. Default: all 19, of a replay what was recorded. */
  readonly functionCodes?: readonly FunctionCode[];
}

/**
 * How the devices of a group are told apart on TCP. `per-port`: each has a listener of its own on one address.
 * `loopback-range`: all share one port, and each has an address of its own in 127.0.0.0/8; only this machine reaches them.
 */
export type AddressMode = 'per-port' | 'loopback-range';

/** Each device on a TCP port or on a loopback address of its own. */
export interface TcpGroupOptions extends CommonOptions {
  readonly transport: 'modbus-tcp';
  /** Default: `per-port` for up to `PER_PORT_DEVICES_MAX` devices, else `loopback-range`. */
  readonly addressMode?: AddressMode;
  /** Default 127.0.0.1. In a loopback range the address of the first device; the next ones follow on. */
  readonly host?: string;
  /** Of the first device, the next ones follow on; 0 (default): any free port for each. In a loopback range that of all. */
  readonly port?: number;
  /** What a unit id other than the device's own, 0 and 255 gets; default silence. */
  readonly foreignUnit?: 'silence' | 'exception-0b';
  /** Connections that one device serves at once, 1 to 1,000; default 16. One more closes the quietest. */
  readonly connectionsMax?: number;
}

interface SerialOptions extends CommonOptions, Partial<SerialLine> {
  /** A serial port that exists: an adapter, or an end of somebody's pseudo-terminal. Default: a pseudo-terminal of its own. */
  readonly serialPath?: string;
}

/**
 * All devices on one serial line, by default 19200 8E1 as Modbus over Serial Line V1.02 has it, and
 * without parity two stop bits. A pseudo-terminal ignores
 * parity and stop bits; the baud rate sets how long frames take.
 */
export interface RtuGroupOptions extends SerialOptions {
  readonly transport: 'modbus-rtu';
}

/** As `RtuGroupOptions`, in ASCII mode: by default 19200 7E1. A pseudo-terminal ignores the number of data bits too. */
export interface AsciiGroupOptions extends SerialOptions {
  readonly transport: 'modbus-ascii';
}

/**
 * All devices on one serial line in RTU mode behind a raw serial server: its clients send RTU frames over TCP. The baud rate
 * sets how long frames take.
 */
export interface RtuTcpGroupOptions extends CommonOptions, Partial<SerialLine> {
  readonly transport: 'modbus-rtu-tcp';
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 (default): any free port. */
  readonly port?: number;
}

export type PlcGroupOptions = TcpGroupOptions | RtuGroupOptions | AsciiGroupOptions | RtuTcpGroupOptions;

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
  const units = options.units ?? defaultUnits(options, count);
  for (const unit of units) check(options.group, isWhole(unit, 1, SERIAL_UNIT_ID_MAX), `has unit id ${unit}: 1 to ${SERIAL_UNIT_ID_MAX}`);
  if (!isTcp) check(options.group, new Set(units).size === count, 'has a unit id twice on one line');
  check(options.group, options.functionCodes === undefined || options.replay === undefined, 'replays a recording, which says what the device offers: no function codes');
  const connections = (isTcp ? options.connectionsMax : undefined) ?? 1;
  check(options.group, isWhole(connections, 1, DEVICE_CONNECTIONS_MAX), `allows ${connections} connections: 1 to ${DEVICE_CONNECTIONS_MAX}`);
  const isPerPort = isTcp && addressModeOf(options, count) === 'per-port';
  const lastPort = isPerPort && options.port !== undefined && options.port !== 0 ? options.port + count - 1 : 0;
  check(options.group, isWhole(lastPort, 0, PORT_MAX), `would end at port ${lastPort}: at most ${PORT_MAX}`);
  return units;
}

function defaultUnits({ transport, replay }: PlcGroupOptions, count: number): number[] {
  const recorded = replay?.recording.header.unit ?? 1;
  const isAlone = replay !== undefined && count === 1;
  return Array.from({ length: count }, (_none, index) => (transport === 'modbus-tcp' || isAlone ? recorded : index + 1));
}

/** @param count - Devices of the group. */
export function addressModeOf({ addressMode }: TcpGroupOptions, count: number): AddressMode {
  return addressMode ?? (count <= PER_PORT_DEVICES_MAX ? 'per-port' : 'loopback-range');
}

function check(group: string, holds: boolean, message: string): void {
  if (!holds) throw new FieldproofError('FP_LIMIT', `PLC group ${group} ${message}`);
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
