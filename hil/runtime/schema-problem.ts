import { nearestWord } from './nearest-word.ts';
import { keysAllowedAt, recordOf, valueAt } from './schema-keys.ts';
import { didYouMean, oneOf, shown } from './schema-message.ts';
import type { z } from './schema.ts';

/** One thing that a schema does not allow, at a path of the value that was checked. */
export interface SchemaProblem {
  /** Ends in the key to change; for a missing key, in that key. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface Checked {
  readonly schema: z.ZodType;
  readonly input: unknown;
}

/** A problem and, for a key that is unknown, the path that its author most likely meant. */
interface DescribedProblem extends SchemaProblem {
  readonly meant?: readonly PropertyKey[];
}

/** Problems described at most; the rest of a file that is wrong throughout tells nothing more. */
const PROBLEMS_MAX = 20;

/** Turns what the schema found into what a person can act on. One slip of the pen gives one problem. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, input: unknown): SchemaProblem[] {
  const problems = issues.slice(0, PROBLEMS_MAX).flatMap((issue) => describe(issue, { schema, input }));
  // A misspelt key is also a missing one; saying both would send the reader to two places for one mistake.
  const meant = new Set(problems.flatMap((problem) => (problem.meant === undefined ? [] : [keyOf(problem.meant)])));
  return problems.filter(({ path }) => !meant.has(keyOf(path))).map(({ path, message }) => ({ path, message }));
}

function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

function describe(issue: z.core.$ZodIssue, checked: Checked): DescribedProblem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, issue.path, checked);
  if (issue.code === 'invalid_union') return describeUnion(issue, checked);
  if (issue.code === 'invalid_key') return [{ path: issue.path, message: `the key is not allowed: ${issue.issues.map(({ message }) => message).join(', ')}` }];
  return [describeValue(issue.path, issue.message, issue.code === 'invalid_value' ? issue.values : [], checked)];
}

function unknownKeys(keys: readonly string[], path: readonly PropertyKey[], { schema, input }: Checked): DescribedProblem[] {
  const valid = keysAllowedAt(schema, path, input);
  const missing = valid.filter((key) => valueAt(input, [...path, key]) === undefined);
  return keys.map((key) => {
    const nearest = nearestWord(key, missing) ?? nearestWord(key, valid);
    const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    const message = `unknown key "${key}"${suggestion}${valid.length === 0 ? '' : ` (valid here: ${valid.join(', ')})`}`;
    return { path: [...path, key], message, ...(nearest === undefined ? {} : { meant: [...path, nearest] }) };
  });
}

/** @param allowed - The words that the value may be, when they are few and known. */
function describeValue(path: readonly PropertyKey[], message: string, allowed: readonly unknown[], { input }: Checked): SchemaProblem {
  const value = valueAt(input, path);
  if (value === undefined && path.length > 0) return { path, message: `missing key "${String(path.at(-1))}": ${message}` };
  const suggestion = typeof value === 'string' ? didYouMean(value, allowed.map(String)) : '';
  // A message in words of its own ("a scenario without a check proves nothing") needs no value after it.
  const found = message.startsWith('expected') ? `, found ${shown(value)}` : '';
  return { path, message: `${message}${suggestion === '' ? found : suggestion}` };
}

type UnionIssue = Extract<z.core.$ZodIssue, { code: 'invalid_union' }>;

function describeUnion(issue: UnionIssue, checked: Checked): DescribedProblem[] {
  if (issue.discriminator !== undefined && 'options' in issue) return describeDiscriminator(issue, issue.options ?? [], checked);
  const own = issue.message === 'Invalid input' ? undefined : issue.message;
  const literals = issue.errors.map(([first, ...rest]) => (rest.length === 0 && first?.code === 'invalid_value' && first.path.length === 0 ? first.values : []));
  if (own === undefined && literals.every(({ length }) => length > 0)) {
    return [describeValue(issue.path, `expected ${oneOf(literals.flat())}`, literals.flat(), checked)];
  }
  const branch = closestBranch(issue.errors);
  if (own !== undefined && branch.every(({ path }) => path.length === 0)) return [describeValue(issue.path, own, [], checked)];
  return branch.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] }, checked));
}

/** The branch that the author most likely meant: of the right type at its root, then with the fewest problems. */
function closestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  return branches.toSorted((a, b) => Number(isOtherType(a)) - Number(isOtherType(b)) || a.length - b.length)[0] ?? [];
}

function isOtherType(branch: readonly z.core.$ZodIssue[]): boolean {
  return branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
}

/** The key that tells the branches apart (`transport`, `kind`) is missing, misspelt, or has a value that no branch has. */
function describeDiscriminator(issue: UnionIssue, options: readonly unknown[], checked: Checked): DescribedProblem[] {
  const discriminator = String(issue.discriminator);
  const parent = issue.path.slice(0, -1);
  const valid = keysAllowedAt(checked.schema, parent, checked.input);
  const strangers = Object.keys(recordOf(valueAt(checked.input, parent))).filter((key) => !valid.includes(key));
  const misspelt = valueAt(checked.input, issue.path) === undefined ? strangers.find((key) => nearestWord(key, [discriminator]) !== undefined) : undefined;
  if (misspelt !== undefined) return unknownKeys([misspelt], parent, checked);
  return [describeValue(issue.path, `expected ${oneOf(options)}`, options, checked)];
}
