import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../hil/runtime/foreign-program.contract.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { PYMODBUS, serialBenchDevice, SOCAT, tcpBenchDevice, type BenchDevice } from './bench-device.ts';
import { CLI } from './cli-process.ts';

/** A fenced block of the page: what stands behind its opening fence, and its lines. */
interface Block {
  readonly kind: string;
  readonly lines: readonly string[];
}

const TEXT = readFileSync(join(packageRoot(), 'scenarios', 'docs', 'first-hour.md'), 'utf8');
const BLOCKS: readonly Block[] = [...TEXT.matchAll(/^```(\w.*)\n([^]*?)^```$/gmu)].map(([, kind = '', text = '']) => ({ kind, lines: text.trimEnd().split('\n') }));

const devices: BenchDevice[] = [];
let folder = '';
let background: ReturnType<typeof spawn> | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-hour-'));
});
afterAll(async () => {
  background?.kill('SIGTERM');
  for (const device of devices) await device.unplug();
  rmSync(folder, { recursive: true, force: true });
});

/** What differs between the page and this machine: addresses of devices, and patience. */
function onThisMachine(command: string, replaced: ReadonlyMap<string, string>): string {
  return [...replaced].reduce((text, [from, to]) => text.replaceAll(from, to), command);
}

function start(command: string): ReturnType<typeof spawn> {
  return spawn('bash', ['-c', command], { cwd: folder, env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function run(command: string): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = start(command);
    let said = '';
    child.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.once('close', (code) => resolve({ code: code ?? -1, said }));
  });
}

/** Starts a command that stays. @returns the port of its ready line. */
function runInBackground(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(`exec ${command}`);
    background = child;
    let said = '';
    child.stdout?.on('data', (text: Buffer) => {
      said += text.toString();
      const port = /"port":(\d+)/u.exec(said)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.once('close', () => reject(new Error(`${command}: ${said}`)));
  });
}

test('the page has commands and files to try', () => {
  expect(BLOCKS.filter(({ kind }) => kind.startsWith('sh')).length).toBeGreaterThanOrEqual(8);
  expect(BLOCKS.filter(({ kind }) => kind === 'yaml').length).toBe(3);
  expect(new Set(BLOCKS.map(({ kind }) => kind))).toEqual(new Set(['sh setup', 'sh', 'sh background', 'sh exits-4', 'yaml']));
});

describeWith([PYMODBUS, SOCAT], 'the first hour of a lab engineer', () => {
  test('every command of the page does what the page says', async () => {
    const [meter, pump] = await Promise.all([tcpBenchDevice(), serialBenchDevice(mkdtempSync(join(folder, 'cable-')))]);
    devices.push(meter, pump);
    const replaced = new Map([
      ['npx fieldproof', `${process.execPath} ${CLI}`],
      ['192.168.0.10:502', meter.address],
      ['/dev/serial/by-id/usb-FTDI_FT232R-if00-port0', pump.address],
      ['--port 5020', '--port 0'],
      ['--for 10s', '--for 3s'],
    ]);
    for (const { kind, lines } of BLOCKS) {
      if (kind === 'yaml') {
        writeFileSync(join(folder, (lines[0] ?? '').replace('# ', '')), `${lines.join('\n')}\n`);
        continue;
      }
      for (const line of lines) {
        if (kind === 'sh setup') {
          // As it stands: from here on npx would do, but it takes half a second each time.
          const { code, said } = await run(line.replace('~/fieldproof', packageRoot()));
          expect([line, code, said]).toEqual([line, 0, said]);
          continue;
        }
        const command = onThisMachine(line, replaced);
        if (kind === 'sh background') {
          replaced.set('127.0.0.1:5020', `127.0.0.1:${await runInBackground(command)}`);
          continue;
        }
        const { code, said } = await run(command);
        expect([line, code, code === 0 ? '' : said]).toEqual([line, kind === 'sh exits-4' ? 4 : 0, code === 0 ? '' : expect.stringContaining('FP_RIG_MISSING')]);
      }
    }
  });
});
