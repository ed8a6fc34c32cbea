import { describe, expect, test } from 'vitest';
import { CATALOGUES, loadCatalogue, parseCatalogue } from './catalogue.ts';
import { suiteCoverage } from './coverage.ts';
import { lineCase, lineSuite } from './line-suite.contract.ts';
import { completePics, unmetRequirement } from './pics.ts';
import { selectCases } from './select-cases.ts';
import { suiteVerdict } from './suite-verdict.ts';

const nothing = async (): Promise<void> => undefined;

describe('the catalogues', () => {
  test('have the rows that the standard has', () => {
    const sizes = Object.fromEntries(CATALOGUES.map((name) => [name, loadCatalogue(name).size]));
    expect(sizes).toEqual({ 'mqtt-3.1.1': 141, 'mqtt-5.0': 251, modbus: 200, 'mqtt-sn-1.2': 107, shadow: 82, ota: 68 });
  });

  test('know level and source', () => {
    expect(loadCatalogue('modbus').get('MB-APP-GEN-06')).toMatchObject({ level: 'should', source: 'MODBUS Application Protocol V1.1b3 4.1' });
    expect(loadCatalogue('mqtt-5.0').get('MQTT-3.1.0-2')).toMatchObject({ level: 'must', source: 'MQTT 5.0', binds: 'server' });
  });

  test('an id that stands twice is refused with its line', () => {
    const text = 'id\tbinds\tobservable\tsummary\nA\tserver\tnone\tx\nA\tserver\tnone\ty\n';
    expect(() => parseCatalogue('mqtt-5.0', text, 'a.tsv')).toThrow(expect.objectContaining({ code: 'FP_CATALOGUE_INVALID', place: { file: 'a.tsv', line: 3 } }));
  });
});

describe('coverage', () => {
  test('accounts for every row', () => {
    const suite = lineSuite([lineCase('TP_1', nothing)]);
    const rows = suiteCoverage(suite);
    expect(rows).toHaveLength(141);
    expect(rows.find(({ key }) => key === 'mqtt-3.1.1/MQTT-3.1.0-2')?.state).toEqual({ kind: 'covered', cases: [{ id: 'TP_1', caughtBy: 'none' }] });
    expect(rows.filter(({ state }) => state.kind === 'not-covered').length).toBeGreaterThan(130);
  });

  test('a statement whose cases are all excluded is excluded, with the reason', () => {
    const rows = suiteCoverage(lineSuite([lineCase('TP_1', nothing)]), new Map([['TP_1', 'not declared']]));
    expect(rows.find(({ key }) => key === 'mqtt-3.1.1/MQTT-3.1.0-2')?.state).toEqual({ kind: 'excluded', because: 'not declared' });
  });

  test('a case that names an unknown statement is refused', () => {
    const suite = lineSuite([lineCase('TP_1', nothing, { statements: ['mqtt-3.1.1/MQTT-9.9.9-9'] })]);
    expect(() => suiteCoverage(suite)).toThrow(expect.objectContaining({ code: 'FP_CATALOGUE_INVALID' }));
  });
});

describe('selection', () => {
  const cases = [lineCase('TP_A_001', nothing, { requires: ['RETAIN'] }), lineCase('TP_A_002', nothing, { requires: ['!RETAIN'] }), lineCase('TP_B_001', nothing)];
  const items = [{ name: 'RETAIN', question: '', byDefault: true, source: '' }];
  const select = (answers: Record<string, boolean>, only: string[] = []) => selectCases({ name: 'x', cases }, { pics: completePics(items, answers), only });

  test('a capability that is declared is tested, one that is not is tested for its refusal', () => {
    expect(select({}).selected.map(({ id }) => id)).toEqual(['TP_A_001', 'TP_B_001']);
    expect(select({ RETAIN: false })).toMatchObject({ selected: [{ id: 'TP_A_002' }, { id: 'TP_B_001' }], excluded: [{ id: 'TP_A_001', reason: 'RETAIN is not declared' }] });
  });

  test('--only takes ids and beginnings', () => {
    expect(select({}, ['TP_A_*']).selected.map(({ id }) => id)).toEqual(['TP_A_001']);
    expect(() => select({}, ['TP_B_01'])).toThrow(expect.objectContaining({ code: 'FP_CASE_UNKNOWN', hint: 'Did you mean TP_B_001?' }));
  });

  test('an item nobody knows never holds', () => {
    expect(unmetRequirement('NOBODY', completePics(items, {}))).toBe('NOBODY is not declared');
  });
});

describe('the verdict of a run', () => {
  test.each([
    [[], 'inconclusive'],
    [[{ level: 'must', verdict: 'pass' }], 'pass'],
    [[{ level: 'should', verdict: 'pass' }], 'inconclusive'],
    [[{ level: 'must', verdict: 'pass' }, { level: 'should', verdict: 'fail' }], 'pass'],
    [[{ level: 'must', verdict: 'pass' }, { level: 'info', verdict: 'error' }], 'error'],
    [[{ level: 'must', verdict: 'fail' }, { level: 'must', verdict: 'inconclusive' }], 'fail'],
    [[{ level: 'must', verdict: 'none' }], 'inconclusive'],
  ] as const)('%j is %s', (results, verdict) => {
    expect(suiteVerdict(results, false)).toBe(verdict);
  });

  test('an interrupted run never passes', () => {
    expect(suiteVerdict([{ level: 'must', verdict: 'pass' }], true)).toBe('inconclusive');
  });
});
