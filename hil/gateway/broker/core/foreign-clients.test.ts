import { execFile, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../runtime/random.ts';
import { describeWith, MOSQUITTO_PUB, MOSQUITTO_SUB, pathOf, STDBUF } from '../../../runtime/foreign-program.contract.ts';
import { realClock } from '../../../runtime/real-clock.ts';
import { openMqttSession, type MqttSession } from '../../../transport/mqtt-session.ts';
import { startCoreBroker, type StartedCoreBroker } from './start-core-broker.ts';

const deps = { clock: realClock, random: randomFromSeed(1) };
let started: StartedCoreBroker;

beforeAll(async () => {
  started = await startCoreBroker({ host: '127.0.0.1', port: 0 }, deps);
});
afterAll(() => started.stop());

describe.each([4, 5] as const)('the mqtt package, level %i', (protocolVersion) => {
  const session = (clientId: string, clean = true): MqttSession =>
    openMqttSession({ url: `mqtt://127.0.0.1:${started.port}`, clientId: `${clientId}-${protocolVersion}`, clean, protocolVersion, keepaliveMs: 30_000, connectTimeoutMs: 5_000 }, deps);

  test.each([0, 1, 2] as const)('3,000 messages at QoS %i arrive once and in order', async (qos) => {
    const [subscriber, publisher] = [session('s'), session('p')];
    const texts: string[] = [];
    const all = new Promise<void>((resolve) => {
      subscriber.onMessage(({ payload }) => {
        texts.push(Buffer.from(payload).toString());
        if (texts.length === 3_000) resolve();
      });
    });
    await subscriber.subscribe([{ filter: `m/${protocolVersion}/${qos}`, qos }]);
    const sent = Array.from({ length: 3_000 }, (_item, index) => String(index));
    await publisher.publish('warm', new Uint8Array(0), { qos: 1, retain: false });
    await Promise.all(sent.map((text) => publisher.publish(`m/${protocolVersion}/${qos}`, Buffer.from(text), { qos, retain: false })));
    await all;
    expect(texts).toEqual(sent);
    await Promise.all([subscriber.end(), publisher.end()]);
  });

  test('a kept session gets what it missed', async () => {
    const first = session('kept', false);
    await first.subscribe([{ filter: `k/${protocolVersion}`, qos: 2 }]);
    await first.end();
    const publisher = session('p2');
    await publisher.publish(`k/${protocolVersion}`, Buffer.from('missed'), { qos: 2, retain: false });
    const second = session('kept', false);
    const message = await new Promise<Uint8Array>((resolve) => second.onMessage(({ payload }) => resolve(payload)));
    expect(Buffer.from(message).toString()).toBe('missed');
    await Promise.all([second.end(), publisher.end()]);
  });
});

describeWith([MOSQUITTO_PUB, MOSQUITTO_SUB, STDBUF], 'mosquitto clients', () => {
  test.each(['mqttv311', 'mqttv5'])('%s: publish, subscribe, retained, all three QoS', async (version) => {
    const common = ['-h', '127.0.0.1', '-p', String(started.port), '-V', version];
    const topic = `mosquitto/${version}`;
    await run(pathOf(MOSQUITTO_PUB), [...common, '-t', `${topic}/kept`, '-m', 'retained', '-q', '1', '-r']);
    const sub = spawn(pathOf(STDBUF), ['-oL', pathOf(MOSQUITTO_SUB), ...common, '-t', `${topic}/#`, '-q', '2', '-C', '4', '-F', '%t %q %r %p'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = new Promise((resolve) => sub.once('close', resolve));
    let output = '';
    const arrived = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (output.split('\n').length > count) resolve();
        };
        sub.stdout.on('data', look);
        look();
      });
    sub.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await arrived(1);
    for (const qos of ['0', '1', '2']) await run(pathOf(MOSQUITTO_PUB), [...common, '-t', `${topic}/live`, '-m', `live ${qos}`, '-q', qos]);
    await closed;
    const [kept, ...live] = output.trim().split('\n');
    expect(kept).toBe(`${topic}/kept 1 1 retained`);
    expect(live).toEqual(['0', '1', '2'].map((qos) => `${topic}/live ${qos} 0 live ${qos}`));
  });

  test('mqttv5: properties pass from client to client', async () => {
    const common = ['-h', '127.0.0.1', '-p', String(started.port), '-V', 'mqttv5'];
    const listening = run(pathOf(MOSQUITTO_SUB), [...common, '-t', 'props', '-C', '1', '-q', '1', '-F', '%p %C %R %P']);
    const subscribed = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (started.broker.counts().connectedClients === 0) return;
        clearInterval(timer);
        setTimeout(resolve, 100);
      }, 10);
    });
    await subscribed;
    await run(pathOf(MOSQUITTO_PUB), [...common, '-t', 'props', '-m', 'x', '-q', '2', '-D', 'publish', 'content-type', 'text', '-D', 'publish', 'response-topic', 'answer', '-D', 'publish', 'user-property', 'k', 'v']);
    expect((await listening).trim()).toBe('x text answer k:v');
  });
});

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 15_000 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}
