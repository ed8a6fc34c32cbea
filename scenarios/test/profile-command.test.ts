import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedProfiles } from '../../hil/gateway/southbound/load-profile.ts';
import { runCli } from './cli-process.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-profile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const MAP = `Tag,Register,Type,Order,Factor,Unit,R/W
Level,30001,uint16,,0.001,m,R
Energy,40011,float,CDAB,,kWh,R
Setpoint,40001,int16,,0.1,degC,RW
Pump,00001,,,,,RW
`;

test('a register map becomes a profile that checks and drives a virtual PLC', async () => {
  const map = fileWith('map.csv', MAP);
  const out = join(folder, 'boiler.yaml');
  const made = await runCli(['profile', 'import', map, '--name', 'boiler', '--address-base', '4xxxx', '--out', out]);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  expect(made.stderr).toContain('boiler: 4 points (4 can be read, in 3 requests; 2 can be written)');
  expect(readFileSync(out, 'utf8')).toContain('startingAddress: 10, rawType: Float32, isWordSwap: true');
  expect(await runCli(['profile', 'check', out])).toMatchObject({ code: 0 });
  const again = await runCli(['profile', 'import', map, '--name', 'boiler', '--address-base', '4xxxx', '--out', out]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('--force writes over it');
});

test('list and export: what ships, and a start for a profile of your own', async () => {
  const listed = await runCli(['profile', 'list']);
  expect(listed.code).toBe(0);
  for (const name of shippedProfiles()) expect(listed.stdout).toMatch(new RegExp(`^${name} +\\d+ points  \\S`, 'mu'));
  const exported = await runCli(['profile', 'export', 'tank']);
  expect(exported.code).toBe(0);
  const own = fileWith('own.yaml', exported.stdout);
  const checked = await runCli(['profile', 'check', own]);
  expect(checked).toMatchObject({ code: 0, stderr: expect.stringContaining('tank: 38 points') });
  expect(checked.stderr).toContain('kept, but without effect here: apiVersion, labels');
});

/** A profile of one resource with these attributes and properties, on lines 4 and 5. */
const resource = (attributes: string, properties: string): string => `name: bad\ndeviceResources:\n  - name: A\n    attributes: { ${attributes} }\n    properties: { ${properties} }\n`;

describe('a bad profile ends with 2, at its line and key', () => {
  const SOUND = ['primaryTable: HOLDING_REGISTERS, startingAddress: 0', 'valueType: Uint16, readWrite: R'] as const;

  test.each([
    ['a misspelt attribute', resource(`${SOUND[0]}, isWordSwop: true`, SOUND[1]), '4', 'attributes.isWordSwop', 'did you mean "isWordSwap"?'],
    ['a word for a number', resource(SOUND[0], `${SOUND[1]}, scale: tenth`), '5', 'properties.scale', 'expected a number'],
    ['a type that nothing holds', resource(`${SOUND[0]}, rawType: INT24`, SOUND[1]), '4', 'attributes.rawType', 'expected one of Bool, Int16'],
    ['a base', resource(SOUND[0], `${SOUND[1]}, base: "10"`), '5', 'properties.base', 'is not supported'],
    ['a written input register', resource('primaryTable: INPUT_REGISTERS, startingAddress: 0', 'valueType: Uint16, readWrite: RW'), '5', 'properties.readWrite', 'can only be read'],
    ['the form of EdgeX 1.x', resource(SOUND[0], 'value: { type: UINT16, readWrite: R }'), '5', 'properties.value', 'unknown key "value"'],
    ['a command on nothing', `${resource(...SOUND)}deviceCommands:\n  - name: C\n    readWrite: R\n    resourceOperations: [{ deviceResource: B }]\n`, '9', 'deviceCommands.0.resourceOperations.0.deviceResource', 'no device resource "B"'],
    ['no YAML', 'name: [', '1', '', 'FP_YAML_SYNTAX'],
  ])('%s', async (what, text, line, key, words) => {
    const file = fileWith(`${what.replaceAll(/\W/gu, '-')}.yaml`, text);
    const { code, stderr } = await runCli(['profile', 'check', file]);
    expect(stderr).toContain(`${file}:${line}:`);
    expect(stderr).toContain(key);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});

describe('a bad register map ends with 2, and writes nothing', () => {
  test('every mistake with its line and column', async () => {
    const map = fileWith('bad.csv', 'name,table,address,data type\nA,holding,1,int61\nB,holding,2,uint16\nC,holdng,x,uint16\n');
    const { code, stdout, stderr } = await runCli(['profile', 'import', map, '--name', 'bad']);
    expect(stderr).toContain(`${map}:2 data type`);
    expect(stderr).toContain('also line 4 address');
    expect(stderr).toContain('also line 4 table: expected coil');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test.each([
    ['no column for addresses', 'name,adres\nA,1\n', 'did you mean "address" by "adres"?'],
    ['an open quote', 'name,table,address\n"A,coil,1\n', 'FP_CSV_SYNTAX'],
    ['a Modicon number without saying so', 'name,table,address\nA,holding,400001\n', 'outside 0 to 65535 of address base 0'],
  ])('%s', async (what, text, words) => {
    const { code, stderr } = await runCli(['profile', 'import', fileWith(`${what.replaceAll(' ', '-')}.csv`, text), '--name', 'bad']);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  test('a base that is none, a file that is not there', async () => {
    expect(await runCli(['profile', 'import', 'x.csv', '--name', 'x', '--address-base', '5'])).toMatchObject({ code: 2, stderr: expect.stringContaining('4xxxx') });
    expect(await runCli(['profile', 'import', join(folder, 'none.csv'), '--name', 'x'])).toMatchObject({ code: 2, stderr: expect.stringContaining('FP_FILE_UNREADABLE') });
    expect(await runCli(['profile', 'check', 'hvaac'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "hvac"?') });
  });
});
