import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeWith, MBPOLL } from '../../hil/runtime/foreign-program.contract.ts';
import { readRecord } from '../../reports/read-record.ts';
import { runCli, runFolders, startCli, type CliProcess } from './cli-process.ts';
import { mbpoll } from './foreign-modbus.ts';

const BAD_LINE = fileURLToPath(new URL('fixtures/bad-line.yaml', import.meta.url));
let out = '';
const started: CliProcess[] = [];
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-modbus-'));
});
afterEach(async () => {
  for (const { child, finished } of started.splice(0).toReversed()) {
    child.kill('SIGTERM');
    await finished;
  }
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Starts a part alone. @returns its ready line. */
async function ready(words: readonly string[]): Promise<string> {
  const cli = startCli(words);
  started.push(cli);
  const [line = ''] = await cli.seen(/\{"event":"ready".*\}/u);
  return line;
}

describe('a scenario with Modbus faults', () => {
  test('passes; every fault bit and was undone, and each PLC group answered afterwards', async () => {
    const { code, stderr } = await runCli(['run', BAD_LINE, '--seed', '1', '--out', out]);
    expect(stderr).toContain('PASS');
    expect(code).toBe(0);
    const [folder = ''] = runFolders(out);
    const { faults } = readRecord(folder);
    expect(faults.map(({ kind, restored }) => [kind, restored])).toEqual([
      ['modbus.crcError', true],
      ['serialDisconnect', true],
      ['modbus.exception', true],
    ]);
    expect(faults[0]?.effects['crcError']).toBeGreaterThan(0);
    expect(faults[1]?.effects['serialDisconnect']).toBe(1);
    expect(faults[2]?.effects['exception']).toBeGreaterThan(0);
  });
});

describeWith([MBPOLL], 'the parts alone, for other software', () => {
  test('sim modbus-link stands between mbpoll and a device', async () => {
    const plc = await ready(['sim', 'plc', '--profile', 'pump-station']);
    expect(plc).toContain('modbus-tcp');
    const [, port = ''] = /"port":(\d+)/u.exec(plc) ?? [];
    const link = await ready(['sim', 'modbus-link', '--client', 'tcp:127.0.0.1:0', '--device', `tcp:127.0.0.1:${port}`, '--profile', 'pump-station', '--fault', 'exception:code=6,nth=2', '--seed', '1']);
    const [, linkPort = ''] = /"port":(\d+)/u.exec(link) ?? [];
    const ask = async (): Promise<string> => (await mbpoll({ unit: 1, port: Number(linkPort) }, { table: '3', address: 0 })).output;
    expect(await ask()).toMatch(/^\[0\]:/mu);
    expect(await ask()).toMatch(/busy/u);
    expect(await ask()).toMatch(/^\[0\]:/mu);
  });

  test('sim plc with a fault of its own, on a serial line', async () => {
    const plc = await ready(['sim', 'plc', '--profile', 'motor-drive', '--transport', 'modbus-rtu', '--parity', 'none', '--fault', 'crcError', '--seed', '1']);
    const [, path = ''] = /"path":"([^"]+)"/u.exec(plc) ?? [];
    expect(path).toMatch(/\/plc$/u);
    expect((await mbpoll({ unit: 1, path }, { table: '4', address: 0 })).values).toEqual([]);
  });

  test('sim line: the paths of its nodes are there while it runs, and gone afterwards', async () => {
    const line = await ready(['sim', 'line', '--nodes', '3', '--baud', '9600', '--bit-error-rate', '1e-4']);
    const paths = [...line.matchAll(/"path":"([^"]+)"/gu)].map(([, path]) => path ?? '');
    expect(paths.length).toBe(3);
    expect(paths.every((path) => existsSync(path))).toBe(true);
    const [cli] = started;
    cli?.child.kill('SIGTERM');
    expect((await cli?.finished)?.code).toBe(0);
    expect(paths.some((path) => existsSync(path))).toBe(false);
  });
});
