import { join } from 'node:path';
import { z } from '../../../hil/runtime/schema.ts';
import { listenTcp } from '../../../hil/transport/tcp-link.ts';
import type { BenchDeps } from '../benchmark.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { peerVersion } from '../load-peer.ts';
import { serverContender, serverFolder, type RunningServer } from './server-contender.ts';

const readySchema = z.object({ port: z.number() });

export const modbusSerialServer = serverContender('modbus-serial', 'peer', async (deps) =>
  startScript(process.execPath, ['modbus-serial-server.mjs', `${await freePort()}`], peerVersion('modbus-serial'), deps),
);

export const jsmodbusServer = serverContender('jsmodbus', 'peer', (deps) =>
  startScript(process.execPath, ['jsmodbus-server.mjs'], peerVersion('jsmodbus'), deps),
);

/** What Node itself takes for a request and an answer: the floor under every server that is written for it. */
export const bareSocketServer = serverContender('bare socket', 'peer', (deps) =>
  startScript(process.execPath, ['bare-socket-server.mjs'], `node ${process.versions.node}`, deps),
);

/**
 * Starts a server that prints `{"port": ...}` when it listens on 127.0.0.1.
 * @param script - Its file in the folder of this benchmark, then its arguments.
 */
export async function startScript(
  command: string,
  [script = '', ...args]: readonly string[],
  version: string,
  { clock }: Pick<BenchDeps, 'clock'>,
): Promise<RunningServer> {
  const server = startPeerProcess(command, [join(serverFolder(), script), ...args], clock);
  try {
    const { port } = readySchema.parse(JSON.parse(await server.firstLine));
    return { pid: server.pid, port, version, stop: () => server.stop() };
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
}

/** A port that was free a moment ago, for a server that cannot take 0. */
async function freePort(): Promise<number> {
  const probe = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) => link.destroy());
  await probe.close();
  return probe.port;
}
