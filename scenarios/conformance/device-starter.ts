import { spawn, type ChildProcess } from 'node:child_process';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';

/** What a device is to be started with. */
export interface DeviceStartParams {
  readonly host: string;
  readonly port: number;
  /** 4 or 5: for commands that can do both. */
  readonly version: number;
  readonly variant: string;
  readonly listener: string;
  /** PEM file of the authority that the device has to trust. */
  readonly caFile: string;
}

export type Done = { readonly done: true } | { readonly done: false; readonly because: string };

/** How the device of a run is started and ended: a command, a power hook, an operator, or one of our own. */
export interface DeviceStarter {
  /** Ends what runs, and starts it anew. `fresh` is called between the two: nothing of the old one may be left. */
  restart(params: DeviceStartParams, fresh: () => void): Promise<Done>;
  /** Has it end by itself, with whatever it says to its broker then. */
  stop(): Promise<Done>;
  /** The run is over. */
  end(): Promise<void>;
}

/** How long an ended command may take before it is killed, milliseconds. */
const END_WAIT_MS = 2_000;

/**
 * A device that is a program: started by a shell, ended by SIGTERM (`stop`) or SIGKILL, with all its children.
 * @param commandFor - The command of a variant; undefined when there is none.
 */
export function commandStarter(commandFor: (variant: string) => string | undefined, clock: Clock): DeviceStarter {
  let child: ChildProcess | undefined;
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, name);
    } catch (cause) {
      throw new FieldproofError('FP_INTERNAL', `cannot end the command of the device (process group ${child.pid})`, { cause });
    }
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    signal('SIGKILL');
    await Promise.race([exited, sleep(clock, END_WAIT_MS)]);
  };
  return {
    restart: async (params, fresh) => {
      const command = commandFor(params.variant);
      if (command === undefined) return { done: false, because: `no command starts the variant ${params.variant} of the device (PIXIT command:${params.variant})` };
      await kill();
      fresh();
      child = spawn(filled(command, params), { shell: true, detached: true, stdio: ['ignore', 'ignore', 'ignore'] });
      child.once('error', () => undefined);
      return { done: true };
    },
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return { done: true };
      signal('SIGTERM');
      return { done: true };
    },
    end: kill,
  };
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

/** Asks the person at the bench to do something. @returns false when they cannot. */
export type AskOperator = (request: string) => Promise<boolean>;

/** A device that a person starts and ends. */
export function operatorStarter(ask: AskOperator): DeviceStarter {
  const asked = async (request: string): Promise<Done> => ((await ask(request)) ? { done: true } : { done: false, because: 'the operator skipped it' });
  return {
    restart: async ({ host, port, variant, listener }, fresh) => {
      fresh();
      const how = [variant === 'usual' ? '' : ` in the set-up "${variant}"`, listener === 'tcp' ? '' : ` over ${listener}`].join('');
      return asked(`Restart the device${how}; its broker is ${host}:${port}.`);
    },
    stop: () => asked('Shut the device down in good order.'),
    end: async () => undefined,
  };
}

/** A device whose supply the rig switches. @param cycle - Off, the wait between, on. */
export function powerStarter(cycle: (betweenOffAndOn: () => void) => Promise<void>): DeviceStarter {
  return {
    restart: async ({ variant }, fresh) => {
      if (variant !== 'usual') return { done: false, because: `switching power does not start the variant ${variant}` };
      await cycle(fresh);
      return { done: true };
    },
    stop: async () => ({ done: false, because: 'switching power does not end a device in good order' }),
    end: async () => undefined,
  };
}
