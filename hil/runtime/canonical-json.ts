import type { JsonValue } from './observation.ts';

/**
 * JSON with keys in code-unit order and no white space, so that equal values have equal bytes and equal hashes.
 * Numbers follow ECMAScript's shortest form, as RFC 8785 (JSON Canonicalization Scheme) section 3.2.2.3 asks.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .toSorted()
    .flatMap((key) => {
      const member = value[key];
      // As JSON.stringify does: a member that is undefined is left out.
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
