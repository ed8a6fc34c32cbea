import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith, MOSQUITTO, pathOf, PYMODBUS, type ForeignProgram } from '../../../hil/runtime/foreign-program.contract.ts';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { SOCAT, socatCable, type SocatCable } from '../../../sim/line/socat.contract.ts';
import { LIBMODBUS } from '../../../sim/plc/libmodbus-peer.contract.ts';
import { runCli } from '../cli-process.ts';

// Software that none of us wrote is judged, and gets exactly the verdicts that were confirmed in the standards' text.

const KNOWN = join(packageRoot(), 'conformance', 'known-answers');
const SERVERS = join(KNOWN, 'modbus-server', 'servers');
const children: ChildProcess[] = [];
let folder = '';
let cable: SocatCable | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-known-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await cable?.remove();
  cable = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a program and waits for its first line. @returns The number in that line. */
async function started(program: string, words: readonly string[]): Promise<number> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(/\d+/u.exec(text.toString())?.[0] ?? 0)));
    child.once('exit', (code) => reject(new Error(`${program} ${words.join(' ')} ended with ${code}`)));
  });
}

/** A port that was free a moment ago, for programs that cannot choose one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function reachable(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function expectAsKnown(suite: string, implementation: string, sut: string, withPics: boolean): Promise<void> {
  const answers = join(KNOWN, suite, implementation);
  const pics = withPics ? ['--pics', `${answers}.pics.yaml`] : [];
  const { code, stderr } = await runCli(['conformance', 'run', suite, '--sut', sut, ...pics, '--expect', `${answers}.yaml`, '--out', folder, '--reporter', 'json']);
  expect(stderr).toContain('as known of');
  expect(code).toBe(0);
}

function judged(programs: readonly ForeignProgram[], name: string, body: () => Promise<void>): void {
  describeWith(programs, name, () => test('gets the verdicts that are known', body));
}

/** The program of `servers/libmodbus-server.c`. */
function compiledLibmodbus(): string {
  const program = join(folder, 'libmodbus-server');
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'libmodbus'], { encoding: 'utf8' }).stdout.trim().split(/\s+/u);
  const { status, stderr } = spawnSync('gcc', ['-O1', '-o', program, join(SERVERS, 'libmodbus-server.c'), ...flags], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}

/** A serial line whose far end the server gets. @returns The address of the near end. */
async function serialLine(start: (path: string) => Promise<unknown>): Promise<string> {
  cable = await socatCable();
  await cable.plug();
  await start(cable.far);
  return `modbus-rtu://${cable.near}?baud=19200&parity=none&stopBits=1`;
}

judged([MOSQUITTO], 'mosquitto 2.0.11, both versions of MQTT', async () => {
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  children.push(spawn(pathOf(MOSQUITTO), ['-c', config], { stdio: 'ignore' }));
  await reachable(port);
  await expectAsKnown('mqtt-broker', 'mosquitto-2.0.11', `mqtt://127.0.0.1:${port}`, false);
});

judged([LIBMODBUS], 'libmodbus over TCP', async () => {
  const port = await started(compiledLibmodbus(), ['tcp']);
  await expectAsKnown('modbus-server', 'libmodbus-tcp', `modbus-tcp://127.0.0.1:${port}`, true);
});

judged([LIBMODBUS, SOCAT], 'libmodbus over RTU', async () => {
  const sut = await serialLine((path) => started(compiledLibmodbus(), ['rtu', path, '1']));
  await expectAsKnown('modbus-server', 'libmodbus-rtu', sut, true);
});

judged([PYMODBUS], 'pymodbus over TCP', async () => {
  const port = await started(pathOf(PYMODBUS), [join(SERVERS, 'pymodbus-server.py')]);
  await expectAsKnown('modbus-server', 'pymodbus-tcp', `modbus-tcp://127.0.0.1:${port}`, true);
});

judged([], 'modbus-serial over TCP', async () => {
  const port = await freePort();
  children.push(spawn(process.execPath, [join(SERVERS, 'modbus-serial-server.mjs'), 'tcp', String(port)], { stdio: 'ignore' }));
  await reachable(port);
  await expectAsKnown('modbus-server', 'modbus-serial-tcp', `modbus-tcp://127.0.0.1:${port}`, true);
});

judged([SOCAT], 'modbus-serial over RTU', async () => {
  const sut = await serialLine(async (path) => {
    children.push(spawn(process.execPath, [join(SERVERS, 'modbus-serial-server.mjs'), 'rtu', path, '1'], { stdio: 'ignore' }));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  });
  await expectAsKnown('modbus-server', 'modbus-serial-rtu', sut, true);
});

judged([], 'jsmodbus over TCP', async () => {
  const port = await started(process.execPath, [join(SERVERS, 'jsmodbus-server.mjs')]);
  await expectAsKnown('modbus-server', 'jsmodbus-tcp', `modbus-tcp://127.0.0.1:${port}`, true);
});
