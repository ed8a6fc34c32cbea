import { expect, test } from 'vitest';
import { FUNCTION_CODES, functionCodeEntry, PUBLIC_FUNCTION_CODES } from './function-code.ts';

test('the list has the codes of the table, ascending', () => {
  expect(PUBLIC_FUNCTION_CODES).toEqual(Object.keys(FUNCTION_CODES).map(Number));
  expect(PUBLIC_FUNCTION_CODES.every((code) => functionCodeEntry(code) !== undefined)).toBe(true);
  expect(functionCodeEntry(9)).toBeUndefined();
});
