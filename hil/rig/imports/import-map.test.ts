import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkYaml } from '../../runtime/checked-yaml.ts';
import { hardwareMapProblems } from '../hardware-map-problems.ts';
import { hardwareMapText } from '../hardware-map-text.ts';
import { hardwareMapSchema, type HardwareMap } from '../hardware-map.ts';
import type { ImportedMap } from './imported-map.ts';
import { importMaps } from './import-map.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What was imported must be a map of ours. */
function asMap({ duts }: ImportedMap): HardwareMap {
  const checked = checkYaml(hardwareMapText(duts), 'imported', hardwareMapSchema);
  if (checked.kind === 'invalid') throw new Error(JSON.stringify(checked.problems));
  expect(hardwareMapProblems(checked.value, '.')).toEqual([]);
  return checked.value;
}

/** As twister writes it with --generate-hardware-map, completed by hand. */
const TWISTER = `
- connected: true
  id: 000683759358
  platform: nrf52840dk/nrf52840
  product: J-Link
  runner: nrfjprog
  serial: /dev/ttyACM1
  fixtures:
    - gpio_loopback
    - Fixture Display
- connected: false
  id: OSHW000032254e4500128002ab98002784d1000097969900
  notes: on the shelf
  platform: [reel_board, reel_board/nrf52840/2]
  product: unknown
  runner: unknown
  serial: /dev/serial/by-id/usb-ARM_DAPLink-if01
  baud: 9600
  pre_script: ./prepare.sh
- connected: true
  id: simulated
  platform: native_sim
  product: none
  runner: unknown
  serial_pty: ./pty.sh
`;

test('a twister map: ports, baud rates, fixtures and notes are taken over, the rest is listed', () => {
  const imported = importMaps([file('twister.yaml', TWISTER)]);
  expect(imported.format).toBe('twister');
  expect(asMap(imported).duts).toMatchObject([
    {
      // YAML reads the digits as a number, as twister itself does.
      id: '683759358',
      model: 'J-Link, nrf52840dk/nrf52840',
      transport: 'modbus-rtu',
      address: '/dev/ttyACM1',
      line: { baudRate: 115_200, parity: 'none' },
      fixtures: ['gpio_loopback', 'fixture-display'],
      connected: true,
    },
    { model: 'reel_board reel_board/nrf52840/2', line: { baudRate: 9_600 }, connected: false, notes: 'on the shelf' },
  ]);
  expect(imported.notes.join('\n')).toMatch(/683759358: not taken over: runner\n/u);
  expect(imported.notes.join('\n')).toMatch(/oshw\S+: not taken over: pre_script\n/u);
  expect(imported.notes.join('\n')).toContain('simulated: left out, it has no serial port (serial_pty is a program, not a port)');
  expect(imported.notes.filter((note) => note.includes('check transport, units and parity')).length).toBe(2);
});

/** labgrid, doc/configuration.rst: an exporter's file. */
const EXPORTER = `
meter-group:
  location: rack 3
  USBSerialPort:
    match:
      ID_SERIAL_SHORT: P-00-00682
    speed: 9600
  NetworkPowerPort:
    model: simplerest
    host: 'http://172.17.180.53:9999/relay/{index}/{value}'
    index: 3
server-group:
  console:
    cls: NetworkSerialPort
    host: serial.lab
    port: 4001
    speed: 19200
    protocol: raw
  NetworkPowerPort:
    model: gude
    host: powerswitch
    index: 0
drive-group:
  ModbusRTU: { port: /dev/ttyS1, address: 16, speed: 38400 }
  ModbusTCPCoil: { host: 192.168.23.42, coil: 1, invert: true }
camera-group:
  USBVideo:
    match: { ID_SERIAL_SHORT: cam }
`;

test('a labgrid exporter: ports, Modbus, and power ports that state their request; the rest is listed', () => {
  const imported = importMaps([file('exporter.yaml', EXPORTER)]);
  expect(imported.format).toBe('labgrid');
  expect(asMap(imported).duts).toMatchObject([
    {
      id: 'meter-group',
      address: '/dev/serial/by-id/usb-P-00-00682-if00-port0',
      line: { baudRate: 9_600 },
      notes: 'location: rack 3',
      power: { kind: 'http', method: 'GET', url: 'http://172.17.180.53:9999/relay/3/{value}' },
    },
    { id: 'server-group', transport: 'modbus-rtu', address: 'serial.lab:4001' },
    { id: 'drive-group', address: '/dev/ttyS1', units: [16], line: { baudRate: 38_400 }, power: { kind: 'modbus-coil', address: '192.168.23.42:502', coil: 1, invert: true } },
  ]);
  const notes = imported.notes.join('\n');
  expect(notes).toContain('server-group/NetworkPowerPort: NetworkPowerPort model gude speaks its vendor');
  expect(notes).toContain('camera-group/USBVideo: USBVideo has no place in the map');
  expect(notes).toContain('camera-group: left out');
  expect(notes).toContain('meter-group: USBSerialPort matches ID_SERIAL_SHORT=P-00-00682');
});

test('labgrid places choose from the exporter by their matches', () => {
  const places = file('places.yaml', 'places:\n  bench-a:\n    matches: ["*/drive-group/*", { "lab/meter-group/NetworkPowerPort": power }]\n    tags: { board: x }\n  bench-b:\n    matches: ["*/nowhere/*"]\n');
  const imported = importMaps([places, file('exporter.yaml', EXPORTER)]);
  expect(asMap(imported).duts).toMatchObject([{ id: 'bench-a', address: '/dev/ttyS1', power: { kind: 'http' } }]);
  expect(imported.notes.join('\n')).toContain('place bench-b: no resource in the files fits */nowhere/*');
});

test('a labgrid environment file gives its targets', () => {
  const environment = 'targets:\n  main:\n    resources:\n      RawSerialPort: { port: /dev/ttyUSB3, speed: 115200 }\n';
  expect(asMap(importMaps([file('env.yaml', environment)])).duts).toMatchObject([{ id: 'main', address: '/dev/ttyUSB3' }]);
});

test('what is no such map is refused with its line', () => {
  expect(() => importMaps([file('bad.yaml', '- connected: true\n  id: a\n- id: b\n')])).toThrowError(expect.objectContaining({ code: 'FP_SCHEMA', place: expect.objectContaining({ line: 3 }) }));
});
