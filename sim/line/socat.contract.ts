import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foreign, pathOf } from '../../hil/runtime/foreign-program.contract.ts';

export const SOCAT = foreign('socat', 'socat');

/** A socat process that carries bytes, until it is cut. */
export interface Socat {
  /** Kills it with all its connections, as when somebody pulls a plug. Harmless when it is gone. */
  cut(): Promise<void>;
}

/** A cable between two pseudo-terminals that can be pulled out and put in again under the same names. */
export interface SocatCable extends Socat {
  readonly near: string;
  readonly far: string;
  plug(): Promise<void>;
  remove(): Promise<void>;
}

export async function socatCable(): Promise<SocatCable> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-socat-'));
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  let carrier: Socat | undefined;
  const cable: SocatCable = {
    near,
    far,
    plug: async () => {
      carrier = start([`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`]);
      await until(() => existsSync(near) && existsSync(far), 'socat made no pseudo-terminals');
    },
    cut: async () => {
      await carrier?.cut();
      // Killed, it leaves its links behind.
      for (const path of [near, far]) rmSync(path, { force: true });
    },
    remove: async () => {
      await carrier?.cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await cable.plug();
  return cable;
}

/** A raw serial server as labs have it: each TCP connection is joined to the serial port at `path`. @param port - 0: any. */
export async function socatSerialServer(path: string, port = 0): Promise<Socat & { readonly port: number }> {
  let said = '';
  const server = start(['-d', '-d', `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`, `${path},raw,echo=0`], (text) => (said += text));
  const bound = (): string | undefined => /listening on AF=2 127\.0\.0\.1:(\d+)/u.exec(said)?.[1];
  await until(() => bound() !== undefined, `socat does not listen: ${said}`);
  return { port: Number(bound()), cut: server.cut };
}

/** A pseudo-terminal whose bytes go to a TCP port: how software without TCP reaches a serial server. */
export async function socatTerminal(port: number): Promise<Socat & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-socat-'));
  const path = join(folder, 'terminal');
  const terminal = start([`pty,raw,echo=0,link=${path}`, `TCP:127.0.0.1:${port},nodelay`]);
  await until(() => existsSync(path), 'socat made no pseudo-terminal');
  return { path, cut: () => terminal.cut().finally(() => rmSync(folder, { recursive: true, force: true })) };
}

function start(words: readonly string[], hear: (text: string) => void = () => undefined): Socat {
  // A process group of its own: with `fork` each connection is a child of socat.
  const child = spawn(pathOf(SOCAT), words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  child.stderr.on('data', (text: Buffer) => hear(text.toString()));
  const kill = (): void => killGroup(child);
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  return {
    cut: async () => {
      process.removeListener('exit', kill);
      kill();
      await exited;
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    // It is gone already.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}

async function until(holds: () => boolean, complaint: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(complaint);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
