import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { levelTable } from './level-table.ts';
import { memoryTable } from './memory-table.contract.ts';
import { storedTableContract } from './stored-table.contract.ts';

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'fp-level-')), 'level');

storedTableContract('LevelDB', () => {
  const folder = newFolder();
  return { table: levelTable(folder), again: () => levelTable(folder) };
});
storedTableContract('memory', () => {
  const table = memoryTable();
  return { table, again: () => memoryTable(table.rows) };
});

test('a folder that another table has open is locked', async () => {
  const folder = newFolder();
  const [first, second] = [levelTable(folder), levelTable(folder)];
  await first.open();
  await expect(second.open()).rejects.toMatchObject({ kind: 'locked' });
  await first.close();
  await second.open();
  await second.close();
});
