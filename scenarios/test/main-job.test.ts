import { createServer, type Server } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecord } from '../../reports/read-record.ts';
import { runCli, runFolders } from './cli-process.ts';

const QUICK = fileURLToPath(new URL('fixtures/quick.yaml', import.meta.url));
const FILES = ['run.json', 'events.ndjson', 'schedule.json', 'junit.xml', 'summary.md', 'report.html'];
let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-main-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('a run with a cut uplink', () => {
  test('passes, although the well-known ports are taken; then replays with the same schedule', async () => {
    const busy = await occupy([1_883, 8_080, 5_020]);
    const first = await runCli(['run', QUICK, '--seed', '4711', '--out', out]);
    for (const server of busy) server.close();
    expect(first.stderr).toContain('PASS');
    expect(first.code).toBe(0);
    const [folder = ''] = runFolders(out);
    for (const file of FILES) expect(readFileSync(join(folder, file)).length).toBeGreaterThan(0);
    const record = readRecord(folder);
    expect(record.checks.map(({ judgement }) => judgement.verdict)).toEqual(record.checks.map(() => 'pass'));
    expect(record.faults).toMatchObject([{ kind: 'partition', restored: true }]);
    expect(first.stderr.trimEnd().split('\n').slice(-2).join('\n')).toMatch(/report .*report\.html[\s\S]*replay .*seed 4711/u);

    const again = await runCli(['replay', folder]);
    expect(again.stderr).toContain('same  seed 4711');
    expect(again.stderr).toContain('not the exact timing, and so not the interleaving of messages');
    expect(again.code).toBe(0);
    const [, second = ''] = runFolders(out).toSorted();
    expect(readFileSync(join(second, 'schedule.json'), 'utf8')).toBe(readFileSync(join(folder, 'schedule.json'), 'utf8'));

    const judged = await runCli(['report', folder, '--judge', '--format', 'summary']);
    expect(judged.code).toBe(0);
  });

  test('a journal that was changed afterwards is no evidence', async () => {
    const [folder = ''] = runFolders(out);
    const journal = join(folder, 'events.ndjson');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.replace('"telemetry.received"', '"telemetry.receivex"'));
    const judged = await runCli(['report', folder, '--judge']);
    writeFileSync(journal, text);
    expect(judged.stderr).toContain('FP_JOURNAL_CORRUPT');
    expect(judged.code).toBe(4);
  });
});

describe('a run with one gateway', () => {
  test('sees every stream from its first report, although the gateway polls at once', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'fieldproof-alone-'));
    const { code, stderr } = await runCli(['run', fileURLToPath(new URL('fixtures/one-gateway.yaml', import.meta.url)), '--out', alone]);
    expect(stderr).toContain('PASS');
    expect(code).toBe(0);
    rmSync(alone, { recursive: true, force: true });
  });
});

describe('a run without store and forward', () => {
  test('fails, and its report says which samples were lost, when, and under which fault', async () => {
    const lost = mkdtempSync(join(tmpdir(), 'fieldproof-lost-'));
    const { code, stderr } = await runCli(['run', 'offline/partition-without-store', '--out', lost, '--seed', '1']);
    expect(stderr).toContain('FAIL');
    expect(code).toBe(1);
    const [folder = ''] = runFolders(lost);
    const check = readRecord(folder).checks.find(({ that }) => that === 'telemetry.complete');
    expect(check?.judgement.verdict).toBe('fail');
    const samples = check?.judgement.findings.filter(({ text }) => /pumps-\d/u.test(text)) ?? [];
    expect(samples.length).toBeGreaterThan(5);
    expect(samples.some(({ t, faults }) => t !== undefined && faults.some((fault) => fault.startsWith('partition@uplink')))).toBe(true);
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(html).toContain('partition@uplink#1');
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain('<failure');
    rmSync(lost, { recursive: true, force: true });
  });
});

/** Takes ports that a less careful tool would want; one that is taken already serves as well. */
async function occupy(ports: readonly number[]): Promise<Server[]> {
  return Promise.all(
    ports.map(
      (port) =>
        new Promise<Server>((resolve) => {
          const server = createServer();
          server.once('error', () => resolve(server));
          server.listen(port, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
}
