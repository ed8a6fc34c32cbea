import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEVICE_DEFECTS } from '../../../sim/mqtt-defects/device/device-defects.ts';
import { suiteCoverage } from '../../framework/coverage.ts';
import { DEVICE_SUITE } from './device-suite.ts';

const DEFECTS = DEVICE_DEFECTS.map(({ id }) => id);

function repeated(words: readonly string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}

describe('the table of device cases', () => {
  const { cases, pics } = DEVICE_SUITE;

  test('no id stands twice, of cases, of defects or of PICS items', () => {
    expect(repeated(cases.map(({ id }) => id))).toEqual([]);
    expect(repeated(DEFECTS)).toEqual([]);
    expect(repeated(pics.map(({ name }) => name))).toEqual([]);
  });

  test('every case has a defect that there is, and every defect a case', () => {
    const defects = new Set(DEFECTS);
    const used = new Set(cases.map(({ caughtBy }) => caughtBy));
    expect(cases.filter(({ caughtBy }) => !defects.has(caughtBy)).map(({ id, caughtBy }) => `${id} ${caughtBy}`)).toEqual([]);
    expect([...defects].filter((id) => !used.has(id))).toEqual([]);
  });

  test('every case asks for items that the form has, and every item is asked for', () => {
    const items = new Set(pics.map(({ name }) => name));
    const asked = cases.flatMap(({ requires }) => requires.map((item) => item.replace(/^!/u, '')));
    expect(asked.filter((item) => !items.has(item))).toEqual([]);
    expect([...items].filter((item) => !asked.includes(item))).toEqual([]);
  });

  test('every case is about one protocol version, the one of its id', () => {
    const versionOf = (id: string): string => (id.startsWith('TP_MQTT3_') ? 'MQTT_3_1_1' : 'MQTT_5_0');
    expect(cases.filter(({ id, requires }) => requires.filter((item) => item.startsWith('MQTT_')).join('') !== versionOf(id)).map(({ id }) => id)).toEqual([]);
  });

  test('every case rests on a statement, or on a source that it names', () => {
    expect(cases.filter(({ statements, source = '' }) => statements.length === 0 && source === '').map(({ id }) => id)).toEqual([]);
    // Where statements hold, the catalogue says the clause.
    expect(cases.filter(({ statements, source }) => statements.length > 0 && source !== undefined).map(({ id }) => id)).toEqual([]);
  });

  test('the form explains every PIXIT value that a case asks for', () => {
    const folder = import.meta.dirname;
    const sources = readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/u.test(name)).map((name) => readFileSync(join(folder, name), 'utf8'));
    const asked = sources.flatMap((text) => [...text.matchAll(/(?:numberOf|textOf)\('(\w+)'|'(trigger\w+)'|values\['(\w+)'\]/gu)].flatMap((match) => match.slice(1).filter((name) => name !== undefined)));
    expect(asked.length).toBeGreaterThan(20);
    expect([...new Set(asked)].filter((name) => DEVICE_SUITE.values?.[name] === undefined)).toEqual([]);
  });

  test('every statement that binds a client is judged, or says why it is not', () => {
    const rows = suiteCoverage(DEVICE_SUITE);
    expect(rows.filter(({ state }) => state.kind === 'not-covered').map(({ key }) => key)).toEqual([]);
    // A reason for a statement that a case judges after all is out of date.
    const covered = new Set(rows.filter(({ state }) => state.kind === 'covered').map(({ key }) => key));
    expect([...DEVICE_SUITE.unobservable.keys()].filter((key) => covered.has(key))).toEqual([]);
  });
});
