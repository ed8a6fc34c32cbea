import { expect, test } from 'vitest';
import { createManualClock } from '../world/manual-clock.ts';
import { testDevice, type TestDevice } from './test-device.contract.ts';

function words({ bank }: TestDevice, address: number, count: number): number[] {
  return Array.from({ length: count }, (_none, offset) => bank.word('HOLDING_REGISTERS', address + offset, 0));
}

function device(): TestDevice {
  return testDevice(createManualClock());
}

test('only addresses that a point covers exist, up to the last of the table', () => {
  const { bank } = device();
  expect(bank.exists('HOLDING_REGISTERS', 0, 5)).toBe(true);
  expect(bank.exists('HOLDING_REGISTERS', 0, 6)).toBe(false);
  expect(bank.exists('HOLDING_REGISTERS', 5, 1)).toBe(false);
  expect(bank.exists('HOLDING_REGISTERS', 6, 2)).toBe(true);
  expect(bank.exists('COILS', 0, 1)).toBe(false);
  expect(bank.exists('INPUT_REGISTERS', 65_533, 3)).toBe(true);
  expect(bank.exists('INPUT_REGISTERS', 65_535, 2)).toBe(false);
  expect(bank.exists('INPUT_REGISTERS', 0, 1)).toBe(false);
});

test('only addresses whose points can all be written are writable', () => {
  const { bank } = device();
  expect(bank.writable('HOLDING_REGISTERS', 0, 4)).toBe(true);
  expect(bank.writable('HOLDING_REGISTERS', 0, 5)).toBe(false);
  expect(bank.writable('HOLDING_REGISTERS', 4, 1)).toBe(false);
  expect(bank.writable('INPUT_REGISTERS', 65_533, 1)).toBe(false);
});

test('registers show what the process holds now', () => {
  const plc = device();
  plc.process.set('total', 0x0001_0002).set('high', true);
  expect(words(plc, 0, 5)).toEqual([0, 1, 2, 0x8000, 0]);
  plc.process.set('total', 0xffff_ffff).set('low', true);
  expect(words(plc, 0, 5)).toEqual([0, 0xffff, 0xffff, 0x8001, 0]);
});

test('a write of a whole value reaches the process and reads back', () => {
  const plc = device();
  expect(plc.bank.write('HOLDING_REGISTERS', 0, [7, 0x0003, 0x0004], 0)).toEqual({ word: 7, total: 0x0003_0004 });
  expect(plc.process.get('total')).toBe(0x0003_0004);
  expect(words(plc, 0, 3)).toEqual([7, 3, 4]);
});

test('a write of one register of a longer value changes that part of it', () => {
  const plc = device();
  plc.process.set('total', 0x0001_0002);
  expect(plc.bank.write('HOLDING_REGISTERS', 2, [0xabcd], 0)).toEqual({ total: 0x0001_abcd });
  expect(plc.bank.write('HOLDING_REGISTERS', 1, [0xffff], 0)).toEqual({ total: 0xffff_abcd });
});

test('a write of a register of bits sets each bit that is a point', () => {
  const plc = device();
  expect(plc.bank.write('HOLDING_REGISTERS', 3, [0x7fff], 0)).toEqual({ low: true, high: false });
  expect(words(plc, 3, 1)).toEqual([0x0001]);
});

test('what was written reads back bit for bit until the process changes the value', () => {
  const plc = device();
  // A not-a-number with a payload of its own: decoded and encoded again it would be another one.
  plc.bank.write('HOLDING_REGISTERS', 6, [0x7fc0, 0x1234], 0);
  expect(words(plc, 6, 2)).toEqual([0x7fc0, 0x1234]);
  plc.process.set('float', 1);
  expect(words(plc, 6, 2)).toEqual([0x3f80, 0]);
});

test('served names only points that lie whole in the range, with the value of their registers', () => {
  const plc = device();
  plc.process.set('float', 0.1).set('total', 9);
  words(plc, 0, 5);
  words(plc, 6, 2);
  expect(plc.bank.served('HOLDING_REGISTERS', 0, 2)).toEqual({ word: 0 });
  expect(plc.bank.served('HOLDING_REGISTERS', 1, 2)).toEqual({ total: 9 });
  expect(plc.bank.served('HOLDING_REGISTERS', 2, 3)).toEqual({ low: false, high: false, fixed: 0 });
  expect(plc.bank.served('HOLDING_REGISTERS', 6, 2)).toEqual({ float: 0.1 });
});

test('a forced value stands against process and clients until it is released', () => {
  const plc = device();
  expect(plc.bank.force('total', 5)).toBe(true);
  plc.process.set('total', 6);
  expect(words(plc, 1, 2)).toEqual([0, 5]);
  expect(plc.bank.served('HOLDING_REGISTERS', 1, 2)).toEqual({ total: 5 });
  plc.bank.write('HOLDING_REGISTERS', 1, [0, 7], 0);
  expect(words(plc, 1, 2)).toEqual([0, 5]);
  plc.bank.release('total');
  expect(words(plc, 1, 2)).toEqual([0, 7]);
  expect(plc.bank.force('nobody', 1)).toBe(false);
  expect(plc.bank.release('nobody')).toBe(false);
  expect(() => plc.bank.force('word', 65_536)).toThrow('word');
});
