import { spawn } from 'node:child_process';
import type { Clock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { fillPowerTemplate, type PowerHook, type PowerState } from './power-hook.ts';

/** What a switch program may say before it is cut off, characters; it goes into one error message. */
const SAID_CHARACTERS_MAX = 2_000;

/** Runs the program of a power hook without a shell. @throws FieldproofError FP_RIG_POWER unless it ends with 0 in time. */
export function runPowerCommand({ command, timeout }: Extract<PowerHook, { kind: 'command' }>, state: PowerState, clock: Clock): Promise<void> {
  const [program = '', ...args] = command.map((word) => fillPowerTemplate(word, state));
  const shown = [program, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const collect = (text: Buffer): void => {
      said = `${said}${text.toString('utf8')}`.slice(-SAID_CHARACTERS_MAX);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (problem: string | undefined): void => {
      timer.cancel();
      if (problem === undefined) resolve();
      else reject(new FieldproofError('FP_RIG_POWER', `${shown}: ${problem}${said.trim() === '' ? '' : `: ${said.trim()}`}`));
    };
    const timer = clock.setTimer(timeout, () => {
      child.kill('SIGKILL');
      finish(`did not end within ${timeout / 1_000} s`);
    });
    child.once('error', (cause) => finish(cause.message));
    child.once('close', (code, signal) => finish(code === 0 ? undefined : `ended with ${signal ?? code ?? 'nothing'}`));
  });
}
