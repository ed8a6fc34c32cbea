import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreign, pathOf, type ForeignProgram } from '../../hil/runtime/foreign-program.contract.ts';

/** Debian installs its package for its own Python, which need not be the first one on PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const SCRIPT = fileURLToPath(new URL('fixtures/pymodbus-device.py', import.meta.url));
const PATIENCE_MS = 10_000;

/** A Python that has pymodbus and can open serial ports. */
export const PYMODBUS: ForeignProgram = {
  name: 'pymodbus',
  aptPackage: 'python3-pymodbus',
  path: PYTHONS.find((python) => spawnSync(python, ['-c', 'import pymodbus, serial, serial_asyncio']).status === 0),
};
export const SOCAT = foreign('socat', 'socat');

/** Something of the bench that can be pulled out. */
export interface BenchDevice {
  /** host:port, or a serial port. */
  readonly address: string;
  /** Its process, to be frozen or killed. */
  readonly child: ChildProcess;
  /** Ends it, with whatever carries it. */
  unplug(): Promise<void>;
}

/** A foreign Modbus server on TCP: unit 1 of `fixtures/pymodbus-device.py`. */
export async function tcpBenchDevice(): Promise<BenchDevice> {
  const { child, line } = await startForeign(pathOf(PYMODBUS), [SCRIPT, 'tcp'], /\{"port": (\d+)\}/u);
  return { address: `127.0.0.1:${line}`, child, unplug: () => ended(child) };
}

/** The same as unit 7 on a serial line that socat makes of two pseudo-terminals. @param folder - Takes their names. */
export async function serialBenchDevice(folder: string): Promise<BenchDevice> {
  const [near, far] = [join(folder, 'ttyBench'), join(folder, 'ttyDevice')];
  const cable = spawn(pathOf(SOCAT), [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  await until(() => existsSync(near) && existsSync(far), 'socat made no pseudo-terminals');
  const { child } = await startForeign(pathOf(PYMODBUS), [SCRIPT, 'serial', far], /"path"/u);
  return {
    address: near,
    child,
    unplug: async () => {
      await ended(cable);
      await ended(child);
    },
  };
}

function startForeign(program: string, args: readonly string[], ready: RegExp): Promise<{ child: ChildProcess; line: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const read = (text: Buffer): void => {
      said += text.toString();
      const match = ready.exec(said);
      if (match !== null) resolve({ child, line: match[1] ?? '' });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
    process.once('exit', () => child.kill('SIGKILL'));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}

async function until(holds: () => boolean, complaint: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(complaint);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
