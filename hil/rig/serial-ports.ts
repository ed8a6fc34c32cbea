import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where Linux shows its serial ports; tests point elsewhere. */
export interface PortFolders {
  /** Links named after the adapter, made by udev. */
  readonly byId: string;
  /** One folder for each terminal; those with a `device` are ports of hardware. */
  readonly sysTty: string;
  readonly dev: string;
}

export const SYSTEM_PORT_FOLDERS: PortFolders = { byId: '/dev/serial/by-id', sysTty: '/sys/class/tty', dev: '/dev' };

/** Ports one listing may hold. */
const PORTS_MAX = 256;

/** A serial port of this machine. */
export interface SerialPortInfo {
  /** The name to put into a map: by-id when there is one, because it stays the same when the adapter is plugged in again. */
  readonly stablePath: string;
  /** What it leads to now: `/dev/ttyUSB0`. */
  readonly devicePath: string;
  /** From the adapter's own description, as far as sysfs has it. */
  readonly description: string;
}

/**
 * Lists the serial ports of hardware: those that udev named by id, then those that only sysfs knows. Needs neither udevadm
 * nor root. Empty on a machine without any.
 */
export function listSerialPorts(folders: PortFolders = SYSTEM_PORT_FOLDERS): SerialPortInfo[] {
  const byDevice = new Map<string, string>();
  for (const name of namesIn(folders.byId)) {
    const link = join(folders.byId, name);
    const device = targetOf(link);
    if (device !== undefined && !byDevice.has(device)) byDevice.set(device, link);
  }
  const fromSys = namesIn(folders.sysTty).filter((name) => isHardware(folders, name)).map((name) => join(folders.dev, name));
  const devices = [...new Set([...byDevice.keys(), ...fromSys])].toSorted().slice(0, PORTS_MAX);
  return devices.map((devicePath) => ({
    stablePath: byDevice.get(devicePath) ?? devicePath,
    devicePath,
    description: describePort(folders, basename(devicePath)),
  }));
}

/** The by-id name of a port, or the path itself when it has none (or is one already). */
export function stablePathOf(path: string, folders: PortFolders = SYSTEM_PORT_FOLDERS): string {
  if (path.startsWith(`${folders.byId}/`)) return path;
  const device = targetOf(path);
  const name = device === undefined ? undefined : namesIn(folders.byId).find((link) => targetOf(join(folders.byId, link)) === device);
  return name === undefined ? path : join(folders.byId, name);
}

/** What a path leads to now; undefined when the port is not there. */
export function targetOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Unplugged, or a link whose port is gone.
    return undefined;
  }
}

/** Every PC lists four ports of the 8250 kind, most of which lead nowhere; a real one has another type than 0. */
function isHardware({ sysTty, dev }: PortFolders, name: string): boolean {
  if (!existsSync(join(sysTty, name, 'device')) || !existsSync(join(dev, name))) return false;
  return readLine(join(sysTty, name, 'type')) !== '0';
}

function describePort({ sysTty }: PortFolders, name: string): string {
  const device = join(sysTty, name, 'device');
  // A USB adapter's description stands at the USB device, some levels above the terminal; `device` is a link into that tree.
  const inTree = targetOf(device) ?? device;
  const levels = ['..', '../..', '../../..'].map((up) => join(inTree, up));
  const usb = levels.find((folder) => existsSync(join(folder, 'idVendor')));
  if (usb !== undefined) return ['manufacturer', 'product', 'serial'].flatMap((key) => readLine(join(usb, key)) ?? []).join(' ');
  try {
    return basename(readlinkSync(join(device, 'driver')));
  } catch {
    // No driver link: nothing is known about it.
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    // No such folder: no adapter is plugged in, or this is no Linux.
    return [];
  }
}

function readLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
