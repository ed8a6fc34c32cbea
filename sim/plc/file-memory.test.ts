import { expect, test } from 'vitest';
import { createFileMemory } from './file-memory.ts';

const range = (fileNumber: number, recordNumber: number, recordLength = 1): { fileNumber: number; recordNumber: number; recordLength: number } => ({
  fileNumber,
  recordNumber,
  recordLength,
});

test('what is written reads back, the rest is zero', () => {
  const files = createFileMemory();
  files.write({ fileNumber: 4, recordNumber: 7, values: [1, 2, 0xffff] });
  expect(files.read(range(4, 6, 5))).toEqual([0, 1, 2, 0xffff, 0]);
  expect(files.read(range(3, 7, 3))).toEqual([0, 0, 0]);
});

test('by default files 1 to 10 have 10,000 records; others have what is said', () => {
  const files = createFileMemory();
  expect([range(1, 9_999), range(10, 0), range(1, 9_999, 2), range(0, 0), range(11, 0)].map((asked) => files.faultOf(asked))).toEqual([undefined, undefined, 'absent', 'absent', 'absent']);
  const few = createFileMemory(new Map([[300, 5]]));
  expect([range(300, 4), range(300, 4, 2), range(1, 0)].map((asked) => few.faultOf(asked))).toEqual([undefined, 'absent', 'absent']);
});

test('a spoilt file is inconsistent, and only that one', () => {
  const files = createFileMemory();
  files.spoil(2);
  expect([range(2, 0), range(3, 0), range(2, 9_999, 2)].map((asked) => files.faultOf(asked))).toEqual(['inconsistent', undefined, 'absent']);
});
