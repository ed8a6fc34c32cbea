import { expect, test } from 'vitest';
import { DEFAULT_READ_PLAN, planReads } from './read-plan.ts';
import { samplePoint } from './sample-point.contract.ts';

const at = (address: number, registerCount = 1): ReturnType<typeof samplePoint> => samplePoint({ name: `r${address}`, address, registerCount });
const shape = (...args: Parameters<typeof planReads>): [number, number][] => planReads(...args).map(({ address, count }) => [address, count]);

test('a gap of 16 registers is bridged, one of 17 is not', () => {
  expect(shape([at(0), at(17)])).toEqual([[0, 18]]);
  expect(shape([at(0), at(18)])).toEqual([[0, 1], [18, 1]]);
  expect(planReads([at(0), at(17)])[0]?.bridgesGap).toBe(true);
});

test('125 registers are one read, 126 are two', () => {
  const registers = Array.from({ length: 126 }, (_point, address) => at(address));
  expect(shape(registers.slice(0, 125))).toEqual([[0, 125]]);
  expect(shape(registers)).toEqual([[0, 125], [125, 1]]);
});

test('2000 coils are one read, 2001 are two', () => {
  const coils = Array.from({ length: 2_001 }, (_point, address) => samplePoint({ name: `c${address}`, table: 'COILS', rawType: 'Bool', address }));
  expect(shape(coils.slice(0, 2_000))).toEqual([[0, 2_000]]);
  expect(shape(coils)).toEqual([[0, 2_000], [2_000, 1]]);
});

test('two bits of one register share a read, and overlapping points lengthen nothing', () => {
  expect(shape([at(4, 4), at(5), at(5)])).toEqual([[4, 4]]);
});

test('grouping can be switched off', () => {
  expect(shape([at(0), at(1)], { ...DEFAULT_READ_PLAN, grouping: false })).toEqual([[0, 1], [1, 1]]);
});
