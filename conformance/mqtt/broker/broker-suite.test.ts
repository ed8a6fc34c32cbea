import { describe, expect, test } from 'vitest';
import { BROKER_DEFECTS } from '../../../sim/mqtt-defects/broker/broker-defects.ts';
import { WEBSOCKET_DEFECTS } from '../../../sim/mqtt-defects/websocket/websocket-defects.ts';
import { suiteCoverage } from '../../framework/coverage.ts';
import { BROKER_SUITE } from './broker-suite.ts';

const DEFECTS = [...BROKER_DEFECTS, ...WEBSOCKET_DEFECTS].map(({ id }) => id);

function repeated(words: readonly string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}

describe('the table of broker cases', () => {
  const { cases, pics } = BROKER_SUITE;

  test('no id stands twice, of cases or of defects', () => {
    expect(repeated(cases.map(({ id }) => id))).toEqual([]);
    expect(repeated(DEFECTS)).toEqual([]);
  });

  test('every case has a defect that there is, and every defect a case', () => {
    const defects = new Set(DEFECTS);
    const used = new Set(cases.map(({ caughtBy }) => caughtBy));
    expect(cases.filter(({ caughtBy }) => !defects.has(caughtBy)).map(({ id, caughtBy }) => `${id} ${caughtBy}`)).toEqual([]);
    expect([...defects].filter((id) => !used.has(id))).toEqual([]);
  });

  test('every case asks for items that the form has', () => {
    const items = new Set(pics.map(({ name }) => name));
    expect(cases.flatMap(({ id, requires }) => requires.filter((item) => !items.has(item.replace(/^!/u, ''))).map((item) => `${id} ${item}`))).toEqual([]);
  });

  test('every statement that binds a broker is judged, or says why it is not', () => {
    expect(suiteCoverage(BROKER_SUITE).filter(({ state }) => state.kind === 'not-covered').map(({ key }) => key)).toEqual([]);
  });
});
