import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../runtime/log.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { openMqttSession, type MqttSession } from '../../transport/mqtt-session.ts';
import type { BrokerEngine } from './broker-engine.ts';
import { brokerEngineContract } from './broker-engine.contract.ts';
import { CONTRACT_BOUNDS } from './broker-refusals.contract.ts';
import { createCoreEngine } from './core-engine.ts';

const deps = { clock: realClock, random: randomFromSeed(1), log: silentLogger };
const folders: string[] = [];
const engines: BrokerEngine[] = [];

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fp-engine-'));
  folders.push(folder);
  return folder;
};

const storedEngine = (policy: 'os' | 'fsync', path: string): BrokerEngine => {
  const engine = createCoreEngine({ ...CONTRACT_BOUNDS, store: { policy, path, bytesMax: 1e9, messagesMax: 1e6 } }, deps);
  engines.push(engine);
  return engine;
};

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

brokerEngineContract('core with a store', () => storedEngine('os', newFolder()), { servesMqtt5: true });

const sessionAt = (port: number): MqttSession =>
  openMqttSession({ url: `mqtt://127.0.0.1:${port}`, clientId: 'kept', clean: false, protocolVersion: 4, keepaliveMs: 30_000, connectTimeoutMs: 5_000 }, deps);

test.each(['os', 'fsync'] as const)('a gateway that is stopped and started with the policy %s has its sessions, queues and retained messages', async (policy) => {
  const path = newFolder();
  const first = storedEngine(policy, path);
  const session = sessionAt((await first.listen('127.0.0.1', 0)).port);
  await session.subscribe([{ filter: 'a/#', qos: 2 }]);
  await session.end();
  await first.publish({ topic: 'a/1', payload: Buffer.from('queued'), qos: 2, retain: false });
  await first.publish({ topic: 'a/2', payload: Buffer.from('kept'), qos: 1, retain: true });
  await expect(storedEngine(policy, path).listen('127.0.0.1', 0)).rejects.toMatchObject({ code: 'FP_BROKER_STORE' });
  await first.close();

  const second = storedEngine(policy, path);
  const again = sessionAt((await second.listen('127.0.0.1', 0)).port);
  const got: string[] = [];
  again.onMessage(({ topic, payload, retain }) => got.push(`${topic} ${Buffer.from(payload).toString()} ${retain}`));
  const present = new Promise<boolean>((resolve) => again.onConnected(({ sessionPresent }) => resolve(sessionPresent)));
  expect(await present).toBe(true);
  // The client hands a message of QoS 2 over at PUBREL, behind that of QoS 1.
  await expect.poll(() => got.toSorted()).toEqual(['a/1 queued false', 'a/2 kept false']);
  await again.subscribe([{ filter: 'a/2', qos: 0 }]);
  await expect.poll(() => got.at(-1)).toBe('a/2 kept true');
  expect(second.stats().store).toMatchObject({ policy, recovery: { damage: 'none', lost: {}, lostCommits: 0 } });
  await again.end();
});
