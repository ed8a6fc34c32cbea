import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '../../runtime/errors.ts';
import { deviceProfileSchema } from './device-profile.ts';
import { loadProfile, shippedProfiles } from './load-profile.ts';
import { pointsOf } from './point.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A profile of one resource with these lines as attributes and properties. */
const profileText = (attributes: string, properties: string, name = 'level'): string =>
  `name: one\ndeviceResources:\n  - name: ${name}\n    attributes: { ${attributes} }\n    properties: { ${properties} }\n`;

describe('shipped profiles', () => {
  test.each(shippedProfiles())('%s is sound', (name) => {
    expect(pointsOf(loadProfile(name)).length).toBeGreaterThan(0);
  });

  test('both are there', () => {
    expect(shippedProfiles()).toEqual(expect.arrayContaining(['motor-drive', 'pump-station']));
  });
});

test('a relative path starts at the folder given', () => {
  writeFileSync(join(folder, 'tank.yaml'), profileText('primaryTable: INPUT_REGISTERS, startingAddress: 3', 'valueType: Uint16, readWrite: R'));
  expect(loadProfile('./tank.yaml', folder).name).toBe('one');
});

test('an unknown name is answered with the nearest and all shipped ones', () => {
  expect(() => loadProfile('pump-staton', folder)).toThrow(
    expect.objectContaining({ code: 'FP_PROFILE_UNKNOWN', message: expect.stringMatching(/did you mean "pump-station".*motor-drive, pump-station/u) }),
  );
});

const HOLDING = 'primaryTable: HOLDING_REGISTERS, startingAddress: 0';
test.each([
  ['coil of words', 'primaryTable: COILS, startingAddress: 0, rawType: Uint16', 'valueType: Uint16, readWrite: R', 'rawType must be Bool'],
  ['bit of a number', `${HOLDING}, rawType: Uint16, bit: 3`, 'valueType: Uint16, readWrite: R', 'bit is only for'],
  ['bit of a coil', 'primaryTable: COILS, startingAddress: 0, bit: 3', 'valueType: Bool, readWrite: R', 'bit is only for'],
  ['string without size', `${HOLDING}, rawType: String`, 'valueType: String, readWrite: R', 'needs stringRegisterSize'],
  ['size without string', `${HOLDING}, stringRegisterSize: 4`, 'valueType: Uint16, readWrite: R', 'only for rawType String'],
  ['beyond the table', 'primaryTable: HOLDING_REGISTERS, startingAddress: 65533, rawType: Int64', 'valueType: Int64, readWrite: R', 'ends at address 65536'],
  ['writable input', 'primaryTable: INPUT_REGISTERS, startingAddress: 0', 'valueType: Uint16, readWrite: RW', 'can only be read'],
  ['number as Bool', `${HOLDING}, rawType: Int16`, 'valueType: Bool, readWrite: R', 'cannot hold rawType Int16'],
  ['scale 0', HOLDING, 'valueType: Float32, readWrite: R, scale: 0', 'must not be 0'],
  ['scaled Bool', `${HOLDING}, rawType: Bool`, 'valueType: Bool, readWrite: R, scale: 2', 'no scale'],
  ['cut fraction', HOLDING, 'valueType: Uint16, readWrite: R, scale: 0.1', 'would cut the fraction'],
  ['cut float', `${HOLDING}, rawType: Float32`, 'valueType: Int32, readWrite: R', 'would cut the fraction'],
  ['deadband of a Bool', `${HOLDING}, rawType: Bool`, 'valueType: Bool, readWrite: R, optional: { deadband: 1 }', 'no deadband'],
  ['bounds', HOLDING, 'valueType: Uint16, readWrite: R, minimum: 5, maximum: 4', 'above maximum'],
  ['word order of a String', `${HOLDING}, rawType: String, stringRegisterSize: 2, isWordSwap: true`, 'valueType: String, readWrite: R', 'isWordSwap'],
])('%s is refused with file and line', (_name, attributes, properties, words) => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, profileText(attributes, properties));
  expect(() => loadProfile(file)).toThrow(
    expect.objectContaining({ code: 'FP_SCHEMA', message: expect.stringContaining(words), place: expect.objectContaining({ file, line: expect.toSatisfy((line) => line >= 4) }) }),
  );
});

test('pointsOf lists every contradiction of a profile that came from elsewhere', () => {
  const resource = { name: 'level', attributes: { primaryTable: 'COILS', startingAddress: 0 }, properties: { valueType: 'Bool', readWrite: 'R', scale: 0 } };
  const profile = deviceProfileSchema.parse({ name: 'twice', deviceResources: [resource, resource] });
  let message = '';
  try {
    pointsOf(profile);
  } catch (cause) {
    message = messageOf(cause);
  }
  expect(message).toMatch(/must not be 0[^]*stands above/u);
});
