import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from './cli-process.ts';

const QUICK = fileURLToPath(new URL('fixtures/quick.yaml', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-broken-'));
  for (const name of ['edge.yaml', 'cloud.yaml']) writeFileSync(join(folder, name), readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a misspelt key ends with 2, file, line, key and the nearest valid key; nothing is started', async () => {
  const file = join(folder, 'broken.yaml');
  const lines = readFileSync(QUICK, 'utf8').replace('kind: partition', 'kindd: partition').split('\n');
  writeFileSync(file, lines.join('\n'));
  const line = lines.findIndex((text) => text.includes('kindd')) + 1;
  const { code, stderr } = await runCli(['run', file, '--out', join(folder, 'out')]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file}:${line}:`);
  expect(stderr).toMatch(/faults\.0/u);
  expect(stderr).toContain('did you mean "kind"?');
  expect(() => readFileSync(join(folder, 'out'))).toThrowError(/ENOENT/u);
});

test.each([
  ['an unknown scenario', ['run', 'flagshp'], 'did you mean "flagship"?'],
  ['no scenario', ['run'], 'FP_USAGE'],
  ['an unknown option', ['run', 'flagship', '--sede', '1'], '--seed'],
  ['an unknown command', ['rnu'], 'run'],
  ['a seed that is no number', ['run', 'flagship', '--seed', 'abc'], 'whole number'],
  ['an unknown reporter', ['run', 'flagship', '--reporter', 'htm'], 'did you mean "html"?'],
  ['an undeclared variable', ['run', 'flagship', '--var', 'x=1'], 'declares no such variable'],
  ['a folder without a record', ['report', '/nonexistent'], 'FP_RECORD_INVALID'],
  ['an unknown profile', ['sim', 'plc', '--profile', 'pump-sation'], 'pump-station'],
  ['an unknown fault', ['sim', 'link', '--listen', '127.0.0.1:0', '--upstream', '127.0.0.1:1', '--fault', 'latenci:ms=1ms'], 'did you mean "latency"?'],
  ['a gateway configuration that is not there', ['gateway', '--config', '/nonexistent.yaml'], 'FP_FILE_UNREADABLE'],
])('%s ends with 2 and says what to do', async (_what, words, expected) => {
  const { code, stderr } = await runCli(words);
  expect(stderr).toContain(expected);
  expect(code).toBe(2);
});

test('--help starts from tasks and ends with 0', async () => {
  const { code, stdout } = await runCli(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('fieldproof run flagship');
  expect(stdout).toContain('130 interrupted');
});
