import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkYaml } from '../runtime/checked-yaml.ts';
import { devicesOf, linkAddressOf, parseHostPort } from './dut-address.ts';
import { hardwareMapText } from './hardware-map-text.ts';
import { hardwareMapSchema } from './hardware-map.ts';
import { findDut, loadHardwareMap, profilePathOf } from './load-hardware-map.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-map-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function mapFile(...lines: readonly string[]): string {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, ['duts:', ...lines].join('\n'));
  return file;
}

test('a map is read with its defaults', () => {
  const loaded = loadHardwareMap(mapFile('  - { id: pump, transport: modbus-rtu, address: /dev/ttyUSB0, profile: pump-station, fixtures: [loopback-rs485] }'));
  const dut = findDut(loaded, 'pump');
  expect(dut).toMatchObject({ units: [1], connected: true, timeout: 1_000, fixtures: ['loopback-rs485'] });
  expect(linkAddressOf(dut)).toEqual({ kind: 'serial', path: '/dev/ttyUSB0', line: { baudRate: 19_200, parity: 'even', stopBits: 1 } });
  expect(devicesOf(dut)).toEqual([{ device: 'pump', unit: 1 }]);
  expect(devicesOf({ id: 'a', units: [1, 7] })).toEqual([{ device: 'a-1', unit: 1 }, { device: 'a-7', unit: 7 }]);
  expect(profilePathOf(dut, folder)).toBe('pump-station');
  expect(profilePathOf({ ...dut, profile: 'mine.yaml' }, folder)).toBe(join(folder, 'mine.yaml'));
});

test.each([
  ['a misspelt key', ['  - { id: a, transport: modbus-tcp, adress: "h:502" }'], 2, /did you mean "address"/u],
  ['an unknown transport', ['  - { id: a, transport: modbus, address: "h:502" }'], 2, /modbus-tcp, modbus-rtu, modbus-rtu-tcp, modbus-ascii/u],
  ['an id twice', ['  - { id: a, transport: modbus-tcp, address: "h:502" }', '  - { id: a, transport: modbus-tcp, address: "i:502" }'], 3, /a DUT of that id stands above/u],
  ['modbus-tcp on a port', ['  - { id: a, transport: modbus-tcp, address: /dev/ttyS0 }'], 2, /needs host:port/u],
  ['modbus-rtu-tcp on a port', ['  - { id: a, transport: modbus-rtu-tcp, address: /dev/ttyS0 }'], 2, /modbus-rtu-tcp needs host:port/u],
  ['a unit twice', ['  - { id: a, transport: modbus-rtu, address: /dev/x }', '  - { id: b, transport: modbus-rtu, address: /dev/x }'], 3, /unit 1 at \/dev\/x belongs to a/u],
  ['two settings on one line', ['  - { id: a, transport: modbus-rtu, address: /dev/x }', '  - { id: b, transport: modbus-rtu, address: /dev/x, units: [2], line: { baudRate: 9600 } }'], 3, /must be the same/u],
  ['a profile that is not there', ['  - { id: a, transport: modbus-tcp, address: "h:502", profile: pump-sation }'], 2, /did you mean "pump-station"/u],
  ['a power hook of no kind', ['  - { id: a, transport: modbus-tcp, address: "h:502", power: { kind: htpp } }'], 2, /command, modbus-coil, http/u],
])('%s is refused with its line', (_what, lines, line, message) => {
  const file = mapFile(...lines);
  let thrown: unknown;
  try {
    loadHardwareMap(file);
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toMatchObject({ code: 'FP_SCHEMA', place: { file, line } });
  expect(String(thrown)).toMatch(message);
});

test('an unknown DUT is answered with the nearest', () => {
  const loaded = loadHardwareMap(mapFile('  - { id: pump, transport: modbus-tcp, address: "h:502" }'));
  expect(() => findDut(loaded, 'pmup')).toThrowError(/no DUT is called "pmup"; did you mean "pump"\? \(there are: pump\)/u);
});

test('the text of a map is read back as it was, also what YAML would take for something else', () => {
  const duts = [{ id: 'yes', model: 'no: #1 "x"', transport: 'modbus-tcp' as const, address: '[::1]:502', notes: 'a\nb', profile: undefined }];
  const checked = checkYaml(hardwareMapText(duts, ['a comment']), 'x', hardwareMapSchema);
  expect(checked.kind === 'valid' ? checked.value.duts[0] : checked).toMatchObject({ id: 'yes', model: 'no: #1 "x"', address: '[::1]:502', notes: 'a\nb' });
});

test.each([
  ['10.0.0.1:502', { host: '10.0.0.1', port: 502 }],
  ['[::1]:502', { host: '::1', port: 502 }],
  ['/dev/ttyS0', undefined],
  ['host:0', undefined],
  ['host:70000', undefined],
])('address %s', (text, expected) => {
  expect(parseHostPort(text)).toEqual(expected);
});
