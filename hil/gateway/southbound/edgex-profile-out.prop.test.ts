import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkYaml } from '../../runtime/checked-yaml.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { deviceProfileSchema, PRIMARY_TABLES, RAW_TYPES, type DeviceProfile } from './device-profile.ts';
import { edgexProfileText } from './edgex-profile-out.ts';
import { loadProfile, shippedProfiles } from './load-profile.ts';

/** Text that a YAML writer gets wrong when it is careless. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '1', '010', '0x1F', 'true', 'no', 'null', '~', '1e3', '.inf', '- a', 'a: b', '# no comment', '"', "it's", '{a}', '[x]', '*a', '&a', '!t', 'two\nlines', ' padded ', '%', '@', '°C', '2026-01-01'),
);
const names = fc.oneof(fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9 _.~:;=%()-]{0,20}[A-Za-z0-9_.)-])?$/u), fc.constantFrom('12', '1.50', 'null', 'Öl Druck', '温度', 'no'));
const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)), fc.integer(), fc.constantFrom(0.1, 1e-7, 1e21, 5e-324));
const json = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('-0'));
const tags = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), json, { maxKeys: 3 });
const readWrite = fc.constantFrom('R', 'W', 'RW');
const optional = { requiredKeys: [] };

const attributes = fc.record(
  {
    primaryTable: fc.constantFrom(...PRIMARY_TABLES),
    startingAddress: fc.integer({ min: 0, max: 65_535 }),
    rawType: fc.constantFrom(...RAW_TYPES),
    bit: fc.integer({ min: 0, max: 15 }),
    stringRegisterSize: fc.integer({ min: 1, max: 123 }),
    isByteSwap: fc.boolean(),
    isWordSwap: fc.boolean(),
  },
  { requiredKeys: ['primaryTable', 'startingAddress'] },
);
const properties = fc.record(
  {
    valueType: fc.constantFrom(...RAW_TYPES),
    readWrite,
    units: texts,
    scale: numbers,
    offset: numbers,
    minimum: numbers,
    maximum: numbers,
    defaultValue: texts,
    mask: fc.nat(0xffff_ffff),
    shift: fc.integer({ min: -63, max: 63 }),
    assertion: texts,
    mediaType: texts,
    optional: fc.record({ deadband: fc.double({ min: 0, max: 1e9, noNaN: true }), maxSilenceMs: fc.integer({ min: 100, max: 1e9 }), vendorNote: json }, optional),
  },
  { requiredKeys: ['valueType', 'readWrite'] },
);
const resources = fc.record({ name: names, description: texts, isHidden: fc.boolean(), tag: texts, tags, attributes, properties }, { requiredKeys: ['name', 'attributes', 'properties'] });
const operations = fc.record({ deviceResource: names, defaultValue: texts, mappings: fc.dictionary(texts, texts, { maxKeys: 3 }) }, { requiredKeys: ['deviceResource'] });
const commands = fc.record({ name: names, isHidden: fc.boolean(), readWrite, tags, resourceOperations: fc.array(operations, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ['name', 'readWrite', 'resourceOperations'] });
const registers = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 4 });
const files = fc.array(fc.record({ number: fc.integer({ min: 1, max: 65_535 }), records: fc.integer({ min: 1, max: 10_000 }), contents: fc.array(fc.record({ record: fc.nat(9_999), values: registers }), { maxLength: 2 }) }, { requiredKeys: ['number'] }), { minLength: 1, maxLength: 3 });
const fifoQueues = fc.array(fc.record({ address: fc.nat(65_535), values: registers }), { minLength: 1, maxLength: 3 });
const profiles: fc.Arbitrary<DeviceProfile> = fc
  .record(
    {
      apiVersion: fc.constantFrom('v2', 'v3'),
      id: fc.uuid(),
      name: names,
      manufacturer: texts,
      model: texts,
      description: texts,
      labels: fc.array(texts, { maxLength: 3 }),
      memory: fc.constantFrom('separate', 'overlaid'),
      files,
      fifoQueues,
      deviceResources: fc.array(resources, { minLength: 1, maxLength: 4 }),
      deviceCommands: fc.array(commands, { maxLength: 2 }),
    },
    { requiredKeys: ['name', 'deviceResources'] },
  )
  .map((input) => deviceProfileSchema.parse(input));

test('a profile that is written and read again is the same', () => {
  fc.assert(
    fc.property(profiles, fc.option(texts, { nil: undefined }), (profile, comment) => {
      expect(readBack(edgexProfileText(profile, comment))).toEqual(profile);
    }),
    replay(),
  );
});

test.each(shippedProfiles())('%s survives it too', (name) => {
  const profile = loadProfile(name);
  expect(readBack(edgexProfileText(profile))).toEqual(profile);
});

test('what needs not be said is not said', () => {
  const resource = { name: 'Level', attributes: { primaryTable: 'COILS', startingAddress: '7' }, properties: { valueType: 'BOOL', readWrite: 'wr' } };
  expect(edgexProfileText(deviceProfileSchema.parse({ name: 'small', deviceResources: [resource] }), 'By hand.\nTwice.')).toBe(
    `# By hand.\n# Twice.\n\nname: small\ndeviceResources:\n  - name: Level\n    attributes: { primaryTable: COILS, startingAddress: 7 }\n    properties: { valueType: Bool, readWrite: RW }\n`,
  );
});

function readBack(text: string): unknown {
  const read = checkYaml(text, 'out.yaml', deviceProfileSchema);
  return read.kind === 'valid' ? read.value : read.problems;
}
