import { expect, test } from 'vitest';
import { valueIn } from './observe-points.ts';

test.each([
  ['42', '', 42],
  [' 4.5 \n', '', 4.5],
  ['true', '', 1],
  ['on', '', undefined],
  ['', '', undefined],
  ['{"v":7,"n":1}', 'v', 7],
  ['{"a":{"b":false}}', 'a.b', 0],
  ['{"v":"7"}', 'v', undefined],
  ['{"v":7', 'v', undefined],
  ['{"v":7}', 'w', undefined],
])('%s at "%s" shows %s', (text, path, value) => {
  expect(valueIn(text, path)).toBe(value);
});
