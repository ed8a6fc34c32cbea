import { z } from '../../runtime/schema.ts';

/**
 * Scalars as EdgeX profiles in the field spell them. EdgeX casts attributes and older profiles quote every number, so
 * "0.1", "0x10", "TRUE" and FLOAT32 are as good as 0.1, 16, true and Float32; a key without a value is as good as none.
 */

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/iu;
const HEX = /^0x[\da-f]{1,16}$/iu;
const TRUE_WORDS = new Set(['true', 't', '1']);
const FALSE_WORDS = new Set(['false', 'f', '0']);

/** One of `words` in any case, or one of `aliases` (their keys in lower case). */
export function edgexWord<const Words extends readonly string[]>(words: Words, aliases: Readonly<Record<string, Words[number]>> = {}) {
  const byLowerCase = new Map<string, string>([...words.map((word): [string, string] => [word.toLowerCase(), word]), ...Object.entries(aliases)]);
  return z
    .preprocess((value) => (typeof value === 'string' ? (byLowerCase.get(value.trim().toLowerCase()) ?? value) : withoutNull(value)), z.enum(words))
    .meta({ type: 'string', examples: [...words] });
}

/** A number, or its digits as text. */
export function edgexNumber<Schema extends z.ZodType<number | undefined, number | undefined>>(inner: Schema) {
  return z.preprocess(numberOf, inner).meta({ type: ['number', 'string'] });
}

/** `true`, or a word or number that Go casts to a boolean. */
export function edgexBoolean<Schema extends z.ZodType<boolean | undefined, boolean | undefined>>(inner: Schema) {
  return z.preprocess(booleanOf, inner).meta({ type: ['boolean', 'string'] });
}

/** Text; a bare number or boolean counts as the text it was written as, as far as YAML keeps it. */
export function edgexText<Schema extends z.ZodType<string | undefined, string | undefined>>(inner: Schema) {
  return z.preprocess(textOf, inner).meta({ type: ['string', 'number', 'boolean'] });
}

/** A list, map or anything else that may stand there without a value. */
export function edgexOptional<Schema extends z.ZodType>(inner: Schema) {
  return z.preprocess(withoutNull, inner).meta(z.toJSONSchema(inner, { io: 'input', unrepresentable: 'any' }));
}

function withoutNull(value: unknown): unknown {
  return value ?? undefined;
}

function numberOf(value: unknown): unknown {
  if (typeof value !== 'string') return withoutNull(value);
  const text = value.trim();
  return NUMBER.test(text) || HEX.test(text) ? Number(text) : value;
}

function booleanOf(value: unknown): unknown {
  const word = String(value).trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : withoutNull(value);
}

function textOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : withoutNull(value);
}
