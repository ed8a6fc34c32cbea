import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { exampleCase, exampleSuiteRecord } from '../../example-suite-record.contract.ts';
import { suiteJsonSchema, suiteJsonSchemaText } from '../../suite-json-schema.ts';
import { suiteHeadline } from '../../suite-summary.ts';
import { suiteTerminalSummary } from '../../suite-terminal-summary.ts';
import { plainPaint } from '../../terminal-summary.ts';
import { suiteJsonWriter } from './suite-json.ts';
import { suiteJunitWriter } from './suite-junit.ts';
import { suiteHtmlWriter } from './suite-page.ts';
import { suiteSummaryWriter } from './suite-summary-md.ts';

const EVIDENCE = new Map([['TP_X_002', ['a -> CONNECT', 'a <- <script>alert(1)</script>']]]);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('junit.xml', () => {
  const parse = (xml: string): unknown => new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray: (name) => name === 'testcase' }).parse(xml);

  test('counts every verdict: only a must that fails is a failure', () => {
    const parsed = parse(text(suiteJunitWriter.render(exampleSuiteRecord(), EVIDENCE)));
    expect(parsed).toMatchObject({ testsuites: { tests: '6', failures: '1', errors: '2', testsuite: { name: 'mqtt-broker', skipped: '2' } } });
    expect(parsed).toMatchObject({
      testsuites: {
        testsuite: {
          testcase: [
            { name: 'TP_X_001' },
            { name: 'TP_X_002', failure: { type: 'misbehaved' } },
            { name: 'TP_X_003', error: { type: 'inconclusive' } },
            { name: 'TP_X_004', error: { type: 'error' } },
            { name: 'TP_X_005', skipped: { message: expect.stringContaining('should, not met') } },
            { name: 'TP_X_009', skipped: { message: 'QOS2 is not declared' } },
          ],
        },
      },
    });
  });

  test('a run without a case is not green', () => {
    const record = exampleSuiteRecord({ cases: [], verdict: 'inconclusive', reasons: ['the SUT was dead'] });
    expect(parse(text(suiteJunitWriter.render(record, EVIDENCE)))).toMatchObject({
      testsuites: { errors: '1', testsuite: { testcase: [{ name: 'TP_X_009' }, { name: 'run', error: { type: 'inconclusive', message: 'the SUT was dead' } }] } },
    });
  });
});

describe('run.json', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(suiteJsonSchema());

  test('is what the published schema says', () => {
    expect(validate(JSON.parse(text(suiteJsonWriter.render(exampleSuiteRecord(), EVIDENCE)))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...exampleSuiteRecord(), surprise: 1 })).toBe(false);
  });

  test('the published schema is what suite-record.ts says', () => {
    expect(readFileSync(join(packageRoot(), 'reports/schema/suite.schema.json'), 'utf8')).toBe(suiteJsonSchemaText());
  });
});

describe('report.html', () => {
  const page = text(suiteHtmlWriter.render(exampleSuiteRecord(), EVIDENCE));

  test('holds every case, statement, exclusion and packet, escaped', () => {
    for (const id of ['TP_X_001', 'TP_X_002', 'TP_X_003', 'TP_X_004', 'TP_X_005', 'TP_X_009', 'MQTT-3.1.0-3', 'nobody sees it']) expect(page).toContain(id);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<b>PUBLISH</b>');
  });

  test('is the same for the same record', () => {
    expect(text(suiteHtmlWriter.render(exampleSuiteRecord(), EVIDENCE))).toBe(page);
  });
});

test('summary.md says what did not pass, worst first, and keeps its table whole', () => {
  const markdown = text(suiteSummaryWriter.render(exampleSuiteRecord(), EVIDENCE)).replaceAll('&#95;', '_');
  const rows = markdown.split('\n').filter((line) => line.startsWith('|') && line.includes('TP_X_00'));
  expect(rows.map((row) => /TP_X_\d+/u.exec(row)?.[0])).toEqual(['TP_X_004', 'TP_X_002', 'TP_X_005', 'TP_X_003']);
  expect(rows.every((row) => row.split('|').length === 7)).toBe(true);
  expect(markdown).toContain('| mqtt-5.0 | 2 | 1 | 0 | 1 | 0 | 0 | 1 | 0 |');
});

describe('the last lines on the terminal', () => {
  test('name what did not pass, without control characters', () => {
    const lines = suiteTerminalSummary(exampleSuiteRecord(), 'report.html', plainPaint).join('\n');
    expect(lines).toContain('ERROR  mqtt-broker on mqtt://127.0.0.1:1883');
    expect(lines).toContain('fail         TP_X_005 (should)');
    expect(lines).not.toContain('\u0007');
  });

  test.each([
    [[exampleCase('A')], '1 of 1 case passed, in 1.0 s'],
    [[exampleCase('A', { verdict: 'fail', level: 'should' })], '0 of 1 case passed, 1 failed (1 of them advisory), in 1.0 s'],
  ])('the headline counts', (cases, says) => {
    expect(suiteHeadline({ cases, excluded: [], durationMs: 1_000 })).toBe(says);
  });
});

test('a case without a statement shows its source in every rendering', () => {
  const source = 'RFC 9525 section 6';
  const record = exampleSuiteRecord({ cases: [exampleCase('TP_X_007', { verdict: 'fail', cause: 'misbehaved', statements: [], source })] });
  const renderings = [suiteJunitWriter, suiteHtmlWriter, suiteSummaryWriter, suiteJsonWriter].map((writer) => text(writer.render(record, EVIDENCE)));
  expect([...renderings, suiteTerminalSummary(record, 'report.html', plainPaint).join('\n')].filter((rendering) => !rendering.includes(source))).toEqual([]);
});
