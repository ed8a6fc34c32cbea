import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failRecord, passRecord } from './example-records.contract.ts';
import { renderAll } from './render-all.ts';
import { REPORT_FORMATS } from './report-writer.ts';

test('writes a file for each format into a folder that is not there yet, and nothing else', () => {
  const folder = join(emptyFolder(), 'deep', 'run');
  const paths = renderAll(passRecord(), folder, REPORT_FORMATS);
  expect(readdirSync(folder).toSorted()).toEqual(['junit.xml', 'report.html', 'run.json', 'summary.md']);
  expect(paths.get('html')).toBe(join(folder, 'report.html'));
});

test('replaces what is there', () => {
  const folder = emptyFolder();
  renderAll(passRecord(), folder, ['summary']);
  renderAll(failRecord(), folder, ['summary']);
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('FAIL');
});

test('a file that cannot be written is said so, and no half file stays behind', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'summary.md'));
  writeFileSync(join(folder, 'summary.md', 'full'), '');
  expect(() => renderAll(passRecord(), folder, ['summary'])).toThrow(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
  expect(readdirSync(folder)).toEqual(['summary.md']);
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-render-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
