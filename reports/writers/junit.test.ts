import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { describeWith, pathOf, XMLLINT } from '../../hil/runtime/foreign-program.contract.ts';
import { z } from '../../hil/runtime/schema.ts';
import { errorRecord, failRecord, hostileRecord, inconclusiveRecord, passRecord } from '../example-records.contract.ts';
import type { RunRecord } from '../record.ts';
import { junitWriter } from './junit.ts';

const counts = { '@tests': z.coerce.number(), '@failures': z.coerce.number(), '@errors': z.coerce.number() };
const problem = z.object({ '@type': z.string(), '@message': z.string() });
const testcase = z.object({
  '@name': z.string(),
  failure: problem.optional(),
  error: problem.optional(),
  'system-out': z.string().optional(),
});
const parsedSchema = z.object({
  testsuites: z.object({
    ...counts,
    testsuite: z.object({
      ...counts,
      '@name': z.string(),
      '@time': z.string(),
      '@timestamp': z.string(),
      properties: z.object({ property: z.array(z.object({ '@name': z.string(), '@value': z.string() })) }),
      testcase: z.array(testcase).default([]),
    }),
  }),
});

const examples: [string, () => RunRecord][] = [
  ['pass', passRecord], ['fail', failRecord], ['inconclusive', inconclusiveRecord], ['error', errorRecord], ['hostile', hostileRecord],
];

describe.each(examples)('junit.xml of the %s example', (_name, make) => {
  test('counts in the attributes are the counts of the elements', () => {
    const { testsuites } = parse(make());
    const cases = testsuites.testsuite.testcase;
    const failures = cases.filter(({ failure }) => failure !== undefined).length;
    const errors = cases.filter(({ error }) => error !== undefined).length;
    for (const element of [testsuites, testsuites.testsuite]) {
      expect([element['@tests'], element['@failures'], element['@errors']]).toEqual([cases.length, failures, errors]);
    }
    expect(cases.filter(({ failure, error }) => failure === undefined && error === undefined)).toHaveLength(
      make().checks.filter(({ judgement }) => judgement.verdict === 'pass').length,
    );
  });

  describeWith([XMLLINT], 'for xmllint', () => {
    test('is well-formed', () => {
      const options = { input: junitWriter.render(make()), stdio: ['pipe', 'ignore', 'pipe'] } satisfies ExecFileSyncOptions;
      expect(() => execFileSync(pathOf(XMLLINT), ['--noout', '-'], options)).not.toThrow();
    });
  });
});

test('fail becomes failure; inconclusive becomes an error of that type', () => {
  const cases = parse(failRecord()).testsuites.testsuite.testcase;
  expect(cases.find((one) => one['@name'] === 'telemetry.complete#1')?.failure).toMatchObject({ '@type': 'fail' });
  expect(cases.find((one) => one['@name'] === 'southbound.errors#1')?.error).toMatchObject({ '@type': 'inconclusive' });
});

test('findings, their faults and the number not listed are in system-out', () => {
  const output = parse(failRecord()).testsuites.testsuite.testcase.find((one) => one['@name'] === 'uplink.dropped#1')?.['system-out'];
  expect(output).toContain('24.771 s edge-1 dropped the oldest message');
  expect(output).toContain('[partition@uplink#1]');
  expect(output).toContain('36 more findings were counted and not listed');
});

test('a run without checks is never green', () => {
  const suite = parse({ ...errorRecord(), checks: [] }).testsuites.testsuite;
  expect(suite.testcase).toHaveLength(1);
  expect(suite.testcase[0]).toMatchObject({ '@name': 'run', error: { '@type': 'error' } });
});

test('a run that is worse than its checks has a testcase that says so', () => {
  const suite = parse({ ...passRecord(), verdict: 'error', reasons: ['the disk was full'] }).testsuites.testsuite;
  expect(suite['@errors']).toBe(1);
  expect(suite.testcase.at(-1)?.error?.['@message']).toBe('the disk was full');
});

test('seed, tier, scenario and replay command are properties', () => {
  const { property } = parse(passRecord()).testsuites.testsuite.properties;
  const values = Object.fromEntries(property.map((one) => [one['@name'], one['@value']]));
  expect(values).toMatchObject({ seed: '4711', tier: 'T1', scenario: passRecord().scenario.file, replay: passRecord().replayCommand });
});

test('hostile text comes back as it went in, apart from what XML cannot hold', () => {
  const { testsuite } = parse(hostileRecord()).testsuites;
  const name = hostileRecord().scenario.name;
  // oxlint-disable-next-line no-control-regex -- exactly the characters that are replaced
  expect(testsuite['@name']).toBe(name.replace(/[\u0000\u001B\uD800]/gu, '\uFFFD'));
});

test('line breaks in an attribute survive a parser that normalises white space', () => {
  const xml = new TextDecoder().decode(junitWriter.render({ ...passRecord(), replayCommand: 'one\ntwo\tthree' }));
  expect(xml).toContain('value="one&#10;two&#9;three"');
});

function parse(record: RunRecord): z.infer<typeof parsedSchema> {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    htmlEntities: true,
    isArray: (name) => name === 'testcase' || name === 'property',
  });
  return parsedSchema.parse(parser.parse(new TextDecoder().decode(junitWriter.render(record))));
}
