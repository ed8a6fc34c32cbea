import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { runCli, startCli } from './cli-process.ts';

let folder = '';
let map = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-race-'));
  map = join(folder, 'lab.yaml');
  writeFileSync(map, 'duts:\n  - { id: pump, transport: modbus-tcp, address: "127.0.0.1:1" }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rig(words: readonly string[], leases: string): string[] {
  return ['rig', ...words, '--map', map, '--leases', join(folder, leases)];
}

test('of many processes that want a device at once exactly one gets it; the others are told who did', async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => runCli(rig(['acquire', 'pump'], 'race'))));
  const winners = results.filter(({ code }) => code === 0);
  expect(winners.length).toBe(1);
  expect(JSON.parse(winners[0]?.stdout ?? '{}')).toMatchObject({ dut: 'pump', token: 1 });
  for (const { code, stderr } of results.filter((result) => result !== winners[0])) {
    expect(code).toBe(4);
    expect(stderr).toMatch(/FP_RIG_LEASED: pump is leased: held by .* pid \d+, rig acquire \(token 1/u);
  }
});

test('a holder that is killed with -9 frees its device when the time to live is over, with a higher token; its own token is refused', async () => {
  const holder = startCli(rig(['acquire', 'pump', '--hold', '--ttl', '4s'], 'killed'));
  await holder.seen(/"token":1/u);
  // Longer than the time to live: heartbeats keep it.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  expect((await runCli(rig(['acquire', 'pump'], 'killed'))).code).toBe(4);
  const waiting = startCli(rig(['acquire', 'pump', '--wait', '60s'], 'killed'));
  await waiting.seen(/waiting/u);
  holder.child.kill('SIGKILL');
  const got = await waiting.finished;
  expect(got.code).toBe(0);
  expect(JSON.parse(got.stdout)).toMatchObject({ token: 2 });
  const stale = await runCli([...rig(['release', 'pump'], 'killed'), '--token', '1']);
  expect(stale.code).toBe(4);
  expect(stale.stderr).toMatch(/FP_RIG_LEASE_LOST: lease 1 of \S+ is lost: now held by/u);
  expect((await runCli([...rig(['release', 'pump'], 'killed'), '--token', '2'])).code).toBe(0);
  expect((await runCli(rig(['list'], 'killed'))).stdout).toContain('free');
});

test('Ctrl-C of a holder frees its device at once', async () => {
  const holder = startCli(rig(['acquire', 'pump', '--hold', '--ttl', '1h'], 'ended'));
  await holder.seen(/"token":1/u);
  holder.child.kill('SIGINT');
  await holder.finished;
  expect((await runCli(rig(['acquire', 'pump'], 'ended'))).code).toBe(0);
});

/** Takes the lease again and again, and while it has it, adds one to a file in the way that loses counts when two do it at once. */
const COUNTING = `
import { readFileSync, writeFileSync } from 'node:fs';
const { createLeaseStore } = await import(process.argv[1]);
const [, , folder, counter, writer, times] = process.argv;
const store = createLeaseStore({ folder, writer }, { wallMs: () => Date.now() });
let last = 0;
for (let done = 0; done < Number(times); ) {
  let result;
  try { result = store.tryAcquire('line', writer, 60000); } catch (error) { if (error.code !== 'FP_LIMIT') throw error; continue; }
  if (result.kind === 'held') continue;
  const { token } = result.lease;
  const [count, highest] = readFileSync(counter, 'utf8').split(' ').map(Number);
  if (token <= highest || token <= last) throw new Error('token ' + token + ' after ' + highest);
  last = token;
  for (let spin = 0; spin < 20000; spin += 1) Math.sqrt(spin);
  writeFileSync(counter, count + 1 + ' ' + token);
  store.release('line', token);
  done += 1;
}
`;

test('four processes that race for one lease 600 times are never in it together, and tokens only grow', async () => {
  const counter = join(folder, 'counter');
  writeFileSync(counter, '0 0');
  const store = pathToFileURL(join(packageRoot(), 'dist', 'hil', 'rig', 'lease', 'lease-store.js')).href;
  const times = 150;
  const codes = await Promise.all(
    ['a', 'b', 'c', 'd'].map(
      (writer) =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, ['--input-type=module', '--eval', COUNTING, store, join(folder, 'count'), counter, writer, String(times)]);
          let said = '';
          child.stderr.on('data', (text: Buffer) => (said += text.toString()));
          child.once('close', (code) => resolve(`${code}${said}`));
        }),
    ),
  );
  expect(codes).toEqual(['0', '0', '0', '0']);
  expect(Number(readFileSync(counter, 'utf8').split(' ')[0])).toBe(4 * times);
});
