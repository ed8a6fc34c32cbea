import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkYaml } from '../../runtime/checked-yaml.ts';
import { z } from '../../runtime/schema.ts';
import { deviceProfileSchema } from './device-profile.ts';
import { EDGEX_KEYS, keptKeys, keyCounts } from './edgex-key-table.ts';

/** Every key that the schema allows, as the table writes them. */
function schemaKeys(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties, items } = Object(node);
  const inItems: string[] = items === undefined ? [] : schemaKeys(items, `${path}[]`);
  const own = Object.entries(Object(properties)).flatMap(([key, held]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...schemaKeys(held, at)];
  });
  return [...own, ...inItems];
}

describe('the table of keys', () => {
  const allowed = schemaKeys(z.toJSONSchema(deviceProfileSchema, { io: 'input', unrepresentable: 'any' }));
  const rows = new Map(EDGEX_KEYS.map((row) => [row.key, row]));

  test('has every key that the schema allows', () => {
    expect(allowed.filter((key) => !rows.has(key))).toEqual([]);
  });

  test('names as understood or kept only what the schema allows', () => {
    const named = EDGEX_KEYS.filter(({ key, handling }) => handling !== 'refused' && !key.endsWith('*'));
    expect(named.filter(({ key }) => !allowed.includes(key)).map(({ key }) => key)).toEqual([]);
  });

  test('stands in the README of the profiles, with its counts', () => {
    const text = readFileSync(new URL('profiles/README.md', import.meta.url), 'utf8');
    const { understood, kept, refused } = keyCounts();
    expect(text).toContain(`${understood} keys are understood, ${kept} are kept but have no effect, ${refused} are refused`);
    for (const { key, handling, note } of EDGEX_KEYS) expect(text).toContain(`| \`${key}\` | ${handling} | ${note} |`);
  });
});

const RESOURCE = 'attributes: { primaryTable: COILS, startingAddress: 0 }\n    properties: { valueType: Bool, readWrite: RW }';

test.each(EDGEX_KEYS.filter(({ handling }) => handling === 'refused').map(({ key }) => key))('%s is refused at its line', (key) => {
  const name = key.split('.').at(-1) ?? '';
  const lines = ['name: refused', 'deviceResources:', '  - name: A', `    ${RESOURCE}`, 'deviceCommands:', '  - name: C', '    readWrite: R', '    resourceOperations: [{ deviceResource: A }]'].join('\n').split('\n');
  if (key.includes('properties')) lines[4] = `    properties: { valueType: Bool, readWrite: RW, ${name}: 3 }`;
  else if (key.startsWith('deviceCommands')) lines.push(`    ${name}: []`);
  else lines.push(`${name}: []`);
  const checked = checkYaml(lines.join('\n'), 'old.yaml', deviceProfileSchema);
  const line = lines.findIndex((text) => text.includes(`${name}:`)) + 1;
  expect(checked).toMatchObject({ kind: 'invalid', problems: [{ place: { file: 'old.yaml', line, key: expect.stringContaining(name) } }] });
});

test('the keys without effect are counted', () => {
  const resource = { name: 'A', isHidden: true, tags: { a: { b: 1 } }, attributes: { primaryTable: 'COILS', startingAddress: 0 }, properties: { valueType: 'Bool', readWrite: 'R', optional: { deadband: 0, virtual: { x: 1 } } } };
  const profile = deviceProfileSchema.parse({ apiVersion: 'v2', name: 'counted', deviceResources: [resource, { ...resource, name: 'B' }] });
  expect(Object.fromEntries(keptKeys(profile))).toEqual({
    apiVersion: 1,
    'deviceResources[].isHidden': 2,
    'deviceResources[].tags': 2,
    'deviceResources[].properties.optional.*': 2,
  });
});
