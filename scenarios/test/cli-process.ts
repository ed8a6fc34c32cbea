import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../hil/runtime/package-root.ts';

/** The built command line: what a user runs. `npm test` builds it first. */
export const CLI = join(packageRoot(), 'dist', 'scenarios', 'cli', 'fieldproof.js');

export interface Finished {
  /** The exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command whose output is collected. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when stdout or stderr has matched; rejects with what was said when the process ends first. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
}

export function startCli(words: readonly string[]): CliProcess {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not there: run npm run build`);
  const child = spawn(process.execPath, [CLI, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const collect = (stream: NodeJS.ReadableStream | null, add: (text: string) => void): void => {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      add(text);
      for (const watch of watchers) watch();
    });
  };
  collect(child.stdout, (text) => (stdout += text));
  collect(child.stderr, (text) => (stderr += text));
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr }));
  });
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match === null) return;
        watchers.delete(watch);
        resolve(match);
      };
      watchers.add(watch);
      watch();
      void finished.then(() => reject(new Error(`ended without ${String(pattern)}:\n${stdout}\n${stderr}`)));
    });
  return { child, finished, seen };
}

export function runCli(words: readonly string[]): Promise<Finished> {
  const { child, finished } = startCli(words);
  child.stdin?.end();
  return finished;
}

/** Pids of all descendants of a process, by /proc. */
export function descendantsOf(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendantsOf)];
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').map((line) => Number(line.trim())).filter((child) => child > 0);
}

/** The one of these processes whose command line holds `words`. */
export function pidOf(pids: readonly number[], words: string): number {
  const found = pids.find((pid) => spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(words));
  if (found === undefined) throw new Error(`no process has "${words}" on its command line`);
  return found;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process, which is the answer.
    return false;
  }
}

/** Waits until none of the processes is left. @throws Error naming the pids that are still there after `timeoutMs`. */
export async function allGone(pids: readonly number[], timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) throw new Error(`still running: ${pids.filter(isAlive).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The run folders below an output folder. */
export function runFolders(out: string): string[] {
  return readdirSync(out).flatMap((scenario) => readdirSync(join(out, scenario)).map((run) => join(out, scenario, run)));
}
