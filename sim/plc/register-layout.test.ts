import { expect, test } from 'vitest';
import { samplePoint } from '../../hil/gateway/southbound/sample-point.contract.ts';
import { createRegisterBank } from './register-bank.ts';
import { layOutRegisters } from './register-layout.ts';

const WORD = samplePoint({ name: 'word', writable: false });
const BIT = samplePoint({ name: 'bit', rawType: 'Bool', bit: 3, valueType: 'Bool' });
const SWAPPED_BIT = samplePoint({ name: 'swapped', rawType: 'Bool', bit: 0, byteSwap: true, valueType: 'Bool' });

test('a bit is laid over a whole value at the same address, in whatever order the profile has them', () => {
  for (const points of [
    [WORD, BIT],
    [BIT, WORD],
  ]) {
    const process = new Map<string, number | boolean>([
      ['word', 0xffff],
      ['bit', false],
    ]);
    const bank = createRegisterBank(layOutRegisters(points), { read: (name) => process.get(name), write: () => undefined });
    expect(bank.word('HOLDING_REGISTERS', 0, 0)).toBe(0xfff7);
    process.set('word', 0).set('bit', true);
    expect(bank.word('HOLDING_REGISTERS', 0, 0)).toBe(0x0008);
  }
});

test('one point that cannot be written makes the address read-only for all', () => {
  const layout = layOutRegisters([WORD, BIT]);
  expect([...layout.tables.HOLDING_REGISTERS.writableUntil.keys()]).toEqual([]);
  expect([...layout.tables.HOLDING_REGISTERS.readableUntil]).toEqual([[0, 1]]);
});

test('a bit of a register with swapped bytes lies in the other byte of the wire', () => {
  expect(layOutRegisters([SWAPPED_BIT]).tables.HOLDING_REGISTERS.cells.get(0)).toEqual([{ point: 0, word: 0, mask: 0x0100 }]);
});

test('neighbouring points make one run, a gap ends it', () => {
  const points = [0, 1, 3].map((address) => samplePoint({ name: `p${address}`, address }));
  const ends = layOutRegisters(points).tables.HOLDING_REGISTERS.readableUntil;
  expect([0, 1, 2, 3].map((address) => ends.get(address))).toEqual([2, 2, undefined, 4]);
});
