import { expect, test } from 'vitest';
import { errorRecord, failRecord, hostileRecord, passRecord } from './example-records.contract.ts';
import { plainPaint, terminalSummary, type Paint } from './terminal-summary.ts';

const tagged: Paint = {
  pass: (text) => `<p>${text}</p>`,
  fail: (text) => `<f>${text}</f>`,
  warn: (text) => `<w>${text}</w>`,
  dim: (text) => text,
  bold: (text) => text,
};

test('a failed run: verdict, aligned checks with the worst first, totals of every verdict, report, replay', () => {
  const lines = terminalSummary(failRecord(), 'runs/x/report.html', plainPaint);
  expect(lines[0]).toBe('FAIL  offline/partition-and-throttle  2 of 8 checks failed, 1 inconclusive');
  expect(lines[1]).toMatch(/^ {2}fail {10}telemetry\.complete {2}37 of 14,208 published/u);
  const becauseColumns = lines.slice(1, 9).map((line) => line.search(/(?<=\S {2,})\S+ \S/u));
  expect(new Set(becauseColumns).size).toBe(1);
  expect(lines.slice(9)).toEqual([
    '  checks  5 pass, 0 none, 1 inconclusive, 2 fail, 0 error',
    '  report  runs/x/report.html',
    '  replay  fieldproof run offline/partition-and-throttle --seed 4711 --var clients=200 --var partition=10s  (seed 4711)',
  ]);
});

test('colours go around the verdicts only, so columns stay aligned', () => {
  const lines = terminalSummary(failRecord(), undefined, tagged);
  expect(lines[1]).toContain('<f>fail        </f>  telemetry.complete');
  expect(lines[3]).toContain('<w>inconclusive</w>');
  expect(lines[4]).toContain('<p>pass        </p>');
});

test('reasons of the run stand above its checks', () => {
  const [, second] = terminalSummary(errorRecord(), undefined, plainPaint);
  expect(second).toContain('Process sensors (fleet, pid 41215) ended with signal SIGKILL');
});

test('nothing from a record can steer the terminal', () => {
  // oxlint-disable-next-line no-control-regex -- the control characters are what must not come through
  expect(terminalSummary(hostileRecord(), undefined, plainPaint).join('')).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/u);
});

test('without a report there is no line for it', () => {
  expect(terminalSummary(passRecord(), undefined, plainPaint).join('\n')).not.toContain('report');
});
