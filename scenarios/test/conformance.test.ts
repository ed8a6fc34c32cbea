import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { suiteRecordSchema, type SuiteRecord } from '../../reports/suite-record.ts';
import { gatewayFacts } from '../engine/child-facts.ts';
import { runCli, runFolders, startCli, type Finished } from './cli-process.ts';
import { createCliServices } from './cli-services.ts';

const services = createCliServices();
let sut = '';
let configs = '';
let out = '';

beforeAll(async () => {
  configs = mkdtempSync(join(tmpdir(), 'fieldproof-sut-'));
  sut = await startGateway('aedes');
});
afterAll(async () => {
  await services.stop();
  rmSync(configs, { recursive: true, force: true });
});
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-suite-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** The reference gateway with one of its engines. @returns Its address. */
async function startGateway(engine: 'aedes' | 'core'): Promise<string> {
  const config = join(configs, `${engine}.yaml`);
  writeFileSync(config, `id: sut\nmqtt: { port: 0 }\nhttp: { port: 0 }\nbroker: { engine: ${engine} }\n`);
  const { facts } = await services.start(['gateway', '--config', config], gatewayFacts);
  return `mqtt://127.0.0.1:${facts.ports.mqtt}`;
}

function conformance(...words: readonly string[]): Promise<Finished> {
  return runCli(['conformance', ...words]);
}

function theRecord(): { readonly record: SuiteRecord; readonly folder: string } {
  const [folder = ''] = runFolders(out);
  return { record: suiteRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))), folder };
}

describe('a run', () => {
  test('leaves record, reports and the evidence of each case', async () => {
    const { code, stderr } = await conformance('run', 'mqtt-broker', '--sut', sut, '--only', 'TP_MQTT3_BROKER_FIRST_*', '--out', out);
    expect(stderr).toContain('PASS  mqtt-broker');
    expect(code).toBe(0);
    const { record, folder } = theRecord();
    expect(record.cases.length).toBeGreaterThan(0);
    expect(record.cases.every(({ steps }) => steps > 0)).toBe(true);
    for (const file of ['events.ndjson', 'report.html', 'junit.xml', 'summary.md']) expect(readdirSync(folder)).toContain(file);
    expect(readdirSync(join(folder, 'evidence'))).toEqual(expect.arrayContaining(record.cases.map(({ id }) => `${id}.txt`)));
  });

  test('draws the same names from the same seed', async () => {
    const sent = async (): Promise<string[]> => {
      await conformance('run', 'mqtt-broker', '--sut', sut, '--only', 'TP_MQTT3_BROKER_FIRST_001', '--seed', '7', '--out', out, '--reporter', 'json');
      const [folder = ''] = runFolders(out);
      const text = readFileSync(join(folder, 'events.ndjson'), 'utf8');
      rmSync(folder, { recursive: true });
      return [...text.matchAll(/"op":"send","on":"a"|"hex":"(10[0-9a-f]+)"/gu)].flatMap(([, hex]) => hex ?? []);
    };
    const first = await sent();
    expect(first.length).toBeGreaterThan(0);
    expect(await sent()).toEqual(first);
  });

  test('on nobody is inconclusive, with what is missing', async () => {
    const { code, stderr } = await conformance('run', 'mqtt-broker', '--sut', 'mqtt://127.0.0.1:1', '--out', out);
    expect(code).toBe(3);
    expect(stderr).toContain('the SUT was dead before the first case: nothing was tested');
    expect(theRecord().record).toMatchObject({ verdict: 'inconclusive', cases: [] });
  });

  test('Ctrl-C ends it with 130 and keeps what was judged', async () => {
    const run = startCli(['conformance', 'run', 'mqtt-broker', '--sut', sut, '--parallel', '1', '--out', out]);
    await run.seen(/50 of \d+ cases/u);
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
    const { record } = theRecord();
    expect(record.verdict).not.toBe('pass');
    expect(record.cases.length).toBeGreaterThan(40);
  });
});

describe('wrong input', () => {
  test.each([
    [['run', 'mqtt-brokr', '--sut', 'mqtt://a'], /FP_SUITE_UNKNOWN[^]*Did you mean mqtt-broker\?/u],
    [['run', 'mqtt-broker', '--sut', 'http://a'], /FP_USAGE[^]*mqtt:\/\/host:port/u],
    [['run', 'mqtt-broker', '--sut', 'mqtt://a', '--only', 'TP_MQTT3_BROKER_FIRST_01'], /FP_CASE_UNKNOWN[^]*Did you mean/u],
    [['run', 'mqtt-broker', '--sut', 'mqtt://a', '--reporter', 'htm'], /did you mean "html"/u],
    [['run', 'mqtt-broker', '--sut', 'mqtt://a', '--pics', '/nowhere.yaml'], /FP_FILE_UNREADABLE/u],
  ])('%j', async (words, says) => {
    const { code, stderr } = await conformance(...words);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  test('a declaration with an item that nobody knows: file, line, nearest name', async () => {
    const file = join(out, 'pics.yaml');
    writeFileSync(file, 'suite: mqtt-broker\npics:\n  RETAIN: false\n  WILDCARD: true\n');
    const { code, stderr } = await conformance('run', 'mqtt-broker', '--sut', sut, '--pics', file, '--out', out);
    expect(code).toBe(2);
    expect(stderr).toContain('FP_PICS_INVALID');
    expect(stderr).toMatch(/pics\.yaml:4[^]*Did you mean WILDCARDS\?/u);
  });
});

test('the form that pics prints is a declaration that run takes', async () => {
  const { stdout } = await conformance('pics', 'mqtt-broker');
  const file = join(out, 'form.yaml');
  writeFileSync(file, stdout);
  const { code } = await conformance('run', 'mqtt-broker', '--sut', sut, '--pics', file, '--only', 'TP_MQTT3_BROKER_FIRST_001', '--out', out);
  expect(code).toBe(0);
});

test('the gateway with its aedes engine fails exactly the cases that are known', async () => {
  const known = join(packageRoot(), 'conformance', 'known-answers', 'mqtt-broker');
  const { code, stderr } = await conformance('run', 'mqtt-broker', '--sut', sut, '--pics', join(known, 'gateway-aedes.pics.yaml'), '--expect', join(known, 'gateway-aedes.yaml'), '--out', out, '--reporter', 'json');
  expect(stderr).toContain('as known of');
  expect(code).toBe(0);
});

test('the gateway with its core engine passes every case of both versions', { timeout: 120_000 }, async () => {
  const { code, stderr } = await conformance('run', 'mqtt-broker', '--sut', await startGateway('core'), '--out', out, '--reporter', 'json');
  expect(stderr).toContain('PASS  mqtt-broker');
  expect(code).toBe(0);
  expect(theRecord().record.statements.filter(({ state }) => state === 'not-covered')).toEqual([]);
});

describe('the self-test', () => {
  test('proves a sample of the cases', { timeout: 180_000 }, async () => {
    const { code, stdout, stderr } = await conformance('selftest', 'mqtt-broker', '--sample', '60', '--seed', '1');
    expect(stdout).not.toContain('NOT PROVEN');
    expect(stderr).toContain('60 of 60 cases proven able to fail');
    expect(code).toBe(0);
  });
});
