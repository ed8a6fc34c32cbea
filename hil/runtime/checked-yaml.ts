import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { FieldproofError, messageOf, type ErrorPlace } from './errors.ts';
import { YAML_BYTES_MAX } from './limits.ts';
import { schemaMessage } from './schema-message.ts';
import { schemaProblems } from './schema-problem.ts';
import type { z } from './schema.ts';
import { yamlPlaces, type YamlPlaces } from './yaml-place.ts';

/** One thing wrong in a file, with its place. */
export interface YamlProblem {
  readonly place: ErrorPlace;
  readonly message: string;
}

/** Where a path of the value stands in the file: the key, or its nearest ancestor that the file holds. */
export type PlaceOf = (path: readonly PropertyKey[]) => ErrorPlace;

export type CheckedYaml<T> =
  | { readonly kind: 'valid'; readonly value: T; readonly placeOf: PlaceOf }
  | { readonly kind: 'invalid'; readonly code: 'FP_YAML_SYNTAX' | 'FP_SCHEMA'; readonly problems: readonly YamlProblem[] };

/** Aliases a file may expand to; a few lines of aliases of aliases would otherwise fill the memory. */
const ALIASES_MAX = 100;
const NESTED_TOO_DEEPLY = 'nested too deeply';

/**
 * Parses YAML 1.2 text (one document) and checks it against a schema. Total: any text gives one of the two cases, an
 * invalid one with at least one problem, in the order of the file.
 * @param file - The name to show in places.
 */
export function checkYaml<Schema extends z.ZodType>(text: string, file: string, schema: Schema): CheckedYaml<z.infer<Schema>> {
  try {
    return checkParsed(text, file, schema);
  } catch (cause) {
    // Both the parser and the schema recurse, so a file nested some thousand levels deep overflows the stack.
    if (!(cause instanceof RangeError)) throw cause;
    return invalid('FP_YAML_SYNTAX', [{ place: { file, line: 1, column: 1 }, message: NESTED_TOO_DEEPLY }]);
  }
}

/**
 * Reads and checks a YAML file.
 * @throws FieldproofError FP_FILE_UNREADABLE; FP_LIMIT when the file is too large; FP_YAML_SYNTAX or FP_SCHEMA at the
 * first problem, the others in the message.
 */
export function readCheckedYaml<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): { readonly value: z.infer<Schema>; readonly text: string; readonly placeOf: PlaceOf } {
  const text = readBounded(file);
  const checked = checkYaml(text, file, schema);
  if (checked.kind === 'valid') return { value: checked.value, text, placeOf: checked.placeOf };
  throw yamlError(checked.code, checked.problems);
}

/** The error for a list of problems: placed at the first, listing the rest. */
export function yamlError(code: 'FP_YAML_SYNTAX' | 'FP_SCHEMA' | 'FP_SCENARIO_REFERENCE', problems: readonly YamlProblem[]): FieldproofError {
  const [first, ...rest] = problems;
  const more = rest.map(({ place, message }) => `\n  also ${place.line ?? '?'}:${place.column ?? '?'} ${place.key ?? ''}: ${message}`).join('');
  return new FieldproofError(code, `${first?.message ?? 'the file is not valid'}${more}`, first === undefined ? {} : { place: first.place });
}

function checkParsed<Schema extends z.ZodType>(text: string, file: string, schema: Schema): CheckedYaml<z.infer<Schema>> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const places = yamlPlaces(document, lineCounter, file);
  const syntax = syntaxProblems(document, places);
  if (syntax.length > 0) return invalid('FP_YAML_SYNTAX', syntax);
  const expanded = expandAliases(document, places);
  if (expanded.kind === 'refused') return invalid('FP_YAML_SYNTAX', [expanded.problem]);
  const parsed = schema.safeParse(expanded.input, { error: schemaMessage });
  if (parsed.success) return { kind: 'valid', value: parsed.data, placeOf: places.of };
  if (document.contents === null) return invalid('FP_SCHEMA', [{ place: places.at(0), message: 'the file is empty' }]);
  const problems = schemaProblems(parsed.error.issues, schema, expanded.input);
  return invalid('FP_SCHEMA', problems.map(({ path, message }) => ({ place: places.of(path), message })));
}

/** What the parser objects to; a tag that it does not know would otherwise be dropped in silence. */
function syntaxProblems({ errors, warnings }: Document, places: YamlPlaces): YamlProblem[] {
  return [...errors, ...warnings].map(({ code, message, pos }) => ({ place: places.at(pos[0]), message: syntaxMessage(code, message) }));
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one document (a second --- begins here)';
  return message.includes('call stack') ? NESTED_TOO_DEEPLY : message;
}

type Expanded = { readonly kind: 'expanded'; readonly input: unknown } | { readonly kind: 'refused'; readonly problem: YamlProblem };

function expandAliases(document: Document, places: YamlPlaces): Expanded {
  const loose = firstLooseAlias(document);
  if (loose !== undefined) return { kind: 'refused', problem: { place: places.at(loose.offset), message: loose.message } };
  try {
    return { kind: 'expanded', input: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    return { kind: 'refused', problem: { place: places.at(0), message: `aliases that expand too far: ${messageOf(cause)}` } };
  }
}

/** An alias whose anchor does not stand before it, or stands around it: that would be a value which holds itself. */
function firstLooseAlias(document: Document): { readonly message: string; readonly offset: number } | undefined {
  const anchors = new Set<string>();
  let loose: { message: string; offset: number } | undefined;
  visit(document, {
    Node(_key, node) {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
    },
    Alias(_key, { source, range }, ancestors) {
      const holdsItself = ancestors.some((ancestor) => 'anchor' in ancestor && ancestor.anchor === source);
      if (anchors.has(source) && !holdsItself) return undefined;
      const message = holdsItself ? `the alias *${source} stands inside its own anchor` : `no anchor &${source} stands before the alias *${source}`;
      loose = { message, offset: range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return loose;
}

function invalid(code: 'FP_YAML_SYNTAX' | 'FP_SCHEMA', problems: readonly YamlProblem[]): Extract<CheckedYaml<never>, { kind: 'invalid' }> {
  const inOrder = problems.toSorted((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0));
  return { kind: 'invalid', code, problems: inOrder };
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
