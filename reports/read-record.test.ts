import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { errorRecord, failRecord, passRecord } from './example-records.contract.ts';
import { readRecord } from './read-record.ts';
import { renderAll } from './render-all.ts';
import { REPORT_FORMATS } from './report-writer.ts';
import { WRITERS } from './writers/writer-table.ts';

test.each([passRecord, failRecord, errorRecord])('gives back what was written, and every rendering of it has the same bytes', (make) => {
  const folder = emptyFolder();
  renderAll(make(), folder, ['json']);
  const read = readRecord(folder);
  expect(read).toEqual(make());
  for (const format of REPORT_FORMATS) {
    const [first, second] = [WRITERS[format].render(make()), WRITERS[format].render(read)];
    expect(Buffer.from(first).equals(Buffer.from(second)), format).toBe(true);
  }
});

describe('refuses with FP_RECORD_INVALID', () => {
  const valid = passRecord();
  test.each<[string, string | undefined, string]>([
    ['a folder without run.json', undefined, 'cannot read'],
    ['a file that is not JSON', '{"schemaVersion":', 'cannot read'],
    ['another schema version', JSON.stringify({ ...valid, schemaVersion: 2 }), 'schemaVersion'],
    ['a member nobody knows', JSON.stringify({ ...valid, surprise: 1 }), 'surprise'],
    ['a verdict nobody knows', JSON.stringify({ ...valid, verdict: 'maybe' }), 'verdict'],
  ])('%s', (_what, text, told) => {
    const folder = emptyFolder();
    if (text !== undefined) writeFileSync(join(folder, 'run.json'), text);
    let thrown: unknown;
    try {
      readRecord(folder);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'FP_RECORD_INVALID' });
    expect(JSON.stringify([String(thrown), thrown])).toContain(told);
  });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-record-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
