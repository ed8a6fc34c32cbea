import { expect, test } from 'vitest';
import { suiteCoverage } from '../framework/coverage.ts';
import { completePics } from '../framework/pics.ts';
import { pixitSchema } from '../framework/pixit.ts';
import { selectCases } from '../framework/select-cases.ts';
import { narrowToCarrier } from './bench/carrier.ts';
import { MODBUS_SERVER_SUITE as SUITE } from './modbus-server-suite.ts';

const EVERYTHING = completePics(SUITE.pics, Object.fromEntries(SUITE.pics.map(({ name }) => [name, true])));
const pixit = (values: Record<string, string | number | boolean>) => pixitSchema.parse({ values });

test('every statement that binds a server has a case or a reason', () => {
  const left = suiteCoverage(SUITE).filter(({ state }) => state.kind === 'not-covered');
  expect(left.map(({ key }) => key)).toEqual([]);
});

test('case ids are unique', () => {
  const ids = SUITE.cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ['tcp', 'TP_MODBUS_SERVER_MBAP_001', 'TP_MODBUS_SERVER_CHECK_001'],
  ['rtu', 'TP_MODBUS_SERVER_CHECK_001', 'TP_MODBUS_SERVER_MBAP_001'],
  ['ascii', 'TP_MODBUS_SERVER_CHECK_004', 'TP_MODBUS_SERVER_CHECK_001'],
] as const)('a run over %s has %s and not %s', (carrier, has, hasNot) => {
  const { selected } = selectCases(SUITE, { pics: narrowToCarrier(EVERYTHING, carrier), only: [] });
  const ids = selected.map(({ id }) => id);
  expect(ids).toContain(has);
  expect(ids).toContain('TP_MODBUS_SERVER_FC03_001');
  expect(ids).not.toContain(hasNot);
});

test('on TCP the codes for serial lines are tested for their refusal unless they are offered there', () => {
  const pics = completePics(SUITE.pics, { FC07: true });
  const ids = (narrowed: typeof pics) => selectCases(SUITE, { pics: narrowed, only: [] }).selected.map(({ id }) => id);
  expect(ids(narrowToCarrier(pics, 'tcp'))).toContain('TP_MODBUS_SERVER_FC07_100');
  expect(ids(narrowToCarrier(pics, 'rtu'))).toContain('TP_MODBUS_SERVER_FC07_001');
});

test('with writes: false no case runs that could change anything', () => {
  const forbidden = pixit({ writes: false, coils: '0-9', coilsWritable: '0-9', holdingRegisters: '0-9', holdingRegistersWritable: '0-9', filesWritable: '1=0-9' });
  const writing = SUITE.cases.filter(({ requires }) => ['FC05', 'FC06', 'FC15', 'FC16', 'FC21', 'FC22', '!FC05', '!FC06', '!FC15', '!FC16', '!FC21', '!FC22', '!FC23', 'FC23'].some((item) => requires.includes(item)));
  expect(writing.length).toBeGreaterThan(30);
  for (const one of writing) expect([one.id, SUITE.hindrance?.(one, forbidden)]).toEqual([one.id, 'the declaration forbids writing (PIXIT values.writes: false)']);
});

test('a value that a case needs and that is not given is named', () => {
  const [first] = SUITE.cases;
  expect(first && SUITE.hindrance?.(first, pixit({}))).toBe('the declaration gives no coils (PIXIT values)');
  expect(first && SUITE.hindrance?.(first, pixit({ coils: '0-9' }))).toBeUndefined();
});

test.each(['9-0', '0-9, 5', 'a', '0-70000'])('addresses that cannot be read are refused: %s', (coils) => {
  const [first] = SUITE.cases;
  expect(() => first && SUITE.hindrance?.(first, pixit({ coils }))).toThrow(/coils/u);
});
