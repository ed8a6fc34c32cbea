import { spawn, type ChildProcess } from 'node:child_process';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import type { DeviceStarter, DeviceStartParams } from './device-starter.ts';

/** How long an ended command may take before it is killed, milliseconds. */
const END_WAIT_MS = 2_000;
/** A connection that a failed command still opened may be seen after its end, milliseconds. */
const LAST_LINK_MS = 200;
/** What is kept of the last words of a command, characters. */
const SAID_CHARACTERS_MAX = 300;

/**
 * A device that is a program: started by a shell, ended by SIGTERM (`stop`) or SIGKILL, with all its children.
 * @param commandFor - The command of a variant; undefined when there is none.
 */
export function commandStarter(commandFor: (variant: string) => string | undefined, clock: Clock): DeviceStarter {
  let running: RunningDevice | undefined;
  return {
    restart: async (params, fresh) => {
      const command = commandFor(params.variant);
      if (command === undefined) return { done: false, because: `no command starts the variant ${params.variant} of the device (PIXIT command:${params.variant})` };
      await running?.kill();
      fresh();
      running = startDevice(filled(command, params), clock);
      return { done: true };
    },
    stop: async () => {
      running?.signal('SIGTERM');
      return { done: true };
    },
    ended: () => running?.ended(),
    failed: async () => running?.failed,
    end: async () => running?.kill(),
  };
}

interface RunningDevice {
  /** To its whole process group; nothing when that is gone. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  kill(): Promise<void>;
  ended(): string | undefined;
  /** Resolves when it has ended with anything but 0: one that ended well may have left a device behind. */
  readonly failed: Promise<void>;
}

function startDevice(command: string, clock: Clock): RunningDevice {
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let how: string | undefined;
  child.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString('utf8')}`.slice(-SAID_CHARACTERS_MAX);
  });
  const exited = new Promise<boolean>((resolve) => {
    const end = (word: string, isFailure: boolean): void => {
      how ??= word;
      resolve(isFailure);
    };
    child.once('error', ({ message }) => end(message, true));
    child.once('exit', (code, signal) => end(String(code ?? signal), code !== 0));
  });
  const failed = exited.then(async (isFailure) => (isFailure ? sleep(clock, LAST_LINK_MS) : forever()));
  return {
    signal: (name) => signalGroup(child, name),
    kill: async () => {
      signalGroup(child, 'SIGKILL');
      await Promise.race([exited, sleep(clock, END_WAIT_MS)]);
      child.stderr.destroy();
    },
    ended: () => (how === undefined ? undefined : `the command that starts the device ended with ${how}${said.trim() === '' ? '' : `: ${said.trim()}`}`),
    failed,
  };
}

function forever(): Promise<void> {
  return new Promise(() => undefined);
}

/** A shell that has ended may have left children in its group. */
function signalGroup({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (cause) {
    // ESRCH: nobody is left in the group.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return;
    throw new FieldproofError('FP_INTERNAL', `cannot end the command of the device (process group ${pid})`, { cause });
  }
}

/** Fills `{host}`, `{port}`, `{clientId}`, `{caFile}`, `{version}` (311 or 5), `{variant}`; every other brace stays. */
export function filled(command: string, { host, port, caFile, version, variant }: DeviceStartParams): string {
  const values: Readonly<Record<string, string>> = {
    host,
    port: String(port),
    caFile,
    variant,
    clientId: 'fieldproof-dut',
    version: version === 5 ? '5' : '311',
  };
  return command.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole);
}
