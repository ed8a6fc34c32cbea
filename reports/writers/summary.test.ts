import { expect, test } from 'vitest';
import { errorRecord, failRecord, hostileRecord, passRecord } from '../example-records.contract.ts';
import type { RunRecord } from '../record.ts';
import { SUMMARY_BYTES_MAX, summaryWriter } from './summary.ts';

test('the verdict, the failed checks first, the faults and the replay command are there', () => {
  const text = render(failRecord());
  expect(text).toMatch(/^## ❌ FAIL: offline\/partition-and-throttle\n/u);
  expect(text.indexOf('telemetry.complete')).toBeLessThan(text.indexOf('qos2.exactlyOnce'));
  expect(text).toContain('lost 37');
  expect(text).toContain('```sh\nfieldproof run offline/partition-and-throttle --seed 4711');
  expect(text).toContain('| <code>partition</code> direction both | <code>uplink</code> | 15.012 s | 25.020 s | yes |');
});

test('findings beyond those shown are counted', () => {
  expect(render(failRecord())).toContain('20 of 37 findings');
});

test('a fault that never began and one that was not undone are said so', () => {
  const text = render(errorRecord());
  expect(text).toContain('did not begin');
  expect(text).toContain('**no**');
  expect(text).toContain('JavaScript heap out of memory');
});

test('stays below its bound and counts what it left out, however large the record', () => {
  const long = '漢'.repeat(3_000);
  const [check] = failRecord().checks;
  if (check === undefined) throw new Error('the example has checks');
  const findings = Array.from({ length: 200 }, (_none, index) => ({ t: index, text: long, faults: [long] }));
  const judgement = { ...check.judgement, because: long, findings, findingsTotal: 200 };
  const checks = Array.from({ length: 2_000 }, () => ({ ...check, that: long, judgement }));
  const bytes = summaryWriter.render({ ...failRecord(), checks, reasons: Array.from({ length: 500 }, () => long) });
  expect(bytes.length).toBeLessThanOrEqual(SUMMARY_BYTES_MAX);
  expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toMatch(/\d+ more checks are left out here/u);
});

test('every row of a table has the cells of its head, whatever the text holds', () => {
  const tables = render(hostileRecord()).split('\n\n').filter((block) => block.startsWith('|'));
  expect(tables.length).toBe(2);
  for (const table of tables) expect(new Set(table.trim().split('\n').map((row) => row.split('|').length)).size).toBe(1);
});

test('markup in a record stays text', () => {
  const outsideTheFence = render(hostileRecord()).replace(/```sh[^]*?```/u, '');
  expect(outsideTheFence).not.toMatch(/<(?!\/?code>)/u);
  expect(outsideTheFence).not.toContain('`');
});

test('a fence cannot be closed from inside', () => {
  expect(render({ ...passRecord(), replayCommand: 'echo ````' })).toContain('`````sh\necho ````\n`````');
});

function render(record: RunRecord): string {
  return new TextDecoder().decode(summaryWriter.render(record));
}
