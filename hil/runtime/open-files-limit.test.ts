import { expect, test } from 'vitest';
import { openFilesMax, requireOpenFiles } from './open-files-limit.ts';

test('the limit of this process is a whole number, where the system tells', () => {
  const limit = openFilesMax();
  expect(limit === undefined || (Number.isInteger(limit) && limit > 0)).toBe(true);
});

test('what does not fit is refused with the command that makes room', () => {
  expect(() => requireOpenFiles(10_000, '10000 virtual PLCs', 4_096)).toThrow(
    expect.objectContaining({ code: 'FP_LIMIT', message: '10000 virtual PLCs needs 10064 open files, and this process may have 4096; run: ulimit -n 10064' }),
  );
});

test('what just fits passes', () => {
  requireOpenFiles(960, 'a group', 1_024);
  expect(() => requireOpenFiles(961, 'a group', 1_024)).toThrow('ulimit -n 1025');
  requireOpenFiles(1_000, 'a group', 1_000_000);
});
