import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecord } from '../../reports/read-record.ts';
import { allGone, descendantsOf, pidOf, runFolders, startCli, type CliProcess } from './cli-process.ts';

const QUICK = fileURLToPath(new URL('fixtures/quick.yaml', import.meta.url));
let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-cut-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** A run whose fault is in force, with the pids of all its processes. */
async function inMidRun(): Promise<{ run: CliProcess; pids: number[] }> {
  const run = startCli(['run', QUICK, '--out', out]);
  await run.seen(/fault partition@uplink#1 in force/u);
  const pids = descendantsOf(run.child.pid ?? 0);
  expect(pids.length).toBeGreaterThanOrEqual(6);
  return { run, pids };
}

test('Ctrl-C ends with 130, undoes the fault, leaves a record and no process', async () => {
  const { run, pids } = await inMidRun();
  run.child.kill('SIGINT');
  const { code, stderr } = await run.finished;
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted');
  await allGone(pids);
  const record = readRecord(runFolders(out)[0] ?? '');
  expect(record).toMatchObject({ verdict: 'inconclusive', exitCode: 130 });
  expect(record.faults[0]?.restored).toBe(true);
});

test('a gateway that is killed ends the run with 4 and its name', async () => {
  const { run, pids } = await inMidRun();
  process.kill(pidOf(pids, 'config/edge-1.yaml'), 'SIGKILL');
  const { code, stderr } = await run.finished;
  expect(stderr).toContain('FP_CHILD_DIED');
  expect(stderr).toContain('edge-1');
  expect(code).toBe(4);
  expect(readRecord(runFolders(out)[0] ?? '')).toMatchObject({ verdict: 'error', exitCode: 4 });
  await allGone(pids);
});

test('when the runner itself is killed, its children go with it', async () => {
  const { run, pids } = await inMidRun();
  run.child.kill('SIGKILL');
  await run.finished;
  await allGone(pids);
});
