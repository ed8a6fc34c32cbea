import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MOSQUITTO, pathOf } from '../../hil/runtime/foreign-program.contract.ts';

export interface MosquittoBroker {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Mosquitto of our own on a free port of 127.0.0.1, without bounds on what it queues. */
export async function startMosquitto(): Promise<MosquittoBroker> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 0', 'max_inflight_messages 0', 'set_tcp_nodelay true'];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const child = spawn(pathOf(MOSQUITTO), ['-c', config], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilAccepting(port);
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

async function untilAccepting(port: number): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (accepted) return;
    await pause(20);
  }
  throw new Error(`mosquitto does not accept on port ${port}`);
}
