import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfigInput } from '../../../hil/gateway/config/gateway-config.ts';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { connectTcp, listenTcp } from '../../../hil/transport/tcp-link.ts';
import type { BenchDeps } from '../benchmark.ts';
import { requireBuild } from '../built-command-line.ts';
import { startPeerProcess, type PeerProcess } from '../end-to-end/peer-process.ts';
import { missing } from '../load-peer.ts';
import { ownVersion } from '../own-version.ts';

/** An MQTT broker on 127.0.0.1, in a process of its own: the process whose CPU time and memory are counted. */
export interface RunningBroker {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** A kind of broker that can be started again and again. */
export interface BrokerKind {
  readonly name: string;
  readonly role: 'ours' | 'peer';
  /** @throws FieldproofError FP_BENCH_PEER_MISSING when it is not there. */
  version(): string;
  start(deps: BenchDeps): Promise<RunningBroker>;
}

const readySchema = z.object({ ports: z.object({ mqtt: z.number() }) });
const UP_WAIT_MS = 5_000;
const UP_LOOK_MS = 20;

/** The built gateway with nothing but its broker: everything in memory. */
function gatewayKind(name: string, role: BrokerKind['role'], engine: 'core' | 'aedes'): BrokerKind {
  return {
    name,
    role,
    version: ownVersion,
    start: async ({ clock, cliEntry }) => {
      requireBuild(cliEntry);
      const config: GatewayConfigInput = { id: 'bench', mqtt: { port: 0 }, http: { port: 0 }, broker: { engine }, log: { level: 'warn' } };
      return withFile('gateway.yaml', JSON.stringify(config), async (path) => {
        const child = startPeerProcess(process.execPath, [cliEntry, 'gateway', '--config', path], clock);
        return { ...(await untilReady(child)), pid: child.pid, stop: () => child.stop() };
      });
    },
  };
}

/** Memory sessions, windows and queues without a bound, so that nothing is dropped, and no delay of Nagle's. */
const MOSQUITTO_SETTINGS = ['allow_anonymous true', 'persistence false', 'set_tcp_nodelay true', 'max_inflight_messages 1000', 'max_queued_messages 0'];

const mosquitto: BrokerKind = {
  name: 'mosquitto',
  role: 'peer',
  version: () => {
    const { stdout } = spawnSync('mosquitto', ['-h'], { encoding: 'utf8' });
    const [, version] = /mosquitto version (\S+)/u.exec(stdout ?? '') ?? [];
    if (version === undefined) throw missing('mosquitto', 'apt-get install mosquitto');
    return version;
  },
  start: async ({ clock }) => {
    // Mosquitto cannot take port 0, so a free one is found by binding it for a moment.
    const probe = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) => link.destroy());
    await probe.close();
    const { port } = probe;
    return withFile('mosquitto.conf', [`listener ${port} 127.0.0.1`, ...MOSQUITTO_SETTINGS, ''].join('\n'), async (path) => {
      const child = startPeerProcess('mosquitto', ['-c', path], clock);
      await Promise.race([untilAccepting(port, clock), child.failed]);
      return { port, pid: child.pid, stop: () => child.stop() };
    });
  },
};

const bareRouter: BrokerKind = {
  name: 'bare router',
  role: 'peer',
  version: () => `node ${process.versions.node}`,
  start: async ({ clock }) => {
    const child = startPeerProcess(process.execPath, [join(packageRoot(), 'scenarios', 'benchmarks', 'broker', 'bare-router.mjs')], clock);
    return { ...(await untilReady(child)), pid: child.pid, stop: () => child.stop() };
  },
};

/** Ours first. The bare router shows what the runtime leaves to be had. */
export const BROKER_KINDS: readonly BrokerKind[] = [
  gatewayKind('fieldproof', 'ours', 'core'),
  mosquitto,
  gatewayKind('aedes in the gateway', 'peer', 'aedes'),
  bareRouter,
];

async function untilReady(child: PeerProcess): Promise<{ readonly port: number }> {
  try {
    return { port: readySchema.parse(JSON.parse(await child.firstLine)).ports.mqtt };
  } catch (thrown) {
    await child.stop();
    throw thrown;
  }
}

async function untilAccepting(port: number, clock: Clock): Promise<void> {
  const endMs = clock.nowMs() + UP_WAIT_MS;
  for (;;) {
    try {
      const link = await connectTcp({ host: '127.0.0.1', port }, { clock, timeoutMs: UP_WAIT_MS });
      link.destroy();
      return;
    } catch (thrown) {
      if (clock.nowMs() > endMs) throw thrown;
      await sleep(clock, UP_LOOK_MS);
    }
  }
}

/** Gives a file to a program that reads it when it starts. */
async function withFile<T>(name: string, text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, text);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
