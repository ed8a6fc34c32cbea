import { readFileSync, statSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { FieldproofError, messageOf, type ErrorPlace } from './errors.ts';
import { YAML_BYTES_MAX } from './limits.ts';
import { nearestWord } from './nearest-word.ts';
import { z } from './schema.ts';

/** One thing wrong in a file, with its place. */
export interface YamlProblem {
  readonly place: ErrorPlace;
  readonly message: string;
}

export type CheckedYaml<T> =
  | { readonly kind: 'valid'; readonly value: T; readonly placeOf: (path: readonly PropertyKey[]) => ErrorPlace }
  | { readonly kind: 'invalid'; readonly code: 'FP_YAML_SYNTAX' | 'FP_SCHEMA'; readonly problems: readonly YamlProblem[] };

/**
 * Parses YAML text and checks it against a schema. Total: any text gives one of the two cases.
 * @param file - The name to show in places.
 */
export function checkYaml<Schema extends z.ZodType>(text: string, file: string, schema: Schema): CheckedYaml<z.infer<Schema>> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({ place: { file, ...position(lineCounter, error.pos[0]) }, message: error.message }));
    return { kind: 'invalid', code: 'FP_YAML_SYNTAX', problems };
  }
  const placeOf = (path: readonly PropertyKey[]): ErrorPlace => locate(document, lineCounter, file, path);
  let input: unknown;
  try {
    input = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    return { kind: 'invalid', code: 'FP_YAML_SYNTAX', problems: [{ place: { file }, message: messageOf(cause) }] };
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return { kind: 'valid', value: parsed.data, placeOf };
  return { kind: 'invalid', code: 'FP_SCHEMA', problems: parsed.error.issues.flatMap((issue) => describe(issue, schema, input, placeOf)) };
}

/**
 * Reads and checks a YAML file.
 * @throws FieldproofError FP_FILE_UNREADABLE; FP_YAML_SYNTAX or FP_SCHEMA at the first problem, the others in the message.
 */
export function readCheckedYaml<Schema extends z.ZodType>(file: string, schema: Schema): { readonly value: z.infer<Schema>; readonly text: string; readonly placeOf: (path: readonly PropertyKey[]) => ErrorPlace } {
  const text = readBounded(file);
  const checked = checkYaml(text, file, schema);
  if (checked.kind === 'valid') return { value: checked.value, text, placeOf: checked.placeOf };
  throw yamlError(checked.code, checked.problems);
}

/** The error for a list of problems: placed at the first, listing the rest. */
export function yamlError(code: 'FP_YAML_SYNTAX' | 'FP_SCHEMA', problems: readonly YamlProblem[]): FieldproofError {
  const [first, ...rest] = problems;
  const more = rest.map(({ place, message }) => `\n  also ${place.line ?? '?'}:${place.column ?? '?'} ${place.key ?? ''}: ${message}`).join('');
  return new FieldproofError(code, `${first?.message ?? 'the file is not valid'}${more}`, first === undefined ? {} : { place: first.place });
}

function readBounded(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > YAML_BYTES_MAX) throw new FieldproofError('FP_LIMIT', `${file} has ${size} bytes; the bound is ${YAML_BYTES_MAX}`, { place: { file } });
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}

function position(lineCounter: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lineCounter.linePos(offset);
  return { line, column: col };
}

/** The place of the value at `path`, or of its nearest ancestor that the file holds. */
function locate(document: Document, lineCounter: LineCounter, file: string, path: readonly PropertyKey[]): ErrorPlace {
  const key = path.map(String).join('.');
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : nodeAt(document, path.slice(0, depth));
    const offset = isNode(node) ? node.range?.[0] : undefined;
    if (offset !== undefined) return { file, ...position(lineCounter, offset), ...(key === '' ? {} : { key }) };
  }
  return { file, ...(key === '' ? {} : { key }) };
}

/** The key's node when the last step is a map key (that is what the reader must change), else the value's node. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
    if (pair !== undefined && isNode(pair.key)) return pair.key;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown, placeOf: (path: readonly PropertyKey[]) => ErrorPlace): YamlProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const valid = keysAllowedAt(schema, issue.path, input);
    return issue.keys.map((key) => ({ place: placeOf([...issue.path, key]), message: unknownKeyMessage(key, valid) }));
  }
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.toSorted((a, b) => a.length - b.length).at(0);
    const nested = deepest?.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] }, schema, input, placeOf)) ?? [];
    if (nested.length > 0) return nested;
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    const nearest = nearestWord(String(valueAt(input, issue.path)), words);
    const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    return [{ place: placeOf(issue.path), message: `expected one of ${words.join(', ')}${suggestion}` }];
  }
  return [{ place: placeOf(issue.path), message: issue.message }];
}

function unknownKeyMessage(key: string, valid: readonly string[]): string {
  const nearest = nearestWord(key, valid);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  return `unknown key "${key}"${suggestion}${valid.length === 0 ? '' : ` (valid here: ${valid.join(', ')})`}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), input);
}

/** The keys a strict object schema allows at `path`, found by walking the JSON Schema of the whole. */
function keysAllowedAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const root: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const found = path.reduce<unknown[]>((nodes, step, depth) => nodes.flatMap((node) => stepInto(node, step, valueAt(input, path.slice(0, depth)))), [root]);
  const candidates = found.flatMap((node) => alternatives(node, valueAt(input, path)));
  return [...new Set(candidates.flatMap((node) => Object.keys(objectOf(objectOf(node)['properties']))))];
}

function stepInto(node: unknown, step: PropertyKey, value: unknown): unknown[] {
  return alternatives(node, value).flatMap((schema) => {
    const { properties, items, additionalProperties } = objectOf(schema);
    if (typeof step === 'number') return items === undefined ? [] : [items];
    const property = objectOf(properties)[String(step)];
    return property !== undefined ? [property] : additionalProperties === undefined ? [] : [additionalProperties];
  });
}

/** The branches of a union; where a branch fixes a member (`kind: latency`) that the input holds, only that branch. */
function alternatives(node: unknown, value: unknown): unknown[] {
  const { anyOf, oneOf, allOf } = objectOf(node);
  const branches = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list.flatMap((branch) => alternatives(branch, value)) : []));
  if (branches.length === 0) return [node];
  const fitting = branches.filter((branch) => constantsMatch(branch, value));
  return fitting.length > 0 ? fitting : branches;
}

function constantsMatch(branch: unknown, value: unknown): boolean {
  const constants = Object.entries(objectOf(objectOf(branch)['properties'])).filter(([, property]) => 'const' in objectOf(property));
  return constants.length > 0 && constants.every(([key, property]) => objectOf(property)['const'] === objectOf(value)[key]);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
