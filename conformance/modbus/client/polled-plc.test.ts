import { expect, test } from 'vitest';
import { PolledPlc } from './polled-plc.ts';
import { polledRanges } from './polled-ranges.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (pdu: Uint8Array): string => Buffer.from(pdu).toString('hex');

test('holds addresses until something else is set or written', () => {
  const plc = new PolledPlc();
  expect(hex(plc.answer(bytes('0300040002')))).toBe('030400040005');
  plc.set('holdingRegisters', 4, 4_711);
  expect(hex(plc.answer(bytes('0300040002')))).toBe('030412670005');
  expect(hex(plc.answer(bytes('0600050abc')))).toBe('0600050abc');
  expect(hex(plc.answer(bytes('0300040002')))).toBe('030412670abc');
});

test('a PLC with another value leaves the first as it was', () => {
  const plc = new PolledPlc();
  expect(hex(plc.with('coils', 1, 1).answer(bytes('0100000008')))).toBe('010102');
  expect(hex(plc.answer(bytes('0100000008')))).toBe('010100');
});

test.each([
  ['0300000000', '8303'],
  ['030000007e', '8303'],
  ['03ffff0002', '8302'],
  ['10ffff000204000a000b', '9002'],
  ['6500', 'e501'],
])('%s is refused with %s', (request, refusal) => {
  expect(hex(new PolledPlc().answer(bytes(request)))).toBe(refusal);
});

test('tells the ranges of a request that no server would take', () => {
  expect(polledRanges(bytes('0300051000'))).toEqual([{ table: 'holdingRegisters', first: 5, count: 4_096, writes: false }]);
  expect(polledRanges(bytes('170001000200030001020007')).map(({ first, writes }) => [first, writes])).toEqual([[1, false], [3, true]]);
  expect(polledRanges(bytes('0300'))).toEqual([]);
});
