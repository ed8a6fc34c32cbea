import { spawn, type ChildProcess } from 'node:child_process';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';

/** A command of the user's that runs beside us. */
export interface RunningCommand {
  /** Ends it with all its children. */
  stop(): Promise<void>;
}

/** Between the end of a command that asks once and its next start, milliseconds. */
const AGAIN_MS = 200;
const END_WAIT_MS = 2_000;

/**
 * Runs a command in a shell.
 * @param isRepeated - Again whenever it ends, so that a tool that asks once is a client that polls.
 */
export function runInBackground(command: string, isRepeated: boolean, clock: Clock): RunningCommand {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const runOnce = (): Promise<void> =>
    new Promise((resolve) => {
      child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'ignore', 'ignore'] });
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
  const run = async (): Promise<void> => {
    await runOnce();
    if (!isRepeated) return;
    while (!stopping.signal.aborted) {
      await sleep(clock, AGAIN_MS, stopping.signal);
      if (!stopping.signal.aborted) await runOnce();
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
      await Promise.race([running, sleep(clock, END_WAIT_MS)]);
    },
  };
}
