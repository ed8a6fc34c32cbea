import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { judged } from '../../conformance/checkers/hand-made-history.contract.ts';
import { messageJournal } from '../../conformance/checkers/hand-made-messages.contract.ts';
import { qos1AtLeastOnce } from '../../conformance/checkers/qos1-at-least-once.ts';
import { qos2ExactlyOnce } from '../../conformance/checkers/qos2-exactly-once.ts';
import type { MqttPacket } from '../../hil/protocols/mqtt/packet.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import { createCliServices } from './cli-services.ts';
import { KillPublisher, KillSubscriber, messagesOf, Party } from './kill-parties.ts';

/** Kills for each policy; 300 in all in the nightly job. */
const KILLS = Math.ceil(Number(process.env['FP_KILLS'] ?? 20) / 2);
const SEED = Number(process.env['FP_SEED'] ?? 20_261);
const FACTS = z.object({ ports: z.object({ mqtt: z.number(), http: z.number() }) });

const folders: string[] = [];
const services = createCliServices();
afterEach(async () => {
  await services.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Sets one retained message after the other, and knows what was acknowledged. */
class Retainer extends Party {
  sent = 0;
  acked = 0;
  isStopping = false;
  resume(): void {
    this.#next();
  }
  receive(packet: MqttPacket): void {
    if (packet.type !== 'puback') return;
    this.acked = this.sent;
    this.#next();
  }
  #next(): void {
    if (this.isStopping) return;
    this.sent += 1;
    this.send({ type: 'publish', dup: false, qos: 1, retain: true, topic: 'state/last', packetId: 1, payload: Buffer.from(String(this.sent)), properties: {} });
  }
}

test.each(['os', 'fsync'] as const)(`kill -9, ${KILLS} times, policy %s: nothing acknowledged lost, nothing of QoS 2 twice`, { timeout: 60_000 + KILLS * 10_000 }, async (policy) => {
  const folder = mkdtempSync(join(tmpdir(), 'fp-kill-'));
  folders.push(folder);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, `id: killed\nmqtt: { port: 0 }\nhttp: { port: 0 }\nlog: { level: warn }\nbroker: { engine: core, queuedMessagesMax: 1000000, store: { policy: ${policy}, path: store } }\n`);
  const random = randomFromSeed(SEED).child(policy);
  const publishers = [new KillPublisher('two-a', 5, 2), new KillPublisher('two-b', 4, 2), new KillPublisher('one-a', 5, 1), new KillPublisher('one-b', 4, 1)];
  const subscriber = new KillSubscriber('subscriber', 5);
  const retainer = new Retainer('retainer', 5);
  const start = async (): Promise<{ readonly ports: { readonly mqtt: number; readonly http: number }; readonly kill: () => Promise<void> }> => {
    const { process: gateway, facts } = await services.start(['gateway', '--config', config], FACTS);
    const kill = async (): Promise<void> => {
      gateway.child.kill('SIGKILL');
      await gateway.finished;
    };
    return { ports: facts.ports, kill };
  };
  const connectAll = async (port: number): Promise<void> => {
    await subscriber.connect(port);
    if (subscriber.presence.length === 1) await subscriber.subscribe('kill/#', 'will/#');
    await Promise.all([...publishers, retainer].map((party) => party.connect(port)));
  };
  const wills: string[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const gateway = await start();
    await connectAll(gateway.ports.mqtt);
    // Its session ends with its connection: the will goes out when the broker is back.
    const dying = new KillSubscriber(`dying-${kill}`, kill % 2 === 0 ? 4 : 5);
    await dying.connect(gateway.ports.mqtt, { cleanStart: true, properties: {}, will: { topic: 'will/of', payload: Buffer.from(String(kill)), qos: 2, retain: false, properties: {} } });
    wills.push(String(kill));
    // Sometimes the subscriber is away, so that a queue has to survive.
    if (random.chance(0.3)) subscriber.cut();
    await new Promise((resolve) => setTimeout(resolve, random.integer(1, 250)));
    await gateway.kill();
    for (const party of [...publishers, subscriber, retainer, dying]) party.cut();
  }
  const last = await start();
  for (const party of [...publishers, retainer]) party.isStopping = true;
  await connectAll(last.ports.mqtt);
  const reader = new KillSubscriber('reader', 5);
  await reader.connect(last.ports.mqtt);
  await reader.subscribe('state/last');
  const arrived = (): number => new Set(subscriber.arrivals.filter(({ topic }) => topic.startsWith('kill/')).map(({ topic, text }) => `${topic} ${text}`)).size;
  // A queue that reached its bound would drop by rule; here none may.
  expect(await (await fetch(`http://127.0.0.1:${last.ports.http}/metrics`)).text()).not.toMatch(/reason="queue-full"/u);
  await expect.poll(() => [publishers.every(({ isDone }) => isDone), arrived() >= publishers.reduce((sum, { sent }) => sum + sent.length, 0)], { timeout: 20_000 + KILLS * 500 }).toEqual([true, true]);
  await expect.poll(() => subscriber.textsOf('will/of'), { timeout: 5_000 }).toHaveLength(wills.length);

  const journal = messageJournal(messagesOf(publishers, subscriber));
  expect(judged(qos2ExactlyOnce, journal, {})).toMatchObject({ verdict: 'pass' });
  expect(judged(qos1AtLeastOnce, journal, {})).toMatchObject({ verdict: 'pass' });
  for (const { clientId, qos, sent } of publishers) {
    const order = qos === 2 ? subscriber.textsOf(`kill/${clientId}`) : [...new Set(subscriber.textsOf(`kill/${clientId}`))];
    expect(order).toEqual(sent.map(({ n }) => String(n)));
  }
  expect(subscriber.textsOf('will/of')).toEqual(wills);
  for (const { presence } of [...publishers, subscriber]) expect(presence).toEqual([false, ...Array.from({ length: KILLS }, () => true)]);
  const retained = Number(reader.textsOf('state/last')[0]);
  expect(retained).toBeGreaterThanOrEqual(Math.max(1, retainer.acked));
  expect(retained).toBeLessThanOrEqual(retainer.sent);
  const health = z.object({ store: z.object({ policy: z.string(), status: z.string(), lost: z.record(z.string(), z.number()), recovery: z.object({ damage: z.string(), lostCommits: z.number() }) }) });
  expect(health.parse(await (await fetch(`http://127.0.0.1:${last.ports.http}/healthz`)).json())).toEqual({
    store: { policy, status: 'ok', lost: {}, recovery: { damage: 'none', lostCommits: 0 } },
  });
  expect(publishers.reduce((sum, { sent }) => sum + sent.length, 0)).toBeGreaterThan(KILLS * 4);
});
