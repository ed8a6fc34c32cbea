import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { listenTcp } from '../../../hil/transport/tcp-link.ts';
import type { BenchDeps, Contender } from '../benchmark.ts';
import { peerVersion } from '../load-peer.ts';
import { benchmarkFolder, openLatencyContender, POLL_PERIOD_MS, type Bridge } from './latency-contender.ts';
import { startPeerProcess, type PeerProcess } from './peer-process.ts';

const readySchema = z.object({ mqttPort: z.number() });

/** The usual script of modbus-serial and mqtt beside mosquitto, each a process; without mosquitto, aedes in the script. */
export const bridgeContender: Contender = {
  name: 'hand-made bridge',
  role: 'peer',
  open: (deps) => openLatencyContender(deps, (modbusPort) => startBridge(modbusPort, deps)),
};

async function startBridge(modbusPort: number, { clock }: BenchDeps): Promise<Bridge> {
  const versions = `modbus-serial ${peerVersion('modbus-serial')} + mqtt ${peerVersion('mqtt')}`;
  const mosquitto = mosquittoVersion();
  const broker = mosquitto === undefined ? undefined : await startMosquitto(clock);
  const script = join(benchmarkFolder(), 'modbus-mqtt-bridge.mjs');
  const bridge = startPeerProcess(process.execPath, [script, `${modbusPort}`, `${broker?.port ?? 0}`, `${POLL_PERIOD_MS}`], clock);
  const stop = async (): Promise<void> => {
    await bridge.stop();
    await broker?.stop();
  };
  try {
    // Without its broker the bridge would wait for ever.
    const ready = await Promise.race([bridge.firstLine, ...(broker === undefined ? [] : [broker.failed])]);
    const { mqttPort } = readySchema.parse(JSON.parse(ready));
    return { mqttPort, topic: 'bridge/R0', version: `${versions} + ${mosquitto ?? 'aedes'}`, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** `mosquitto 2.0.11`, or undefined when it is not installed. */
function mosquittoVersion(): string | undefined {
  const { stdout } = spawnSync('mosquitto', ['-h'], { encoding: 'utf8' });
  const [, version] = /mosquitto version (\S+)/u.exec(stdout ?? '') ?? [];
  return version === undefined ? undefined : `mosquitto ${version}`;
}

/** Mosquitto without persistence and without Nagle's delay. The bridge connects when it is up: mqtt.js tries again. */
async function startMosquitto(clock: Clock): Promise<Pick<PeerProcess, 'failed' | 'stop'> & { readonly port: number }> {
  // Mosquitto cannot take port 0, so a free one is found by binding it for a moment.
  const probe = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) => link.destroy());
  await probe.close();
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${probe.port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`);
  const broker = startPeerProcess('mosquitto', ['-c', config], clock);
  const stop = async (): Promise<void> => {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port: probe.port, failed: broker.failed, stop };
}
