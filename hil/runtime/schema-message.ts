import { nearestWord } from './nearest-word.ts';
import type { z } from './schema.ts';

/** How people call the types that a schema knows. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  null: 'nothing',
};
/** Longest piece of the user's own text that a message repeats, characters. */
const SHOWN_CHARACTERS_MAX = 60;

/**
 * What a schema says about a value that it does not allow, in the words of the person who wrote the file. A message that
 * the schema states itself takes precedence.
 */
export function schemaMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'too_big') return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${counted(issue.maximum, issue.origin)}`;
  if (issue.code === 'too_small') return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${counted(issue.minimum, issue.origin)}`;
  if (issue.code === 'invalid_value') return `expected ${oneOf(issue.values)}`;
  if (issue.code === 'invalid_format') return `expected text of the form ${issue.pattern ?? issue.format}`;
  if (issue.code === 'not_multiple_of') return `expected a multiple of ${issue.divisor}`;
  return undefined;
}

/** `one of a, b, c`, or just the one. */
export function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

/** `; did you mean "mqtt"?`, or nothing when no word is near. */
export function didYouMean(typed: string, words: readonly string[]): string {
  const nearest = nearestWord(typed, words);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** A value as a message shows it: short, and never more than its kind when it is not a scalar. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map of keys and values';
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}...` : text;
}

function counted(amount: number | bigint, origin: string): string {
  if (origin === 'string') return amount === 1 ? '1 character' : `${amount} characters`;
  if (origin === 'array') return amount === 1 ? '1 entry' : `${amount} entries`;
  return String(amount);
}
