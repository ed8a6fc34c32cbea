import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, MOSQUITTO, pathOf } from '../runtime/foreign-program.contract.ts';
import { randomFromSeed } from '../runtime/random.ts';
import { realClock } from '../runtime/real-clock.ts';
import { openMqttSession } from './mqtt-session.ts';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { connectTcp, listenTcp } from './tcp-link.ts';

const random = randomFromSeed(1);
const deps = { clock: realClock, random };
const BASE = { keepaliveMs: 30_000, connectTimeoutMs: 5_000 } as const;
const RECONNECT = { minimumMs: 5, maximumMs: 50 };

describeWith([MOSQUITTO], 'against mosquitto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-mosquitto-'));
  let child: ChildProcess | undefined;
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
    const config = join(folder, 'mosquitto.conf');
    // With its default of 20 in flight, mosquitto 2.0.11 acknowledges but loses QoS 2 messages of a 3.1.1 client that
    // sends more at once and is cut off. MQTT 5.0 tells the client of the limit, 3.1.1 cannot.
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 100000\n`);
    child = spawn(pathOf(MOSQUITTO), ['-c', config], { stdio: 'ignore' });
    const answers = openMqttSession({ ...BASE, url: url(), clientId: 'probe', protocolVersion: 4, clean: true, reconnect: RECONNECT }, deps);
    await new Promise<void>((resolve) => answers.onConnected(() => resolve()));
    await answers.end();
  });

  afterAll(() => {
    child?.kill();
    rmSync(folder, { recursive: true });
  });

  const url = (): string => `mqtt://127.0.0.1:${port}`;

  test.each([4, 5] as const)('protocol level %d: every QoS passes, retained messages come, sessions are kept', async (protocolVersion) => {
    const topic = `level-${protocolVersion}`;
    const subscriber = { ...BASE, url: url(), clientId: `sub-${protocolVersion}`, protocolVersion, clean: false };
    const first = openMqttSession(subscriber, deps);
    await first.subscribe([{ filter: `${topic}/#`, qos: 2 }]);
    await first.end();
    const publisher = openMqttSession({ ...BASE, url: url(), clientId: `pub-${protocolVersion}`, protocolVersion, clean: true }, deps);
    for (const qos of [1, 2] as const) await publisher.publish(`${topic}/${qos}`, Uint8Array.of(qos), { qos, retain: qos === 1 });
    const second = openMqttSession(subscriber, deps);
    const received: string[] = [];
    second.onMessage((message) => received.push(`${message.topic} ${message.qos} ${message.retain}`));
    const info = await new Promise((resolve) => second.onConnected(resolve));
    expect(info).toEqual({ sessionPresent: true });
    // QoS 0 would overtake what is still on its way through the QoS 2 handshake.
    await until(() => received.length === 2);
    await publisher.publish(`${topic}/0`, new Uint8Array(0), { qos: 0, retain: false });
    await until(() => received.length === 3);
    expect(received).toEqual([`${topic}/1 1 false`, `${topic}/2 2 false`, `${topic}/0 0 false`]);
    await second.subscribe([{ filter: `${topic}/1`, qos: 1 }]);
    await until(() => received.length === 4);
    expect(received[3]).toBe(`${topic}/1 1 true`);
    await Promise.all([publisher.end(), second.end()]);
  });

  test.each([4, 5] as const)('protocol level %d: 2,000 messages of QoS 2 through resets arrive once and in order', async (protocolVersion) => {
    const cutter = await listenCutting(port);
    const subscriber = openMqttSession(
      { ...BASE, url: url(), clientId: `once-sub-${protocolVersion}`, protocolVersion, clean: true },
      deps,
    );
    const received: number[] = [];
    subscriber.onMessage(({ payload }) => received.push(Buffer.from(payload).readUInt32BE(0)));
    await subscriber.subscribe([{ filter: `once/${protocolVersion}`, qos: 2 }]);
    const publisher = openMqttSession(
      {
        ...BASE, url: `mqtt://127.0.0.1:${cutter.port}`, clientId: `once-pub-${protocolVersion}`,
        protocolVersion, clean: false, reconnect: RECONNECT,
      },
      deps,
    );
    let losses = 0;
    publisher.onClosed(() => (losses += 1));
    const published: Promise<void>[] = [];
    for (let n = 0; n < 2_000; n += 1) {
      published.push(publisher.publish(`once/${protocolVersion}`, uint32(n), { qos: 2, retain: false }));
      // A connection that is cut in its first kilobytes must get some work done before that, or the test never ends.
      await published[n - 30];
    }
    await Promise.all(published);
    await until(() => received.length >= 2_000);
    expect(received).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
    expect(losses).toBeGreaterThan(3);
    await Promise.all([publisher.end(), subscriber.end()]);
    await cutter.close();
  });

  test('subscriptions come back after a broker has lost the session', async () => {
    const cutter = await listenCutting(port, 1);
    const session = openMqttSession(
      { ...BASE, url: `mqtt://127.0.0.1:${cutter.port}`, clientId: 'again', protocolVersion: 4, clean: true, reconnect: RECONNECT },
      deps,
    );
    const connections: boolean[] = [];
    session.onConnected(({ sessionPresent }) => connections.push(sessionPresent));
    const received: string[] = [];
    session.onMessage(({ topic }) => received.push(topic));
    await session.subscribe([{ filter: 'again', qos: 1 }]);
    session.publish('again', new Uint8Array(20_000), { qos: 0, retain: false }).catch(() => undefined);
    await until(() => connections.length === 2);
    await session.publish('again', new Uint8Array(1), { qos: 1, retain: false });
    await until(() => received.includes('again'));
    expect(connections).toEqual([false, false]);
    await session.end();
    await cutter.close();
  });

  test('200 sessions in one process', async () => {
    const sessions = Array.from({ length: 200 }, (_, index) =>
      openMqttSession({ ...BASE, url: url(), clientId: `many-${index}`, protocolVersion: 4, clean: true }, deps),
    );
    let received = 0;
    for (const session of sessions) session.onMessage(() => (received += 1));
    await Promise.all(sessions.map((session, index) => session.subscribe([{ filter: `many/${index}`, qos: 1 }])));
    const publishing = sessions.flatMap((session, index) =>
      Array.from({ length: 10 }, () => session.publish(`many/${(index + 1) % 200}`, new Uint8Array(64), { qos: 1, retain: false })),
    );
    await Promise.all(publishing);
    await until(() => received === 2_000);
    await Promise.all(sessions.map((session) => session.end()));
  });
});

/** A proxy to the broker that cuts each connection with RST after so many bytes from the client. */
function listenCutting(brokerPort: number, kilobytesMax = 10): Promise<LinkListener> {
  return listenTcp({ host: '127.0.0.1', port: 0 }, (client) => void proxy(client, brokerPort, random.integer(500, kilobytesMax * 1_000)));
}

/** The cut comes between any two bytes, so that half a packet may reach the broker too. */
async function proxy(client: ByteLink, brokerPort: number, byteCount: number): Promise<void> {
  const broker = await connectTcp({ host: '127.0.0.1', port: brokerPort }, { clock: realClock, timeoutMs: 5_000 });
  let left = byteCount;
  const cut = (): void => {
    client.destroy();
    broker.destroy();
  };
  client.onBytes((chunk) => {
    const passed = chunk.subarray(0, left);
    left -= passed.byteLength;
    const isLast = left === 0;
    broker.send(passed).then(() => (isLast ? cut() : undefined), cut);
  });
  broker.onBytes((chunk) => void client.send(chunk).catch(cut));
  await Promise.race([client.closed, broker.closed]);
  cut();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

async function freePort(): Promise<number> {
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 }, () => undefined);
  await listener.close();
  return listener.port;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
