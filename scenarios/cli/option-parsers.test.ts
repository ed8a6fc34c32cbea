import { expect, test } from 'vitest';
import { parseFunctionCodes } from './option-parsers.ts';

test('function codes are a list of public ones', () => {
  expect(parseFunctionCodes('3, 4,16,43')).toEqual([3, 4, 16, 43]);
});

test.each([
  ['9', 'function code "9": expected one of the public ones: 1, 2, 3, 4'],
  ['3,', 'function code "": expected'],
  ['03', 'function code "03": expected'],
  ['3,4,3', '3 is given twice'],
])('%s is refused', (text, words) => {
  expect(() => parseFunctionCodes(text)).toThrow(expect.objectContaining({ code: 'FP_USAGE', message: expect.stringContaining(words) }));
});
