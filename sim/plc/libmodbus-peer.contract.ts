import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForeignProgram } from '../../hil/runtime/foreign-program.contract.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';

const FLAGS = spawnSync('pkg-config', ['--cflags', '--libs', 'libmodbus'], { encoding: 'utf8' });

/** A C compiler with libmodbus: most Modbus programs for Linux are made with it. */
export const LIBMODBUS: ForeignProgram = {
  name: 'gcc with libmodbus',
  aptPackage: 'gcc pkg-config libmodbus-dev',
  path: FLAGS.status === 0 && spawnSync('gcc', ['--version']).status === 0 ? 'gcc' : undefined,
};

/** `libmodbus-peer.c`, compiled. */
export interface LibmodbusPeer {
  /** Starts it as a server. @returns the port it told, 0 on a serial line. */
  serve(...where: readonly string[]): Promise<{ readonly port: number; readonly stop: () => Promise<void> }>;
  /** Lets it ask once with each function. @returns What it printed, by name. */
  ask(...where: readonly string[]): Promise<Record<string, string>>;
  remove(): void;
}

/** @throws Error with what the compiler said. */
export function compileLibmodbusPeer(): LibmodbusPeer {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-libmodbus-'));
  const program = join(folder, 'peer');
  const compiled = spawnSync('gcc', ['-Wall', '-O1', '-o', program, join(packageRoot(), 'sim', 'plc', 'libmodbus-peer.c'), ...FLAGS.stdout.trim().split(/\s+/u)], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(compiled.stderr);
  return {
    serve: (...where) => start(program, ['server', ...where]),
    ask: (...where) =>
      new Promise((resolve, reject) => {
        execFile(program, ['client', ...where], (error, stdout, stderr) => {
          if (error === null) resolve(Object.fromEntries(stdout.trim().split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])));
          else reject(new Error(`${error.message}: ${stderr}`));
        });
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function start(program: string, words: readonly string[]): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(/\d+/u.exec(text.toString())?.[0])));
    void exited.then(() => reject(new Error(`libmodbus server ended: ${complaint}`)));
  });
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
