import { afterEach, expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { startCoreBroker } from '../../../hil/gateway/broker/core/start-core-broker.ts';
import { closedLoopLoad } from './closed-loop-load.ts';
import { openLoadClient } from './load-client.ts';
import { openLoadClients } from './load-clients.ts';
import { instantOf, publisherOf, PublishTemplate } from './load-packets.ts';
import { openLoopLoad } from './open-loop-load.ts';
import { PacketScanner } from './packet-scanner.ts';

const host = '127.0.0.1';
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function brokerPort(): Promise<number> {
  const { port, stop } = await startCoreBroker({ host, port: 0 }, { clock: realClock, random: randomFromSeed(1) });
  cleanUps.push(stop);
  return port;
}

test('packets are found however they are cut', () => {
  const bytes = Buffer.concat([
    Buffer.from('20020000', 'hex'),
    Buffer.concat([Buffer.from('30c801', 'hex'), Buffer.alloc(200, 7)]),
    Buffer.from('d000', 'hex'),
    Buffer.from('40020001', 'hex'),
  ]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const scanner = new PacketScanner();
    const found: string[] = [];
    const memory = Buffer.alloc(bytes.length);
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      // One buffer for both, as sockets have it.
      memory.fill(0xff).set(piece);
      scanner.push(memory, piece.length, (first, at, start, end) => void found.push(`${first.toString(16)} ${end - start} ${at[start] ?? '-'}`));
    }
    expect(found.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(['20 2', '30 200', 'd0 0', '40 2']);
    expect(found[1]).toBe('30 200 7');
  }
});

test('identifiers go round and never are zero; a stamp says who and when', () => {
  const template = new PublishTemplate({ topic: 'a', qos: 1, payloadBytes: 64, publisher: 70_000, batchMax: 2 });
  const [first, second] = [Buffer.from(template.next(2)), template.stamped(1_234.5)];
  expect([first.readUInt16BE(5), first.readUInt16BE(5 + first.length / 2)]).toEqual([1, 2]);
  const payloadAt = second.length - 64;
  expect([publisherOf(second, payloadAt), instantOf(second, payloadAt)]).toEqual([70_000, 1_234.5]);
  for (let id = 4; id <= 65_535; id += 1) template.next(1);
  expect(Buffer.from(template.next(1)).readUInt16BE(5)).toBe(1);
});

test.each([0, 1, 2] as const)('a closed loop at QoS %i delivers everything it has sent, to every subscriber', async (qos) => {
  const port = await brokerPort();
  const load = await closedLoopLoad({ host, port, topics: 2, publishers: 4, subscribers: 6, qos, payloadBytes: 64, window: 8 }, realClock);
  cleanUps.push(() => load.close());
  load.start();
  await expect.poll(() => load.delivered()).toBeGreaterThan(300);
  expect(await load.stop()).toBe(0);
  expect(load.delivered() % 3).toBe(0);
});

test('an open loop sends what is due and counts what has not come', async () => {
  const port = await brokerPort();
  const latencies: number[] = [];
  const options = { host, port, publishers: 5, subscribers: 2, qos: 0, payloadBytes: 64, messagesPerSecond: 100, onLatency: (ms: number) => void latencies.push(ms) } as const;
  const load = await openLoopLoad(options, realClock);
  cleanUps.push(() => load.close());
  expect(await load.run(200)).toEqual({ sent: 100, lost: 0 });
  expect(latencies).toHaveLength(100);
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(0);
});

test('a server that is not there, or ends a connection, is told', async () => {
  const port = await brokerPort();
  await expect(openLoadClient({ host, port: 1, clientId: 'x', onLost: () => undefined })).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  const { clients, losses } = await openLoadClients({ host, port, count: 2, clientId: (index) => `c${index}` });
  cleanUps.push(() => clients.forEach((client) => client.destroy()));
  clients[0]?.send(Uint8Array.of(0, 0));
  await expect.poll(() => losses.length).toBe(1);
});
