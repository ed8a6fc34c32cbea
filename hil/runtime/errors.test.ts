import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from './error-codes.ts';
import { FieldproofError, formatError, formatPlace, messageOf, systemCodeOf } from './errors.ts';

describe('an error', () => {
  test('carries code, hint, place and cause', () => {
    const cause = new Error('deeper');
    const error = new FieldproofError('FP_MODBUS_TIMEOUT', 'unit 7 sent no response within 250 ms', { hint: 'Check parity.', place: { file: 'a.yaml', line: 3 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.hint, error.place?.line, error.cause]).toEqual(['FieldproofError', 'FP_MODBUS_TIMEOUT', 'Check parity.', 3, cause]);
  });

  test('without a hint the next step of its code stands, and without a cause there is none', () => {
    const error = new FieldproofError('FP_LIMIT', 'full');
    expect(error.hint).toBe(ERROR_CODES.FP_LIMIT.nextStep);
    expect('cause' in error).toBe(false);
    expect(error.place).toBeUndefined();
  });
});

describe('what a person is shown', () => {
  test('place, code and message, next step', () => {
    const error = new FieldproofError('FP_SCHEMA', 'unknown key "mqqt"', { place: { file: 'edge.yaml', line: 2, column: 1, key: 'mqqt' }, hint: 'Fix it.' });
    expect(formatError(error)).toBe('edge.yaml:2:1 mqqt\n  error FP_SCHEMA: unknown key "mqqt"\n  next: Fix it.');
  });

  test('without a place', () => {
    expect(formatError(new FieldproofError('FP_USAGE', 'no such option', { hint: 'Run --help.' }))).toBe('error FP_USAGE: no such option\n  next: Run --help.');
  });

  test.each([new TypeError('x is not a function'), 'a thrown text', undefined, { toString: () => 'odd' }])('anything else is an internal error (%s)', (thrown) => {
    expect(formatError(thrown)).toBe(`error FP_INTERNAL: ${messageOf(thrown)}\n  next: ${ERROR_CODES.FP_INTERNAL.nextStep}`);
  });

  test.each([
    [{ file: 'a', line: 1, column: 2, key: 'b.c' }, 'a:1:2 b.c'],
    [{ file: 'a', line: 1 }, 'a:1'],
    [{ file: 'a' }, 'a'],
    [{ key: 'b' }, 'b'],
    [{}, ''],
  ])('place %o', (place, expected) => expect(formatPlace(place)).toBe(expected));
});

test('the system code of what Node throws', () => {
  expect(systemCodeOf(thrownBy(() => readFileSync('/nonexistent/file')))).toBe('ENOENT');
  expect([systemCodeOf(new Error('plain')), systemCodeOf('EPIPE'), systemCodeOf(Object.assign(new Error('x'), { code: 7 }))]).toEqual([undefined, undefined, undefined]);
});

describe('the table of codes', () => {
  test.each(Object.entries(ERROR_CODES))('%s says what it means and what to do next', (code, { meaning, nextStep }) => {
    expect(code).toMatch(/^FP_[A-Z]+(?:_[A-Z]+)*$/u);
    for (const sentence of [meaning, nextStep]) expect(sentence).toMatch(/^[A-Z].*\.$/u);
  });

  test('no two codes mean the same', () => {
    const meanings = Object.values(ERROR_CODES).map(({ meaning }) => meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (thrown) {
    return thrown;
  }
}
