import { z } from './schema.ts';

/**
 * The keys that a schema allows in the map at `path` of `input`, found by walking its JSON Schema. Of a union, the keys
 * of the branches that fit the input as far as it goes (`kind: latency` picks the branch with that constant).
 * @returns Empty when the schema names none there.
 */
export function keysAllowedAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const root: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const found = path.reduce<unknown[]>((nodes, step, depth) => nodes.flatMap((node) => stepInto(node, step, valueAt(input, path.slice(0, depth)))), [root]);
  const candidates = found.flatMap((node) => alternatives(node, valueAt(input, path)));
  return [...new Set(candidates.flatMap((node) => Object.keys(recordOf(recordOf(node)['properties']))))];
}

/** What stands at `path` of a parsed file; undefined where it does not reach. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined), input);
}

/** The value's own members, or none when it is no map. */
export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function stepInto(node: unknown, step: PropertyKey, value: unknown): unknown[] {
  return alternatives(node, value).flatMap((schema) => {
    const { properties, prefixItems, items, additionalProperties } = recordOf(schema);
    if (typeof step === 'number') return [Array.isArray(prefixItems) ? (prefixItems[step] ?? items) : items].filter(isStated);
    return [recordOf(properties)[String(step)] ?? additionalProperties].filter(isStated);
  });
}

function isStated(node: unknown): boolean {
  return node !== undefined;
}

function alternatives(node: unknown, value: unknown): unknown[] {
  const { anyOf, oneOf, allOf } = recordOf(node);
  const branches = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list.flatMap((branch) => alternatives(branch, value)) : []));
  if (branches.length === 0) return [node];
  const fitting = branches.filter((branch) => constantsMatch(branch, value));
  return fitting.length > 0 ? fitting : branches;
}

function constantsMatch(branch: unknown, value: unknown): boolean {
  const constants = Object.entries(recordOf(recordOf(branch)['properties'])).filter(([, property]) => 'const' in recordOf(property));
  return constants.length > 0 && constants.every(([key, property]) => recordOf(property)['const'] === recordOf(value)[key]);
}
