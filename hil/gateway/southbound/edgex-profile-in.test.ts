import { describe, expect, test } from 'vitest';
import { checkYaml } from '../../runtime/checked-yaml.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';
import { pointsOf } from './point.ts';
import { profileProblems } from './profile-problems.ts';

/** What EdgeX users write: quoted numbers, words in any case, keys of core-metadata, commands with mappings. */
const FIELD_PROFILE = `
apiVersion: "v2"
id: 7a1707f0-166f-4c4b-bc9d-1d54c74e0137
created: 1700000000000
name: "Boiler Room Controller"
manufacturer: "Somebody"
model: 3037
labels:
- "HVAC"
description:
deviceResources:
-
  name: "Pump A"
  isHidden: true
  description: "0-OFF 1-ON"
  attributes:
    { primaryTable: "coils", startingAddress: "1" }
  properties:
    { valueType: "BOOL", readWrite: "WR", scale: 1, minimum: 0, maximum: 1, defaultValue: "0", mask: "0x00", shift: "0", base: "0" }
-
  name: "Door"
  attributes: { primaryTable: "DISCRETE_INPUTS", startingAddress: 0x10 }
  properties: { valueType: "Bool", readWrite: "R", assertion: "false" }
-
  name: "Failure"
  attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 10.10 }
  properties: { valueType: "Bool", readWrite: "R" }
-
  name: "Lamp"
  attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: "10.1" }
  properties: { valueType: "Bool", readWrite: "R" }
-
  name: "FlowTemperature"
  tags: { location: boiler, floor: 2 }
  attributes: { primaryTable: "INPUT_REGISTERS", startingAddress: "0x1F", rawType: "INT16" }
  properties: { valueType: "FLOAT32", readWrite: "R", scale: "0.1", offset: "-1.5e1", units: "degC", minimum: "-40", maximum: "150" }
-
  name: "Energy"
  attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 40, isByteSwap: "false", isWordSwap: "TRUE" }
  properties: { valueType: "uint32", readWrite: "R", optional: { deadband: "2", vendorNote: [1, 2] } }
-
  name: "Stage"
  attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 50 }
  properties: { valueType: "UINT16", readWrite: "RW", mask: "0x0F00", shift: "-8" }
-
  name: "Serial"
  attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 60, stringRegisterSize: "5" }
  properties: { valueType: "String", readWrite: "R", optional: }
deviceCommands:
-
  name: "Both"
  readWrite: "R"
  isHidden: "false"
  resourceOperations:
    - { deviceResource: "Pump A", mappings: { "true": ON, "false": 0 } }
    - { deviceResource: "Door", defaultValue: "false" }
`;

function read(text: string): DeviceProfile {
  const checked = checkYaml(text, 'field.yaml', deviceProfileSchema);
  if (checked.kind === 'invalid') throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

describe('a profile from the field', () => {
  const profile = read(FIELD_PROFILE);
  const point = (name: string): object | undefined => pointsOf(profile).find((one) => one.name === name);

  test('is sound', () => expect(profileProblems(profile)).toEqual([]));

  test.each([
    ['Pump A', { table: 'COILS', address: 1, rawType: 'Bool', readable: true, writable: true }],
    ['Door', { table: 'DISCRETES_INPUT', address: 16, rawType: 'Bool' }],
    ['Failure', { address: 10, bit: 10, rawType: 'Bool', registerCount: 1 }],
    ['Lamp', { address: 10, bit: 1 }],
    ['FlowTemperature', { address: 31, rawType: 'Int16', valueType: 'Float32', scale: 0.1, offset: -15, minimum: -40, maximum: 150 }],
    ['Energy', { address: 40, rawType: 'Uint32', registerCount: 2, byteSwap: false, wordSwap: true, deadband: 2 }],
    ['Stage', { rawType: 'Uint16', field: { mask: 0xf00n, shift: -8 } }],
    ['Serial', { rawType: 'String', registerCount: 5 }],
  ])('%s means what EdgeX means by it', (name, expected) => expect(point(name)).toMatchObject(expected));

  test('keeps what has no effect here', () => {
    expect(profile).toMatchObject({ id: '7a1707f0-166f-4c4b-bc9d-1d54c74e0137', created: 1_700_000_000_000, model: '3037', description: '' });
    expect(profile.deviceResources[4]).toMatchObject({ tags: { location: 'boiler', floor: 2 } });
    expect(profile.deviceResources[5]?.properties.optional).toEqual({ deadband: 2, vendorNote: [1, 2] });
    expect(profile.deviceCommands?.[0]).toMatchObject({ isHidden: false, resourceOperations: [{ mappings: { true: 'ON', false: '0' } }, { defaultValue: 'false' }] });
  });
});

const LINES = FIELD_PROFILE.split('\n');

/** The profile with one change, and the line that it is on. */
function changed(from: string, to: string): { readonly text: string; readonly line: number } {
  return { text: FIELD_PROFILE.replace(from, to), line: LINES.findIndex((line) => line.includes(from.split('\n')[0] ?? '')) + 1 };
}

test.each([
  ['an unknown raw type', 'rawType: "INT16"', 'rawType: "Itn16"', 'attributes.rawType', 'did you mean "Int16"?'],
  ['a type that no table holds', 'valueType: "String"', 'valueType: "Binary"', 'properties.valueType', 'expected one of Bool, Int16'],
  ['an unknown table', 'primaryTable: "coils"', 'primaryTable: "COLIS"', 'attributes.primaryTable', 'did you mean "COILS"?'],
  ['an address that is no number', 'startingAddress: "1"', 'startingAddress: "one"', 'attributes.startingAddress', 'expected a zero-based address'],
  ['an address beyond the table', 'startingAddress: 0x10', 'startingAddress: 70000', 'attributes.startingAddress', 'found 70000'],
  ['a bit beyond the register', 'startingAddress: "10.1"', 'startingAddress: "10.16"', 'attributes.startingAddress', 'register.bit'],
  ['two bits', 'startingAddress: "10.1"', 'startingAddress: "10.1", bit: 2', 'attributes.bit', 'bit 2 contradicts bit 1'],
  ['a misspelt attribute', 'isWordSwap', 'isWordSwapped', 'isWordSwapped', 'did you mean "isWordSwap"?'],
  ['a misspelt property', 'units: "degC"', 'unit: "degC"', 'properties.unit', 'did you mean "units"?'],
  ['a misspelt key of the map for developers', 'deadband: "2"', 'deadBand: "2"', 'optional.deadBand', 'did you mean "deadband"?'],
  ['a mask below zero', 'mask: "0x00"', 'mask: "-1"', 'properties.mask', 'expected at least 0'],
  ['a base that does something', 'base: "0"', 'base: "10"', 'properties.base', 'base (base to the power of the reading) is not supported'],
  ['a word for a number', 'scale: "0.1"', 'scale: "tenth"', 'properties.scale', 'expected a number'],
  ['a word for a boolean', 'isByteSwap: "false"', 'isByteSwap: "no way"', 'attributes.isByteSwap', 'expected true or false'],
  ['a name that no topic holds', 'name: "Pump A"', 'name: "Pump/A"', 'deviceResources.0.name', 'expected a letter or digit'],
])('%s is refused with line and key', (_name, from, to, key, words) => {
  const { text, line } = changed(from, to);
  const checked = checkYaml(text, 'field.yaml', deviceProfileSchema);
  expect(checked).toMatchObject({ kind: 'invalid', problems: expect.arrayContaining([{ place: expect.objectContaining({ file: 'field.yaml', line, key: expect.stringContaining(key) }), message: expect.stringContaining(words) }]) });
});

test.each([
  ['an operation on nothing', 'deviceResource: "Door"', 'deviceResource: "Doors"', ['deviceCommands', 0, 'resourceOperations', 1, 'deviceResource'], 'did you mean "Door"?'],
  ['a command that may not read', '\n  readWrite: "R"', '\n  readWrite: "RW"', ['deviceCommands', 0, 'resourceOperations', 1, 'deviceResource'], 'the command is RW, but Door is R'],
])('%s is found', (_name, from, to, path, words) => {
  expect(profileProblems(read(FIELD_PROFILE.replace(from, to)))).toEqual([{ path, message: expect.stringContaining(words) }]);
});

test('a command that stands twice is found', () => {
  const [, commands = ''] = FIELD_PROFILE.split('deviceCommands:');
  expect(profileProblems(read(FIELD_PROFILE + commands))).toEqual([{ path: ['deviceCommands', 1, 'name'], message: 'Both: a command of that name stands above' }]);
});
