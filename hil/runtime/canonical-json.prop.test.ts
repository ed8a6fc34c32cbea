import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { jsonValues } from './json-values.contract.ts';
import type { JsonValue } from './observation.ts';
import { replay } from './replay-seed.contract.ts';

test('reading canonical JSON gives the value again', () => {
  fc.assert(
    fc.property(jsonValues, (value) => {
      expect(JSON.stringify(JSON.parse(canonicalJson(value)), sortedKeys)).toBe(JSON.stringify(value, sortedKeys));
    }),
    replay(),
  );
});

test('the order in which keys were set does not matter, at any depth', () => {
  fc.assert(
    fc.property(jsonValues, (value) => {
      expect(canonicalJson(reversedKeys(value))).toBe(canonicalJson(value));
    }),
    replay(),
  );
});

test('different values have different canonical JSON', () => {
  fc.assert(
    fc.property(jsonValues, jsonValues, (a, b) => {
      fc.pre(JSON.stringify(a, sortedKeys) !== JSON.stringify(b, sortedKeys));
      expect(canonicalJson(a)).not.toBe(canonicalJson(b));
    }),
    replay(),
  );
});

test('no white space, keys by code unit, shortest numbers, escapes as JSON.stringify', () => {
  expect(canonicalJson({ b: [1, 2.5, 1e21, -0], a: { é: 'x\n"', Z: null, '10': true, '9': false } })).toBe(
    '{"a":{"10":true,"9":false,"Z":null,"é":"x\\n\\""},"b":[1,2.5,1e+21,0]}',
  );
});

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function reversedKeys(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => reversedKeys(item));
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, member]: [string, JsonValue]) => [key, reversedKeys(member)]));
}
