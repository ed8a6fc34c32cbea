import { expect, test } from 'vitest';
import { nearestWord } from './nearest-word.ts';

const KEYS = ['host', 'port', 'transport', 'baudRate', 'id'];

test.each([
  ['hots', 'host'],
  ['prt', 'port'],
  ['Transport', 'transport'],
  ['transprot', 'transport'],
  ['baud_rate', 'baudRate'],
  ['baud', undefined],
  ['xyz', undefined],
  // Half of a short word is another word.
  ['1', undefined],
  ['ab', undefined],
  ['', undefined],
])('%s -> %s', (typed, expected) => {
  expect(nearestWord(typed, KEYS)).toBe(expected);
});

test('of equally near words the first stands', () => {
  expect(nearestWord('line-c', ['line-a', 'line-b'])).toBe('line-a');
});

test('a nearest word that is too short does not hide one that fits', () => {
  expect(nearestWord('abc', ['c', 'abxy', 'abcd'])).toBe('abcd');
});

test('no words, no suggestion; endless words are not compared', () => {
  expect(nearestWord('host', [])).toBeUndefined();
  expect(nearestWord('h'.repeat(10_000_000), ['h'.repeat(10_000_000)])).toBeUndefined();
});
