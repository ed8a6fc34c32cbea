import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listSerialPorts, stablePathOf, type PortFolders } from './serial-ports.ts';

let root = '';
let folders: PortFolders;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fieldproof-ports-'));
  folders = { byId: join(root, 'by-id'), sysTty: join(root, 'tty'), dev: join(root, 'dev') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A USB adapter as sysfs shows it. */
function plugIn(name: string, product: string, link?: string): void {
  writeFileSync(join(folders.dev, name), '');
  const usb = join(root, `usb-${name}`);
  mkdirSync(join(usb, 'interface', name), { recursive: true });
  writeFileSync(join(usb, 'idVendor'), '0403\n');
  writeFileSync(join(usb, 'product'), `${product}\n`);
  mkdirSync(join(folders.sysTty, name));
  symlinkSync(join(usb, 'interface', name), join(folders.sysTty, name, 'device'));
  if (link !== undefined) symlinkSync(join(folders.dev, name), join(folders.byId, link));
}

test('adapters are listed by id, others by their device; terminals without hardware are not', () => {
  plugIn('ttyUSB0', 'FT232R USB UART', 'usb-FTDI_A-if00-port0');
  plugIn('ttyUSB1', 'CP2102');
  mkdirSync(join(folders.sysTty, 'tty0'));
  mkdirSync(join(folders.sysTty, 'ttyS3', 'device'), { recursive: true });
  writeFileSync(join(folders.sysTty, 'ttyS3', 'type'), '0\n');
  writeFileSync(join(folders.dev, 'ttyS3'), '');
  expect(listSerialPorts(folders)).toEqual([
    { stablePath: join(folders.byId, 'usb-FTDI_A-if00-port0'), devicePath: join(folders.dev, 'ttyUSB0'), description: 'FT232R USB UART' },
    { stablePath: join(folders.dev, 'ttyUSB1'), devicePath: join(folders.dev, 'ttyUSB1'), description: 'CP2102' },
  ]);
});

test('an adapter that comes back under another name keeps its stable one', () => {
  plugIn('ttyUSB0', 'FT232R', 'usb-FTDI_A-if00-port0');
  const stable = stablePathOf(join(folders.dev, 'ttyUSB0'), folders);
  unlinkSync(stable);
  rmSync(join(folders.dev, 'ttyUSB0'));
  rmSync(join(folders.sysTty, 'ttyUSB0'), { recursive: true });
  plugIn('ttyUSB7', 'FT232R', 'usb-FTDI_A-if00-port0');
  expect(listSerialPorts(folders)).toMatchObject([{ stablePath: stable, devicePath: join(folders.dev, 'ttyUSB7') }]);
});

test('a port without a by-id name is its own stable name, and a machine without any lists none', () => {
  expect(stablePathOf('/dev/ttyS9', folders)).toBe('/dev/ttyS9');
  expect(listSerialPorts({ byId: join(root, 'x'), sysTty: join(root, 'y'), dev: join(root, 'z') })).toEqual([]);
});
