import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';

/** A process of foreign software. */
export interface PeerProcess {
  /** 0 when it could not be started. */
  readonly pid: number;
  /** The first line it prints on stdout; rejects as `failed` when it ends before. */
  readonly firstLine: Promise<string>;
  /** Never resolves; rejects with FP_CHILD_START, and what it said on stderr, when it ends. */
  readonly failed: Promise<never>;
  /** Asks it to end and waits; kills it after two seconds. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 2_000;
const STDERR_CHARACTERS_MAX = 2_000;

/** Starts a process; whether that worked shows in what it returns. */
export function startPeerProcess(command: string, args: readonly string[], clock: Clock): PeerProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr = lastOf(child);
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(`ended with ${signal ?? code ?? 'no code'}`));
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
  });
  const line = new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const failed = ended.then((how): never => {
    throw new FieldproofError('FP_CHILD_START', `${command} ${args.join(' ')} ${how}: ${stderr()}`);
  });
  const firstLine = Promise.race([line, failed]);
  // Nobody has to wait for either, and both reject when the process is stopped on purpose.
  firstLine.catch(() => undefined);
  failed.catch(() => undefined);
  return { pid: child.pid ?? 0, firstLine, failed, stop: () => stop(child, ended, clock) };
}

async function stop(child: ChildProcess, ended: Promise<string>, clock: Clock): Promise<void> {
  const abort = new AbortController();
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(clock, STOP_GRACE_MS, abort.signal).then(() => child.kill('SIGKILL'))]);
  abort.abort();
  await ended;
}

/** What a child last wrote on stderr. */
function lastOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_CHARACTERS_MAX);
  });
  return () => text.trim();
}
