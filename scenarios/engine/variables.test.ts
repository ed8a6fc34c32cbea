import { expect, test } from 'vitest';
import { fillVariables } from './variables.ts';

const text = 'variables: { outage: 8s }\n# a comment may say ${other}\nfor: ${outage}\n';

test('fills defaults and overrides, and leaves comments alone', () => {
  expect(fillVariables(text, 'a.yaml', {}).text).toContain('for: 8s');
  const filled = fillVariables(text, 'a.yaml', { outage: '2m' });
  expect(filled.text).toContain('for: 2m');
  expect(filled.text).toContain('${other}');
  expect(filled.variables).toEqual({ outage: '2m' });
});

test('an override that the file does not declare is a usage error with the nearest name', () => {
  expect(() => fillVariables(text, 'a.yaml', { outages: '1s' })).toThrowError(expect.objectContaining({ code: 'FP_USAGE', message: expect.stringContaining('did you mean "outage"?') }));
});

test('an undeclared variable is refused with its line and column', () => {
  expect(() => fillVariables('variables: {}\nfor: ${gone}\n', 'a.yaml', {})).toThrowError(
    expect.objectContaining({ code: 'FP_SCENARIO_REFERENCE', place: { file: 'a.yaml', line: 2, column: 6 } }),
  );
});
