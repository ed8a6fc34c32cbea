import { spawn } from 'node:child_process';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';

/**
 * Runs a command of the user's in a shell, its output to our stderr.
 * @returns its exit code; 128 when a signal ended it.
 * @throws FieldproofError FP_USAGE when there is no shell or it took longer than `timeoutMs` (it is then killed).
 */
export function runCommand(command: string, timeoutMs: number, clock: Clock): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', process.stderr, process.stderr] });
    const timer = clock.setTimer(timeoutMs, () => {
      child.kill('SIGKILL');
      reject(new FieldproofError('FP_USAGE', `the command did not end within ${timeoutMs} ms: ${command}`));
    });
    child.once('error', (cause) => {
      timer.cancel();
      reject(new FieldproofError('FP_USAGE', `cannot run ${command}: ${messageOf(cause)}`, { cause }));
    });
    child.once('exit', (code) => {
      timer.cancel();
      resolve(code ?? 128);
    });
  });
}
