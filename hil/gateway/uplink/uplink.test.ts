import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../runtime/log.ts';
import type { ObservationData } from '../../runtime/observation.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { openMqttSession } from '../../transport/mqtt-session.ts';
import { createAedesEngine } from '../broker/aedes-engine.ts';
import type { AcceptedMessage, BrokerEngine, QualityOfService } from '../broker/broker-engine.ts';
import { encodePublish } from '../broker/publish-frame.ts';
import { messageOf, openRawClient, PUBREC } from '../broker/raw-client.contract.ts';
import { gatewayConfigSchema, type GatewayConfigInput, type UplinkConfig } from '../config/gateway-config.ts';
import { openCuttableProxy, type CuttableProxy } from './cuttable-proxy.contract.ts';
import { createUplink, type Uplink } from './uplink.ts';

const BOUNDS = { packetBytesMax: 1_048_576, connectionsMax: 100, queuedMessagesMax: 1_000 };

let far: BrokerEngine;
let farPort: number;
let arrived: AcceptedMessage[];
let proxy: CuttableProxy;
let uplink: Uplink | undefined;
let observed: { type: string; data: ObservationData }[];

beforeEach(async () => {
  far = createAedesEngine(BOUNDS, { log: silentLogger });
  arrived = [];
  far.onAccepted((message) => arrived.push(message));
  ({ port: farPort } = await far.listen('127.0.0.1', 0));
  proxy = await openCuttableProxy(farPort);
  observed = [];
});

afterEach(async () => {
  await uplink?.stop(0);
  uplink = undefined;
  await proxy.close();
  await far.close();
});

function open(settings: Partial<NonNullable<GatewayConfigInput['uplink']>> = {}): Uplink {
  uplink = createUplink(configOf(settings), 'edge', {
    clock: realClock,
    random: randomFromSeed(1),
    log: silentLogger,
    openSession: openMqttSession,
    observe: (type, data) => observed.push({ type, data }),
  });
  return uplink;
}

function configOf(settings: Partial<NonNullable<GatewayConfigInput['uplink']>>): UplinkConfig {
  const { uplink: config } = gatewayConfigSchema.parse({
    id: 'edge',
    uplink: { url: `mqtt://127.0.0.1:${proxy.port}`, reconnect: { minimum: '5ms', maximum: '20ms' }, forward: [{ filter: '#' }], ...settings },
  });
  if (config === undefined) throw new Error('the test configures an uplink');
  return config;
}

const offered = (topic: string, text: string, qos: QualityOfService): AcceptedMessage => ({ ...messageOf(topic, text, qos), clientId: 'device' });
const textOf = ({ payload }: AcceptedMessage): string => Buffer.from(payload).toString();
const dataOf = (type: string): ObservationData[] => observed.filter((each) => each.type === type).map(({ data }) => data);
const up = (): Promise<void> => vi.waitFor(() => expect(uplink?.stats().isUp).toBe(true), { timeout: 5_000 });

/** Offers 600 messages on three topics in bursts; each burst lets the sockets breathe. */
async function stream(link: Uplink, qos: QualityOfService): Promise<string[]> {
  const texts = Array.from({ length: 600 }, (_item, index) => String(index));
  for (const [index, text] of texts.entries()) {
    link.offer(offered(`t/${index % 3}`, text, qos));
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return texts;
}

describe('over a link that is cut', () => {
  test('QoS 2: each message arrives exactly once, in order', async () => {
    const link = open();
    proxy.cutAfter(1_500, 900, 2_000);
    link.start();
    const texts = await stream(link, 2);
    await vi.waitFor(() => expect(link.stats().forwarded).toBe(600), { timeout: 15_000 });
    expect(dataOf('uplink.lost')).toHaveLength(3);
    expect(arrived.map(textOf)).toEqual(texts);
    expect(arrived.every(({ qos }) => qos === 2)).toBe(true);
  });

  test('QoS 2: a cut anywhere in the handshake neither loses nor doubles', async () => {
    const link = open({ storeAndForward: { inFlightMax: 3 } });
    link.start();
    await up();
    const expected: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      proxy.cutAfter(round);
      proxy.cut();
      for (let index = 0; index < 5; index += 1) {
        link.offer(offered('t', `${round}.${index}`, 2));
        expected.push(`${round}.${index}`);
      }
      await vi.waitFor(() => expect(link.stats().forwarded).toBe(expected.length), { timeout: 5_000, interval: 5 });
    }
    expect(arrived.map(textOf)).toEqual(expected);
  });

  test('QoS 1: each message arrives at least once, first arrivals in order', async () => {
    const link = open();
    proxy.cutAfter(1_500, 900, 2_000);
    link.start();
    const texts = await stream(link, 1);
    await vi.waitFor(() => expect(link.stats().forwarded).toBe(600), { timeout: 15_000 });
    expect(dataOf('uplink.lost')).toHaveLength(3);
    expect([...new Set(arrived.map(textOf))]).toEqual(texts);
  });

  test('QoS 0: what is on its way at a cut may be lost, nothing is reordered or doubled', async () => {
    const link = open();
    proxy.cutAfter(1_500, 900, 2_000);
    link.start();
    const texts = await stream(link, 0);
    await vi.waitFor(() => expect(link.stats()).toMatchObject({ messages: 0, inFlight: 0, isUp: true }), { timeout: 15_000 });
    // The last cut may take the very last messages, so that another one has to show that all have come that will come.
    link.offer(offered('t/0', 'end', 0));
    await vi.waitFor(() => expect(arrived.map(textOf).at(-1)).toBe('end'), { timeout: 5_000 });
    arrived.pop();
    const came = new Set(arrived.map(textOf));
    expect(arrived.map(textOf)).toEqual(texts.filter((text) => came.has(text)));
    expect(came.size + link.stats().dropped.lost).toBeLessThanOrEqual(600);
    expect(arrived.length).toBeGreaterThan(300);
  });
});

describe('while the link is down', () => {
  test('messages are stored up to the bound, oldest dropped and named', async () => {
    proxy.admit(false);
    const link = open({ storeAndForward: { messagesMax: 10 } });
    link.start();
    for (let index = 0; index < 25; index += 1) link.offer(offered(`t/${index}`, String(index), 1));
    expect(link.stats()).toMatchObject({ isUp: false, messages: 10, dropped: { full: 15 } });
    expect(dataOf('uplink.dropped')).toHaveLength(15);
    expect(dataOf('uplink.dropped')[14]).toEqual({ topic: 't/14', reason: 'full', droppedTotal: 15 });
    proxy.admit(true);
    await vi.waitFor(() => expect(arrived.map(textOf)).toEqual(['15', '16', '17', '18', '19', '20', '21', '22', '23', '24']), { timeout: 5_000 });
  });

  test('with store and forward off, messages are dropped and the gateway says so', async () => {
    const link = open({ storeAndForward: { enabled: false } });
    link.start();
    await up();
    link.offer(offered('t', 'before', 1));
    await vi.waitFor(() => expect(arrived).toHaveLength(1));
    proxy.admit(false);
    proxy.cut();
    await vi.waitFor(() => expect(dataOf('uplink.lost')).toHaveLength(1));
    link.offer(offered('t', 'meanwhile', 1));
    expect(dataOf('uplink.dropped')).toEqual([{ topic: 't', reason: 'off', droppedTotal: 1 }]);
    proxy.admit(true);
    await up();
    link.offer(offered('t', 'after', 1));
    await vi.waitFor(() => expect(arrived.map(textOf)).toEqual(['before', 'after']));
  });

  test('the first connection may come late', async () => {
    proxy.admit(false);
    const link = open();
    link.start();
    link.offer(offered('t', 'early', 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.admit(true);
    await vi.waitFor(() => expect(arrived.map(textOf)).toEqual(['early']), { timeout: 5_000 });
  });
});

describe('a message that the far broker does not want', () => {
  test('is dropped after connections without progress, and those behind it go on', async () => {
    const link = open({ forward: [{ filter: '$SYS/#' }, { filter: '#' }], storeAndForward: { inFlightMax: 4 } });
    link.start();
    await up();
    // The far broker ends the connection of whoever publishes below $SYS.
    link.offer(offered('t', '1', 2));
    link.offer(offered('$SYS/x', 'poison', 2));
    for (let index = 2; index < 10; index += 1) link.offer(offered('t', String(index), 2));
    await vi.waitFor(() => expect(arrived.map(textOf).at(-1)).toBe('9'), { timeout: 15_000 });
    expect(new Set(arrived.map(textOf))).toEqual(new Set(['1', '2', '3', '4', '5', '6', '7', '8', '9']));
    expect(dataOf('uplink.dropped')).toContainEqual(expect.objectContaining({ topic: '$SYS/x', reason: 'refused' }));
    await vi.waitFor(() => expect(link.stats()).toMatchObject({ messages: 0, inFlight: 0 }), { timeout: 5_000 });
  });
});

describe('an earlier life of the gateway', () => {
  test('does not make the far broker take new messages for duplicates', async () => {
    const former = await openRawClient(farPort);
    await former.connect('edge', { clean: false });
    for (let packetId = 1; packetId <= 20; packetId += 1) {
      former.send(encodePublish(messageOf('t', 'old', 2), { qos: 2, retain: false, dup: false, packetId }));
      await former.take(PUBREC);
    }
    await former.cut();
    arrived.length = 0;
    const link = open();
    link.start();
    for (let index = 0; index < 10; index += 1) link.offer(offered('t', String(index), 2));
    await vi.waitFor(() => expect(link.stats().forwarded).toBe(10), { timeout: 5_000 });
    expect(arrived.map(textOf)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });
});

describe('forwarding', () => {
  test('the first rule that matches decides; retain goes with the message', async () => {
    const link = open({ forward: [{ filter: 'fixed/#', qos: 2 }, { filter: '+/data', qos: 'as-received' }] });
    link.start();
    await up();
    link.offer({ ...offered('fixed/data', 'a', 0), retain: true });
    link.offer(offered('own/data', 'b', 1));
    link.offer(offered('own/other', 'stays', 2));
    await vi.waitFor(() => expect(arrived).toHaveLength(2));
    expect(arrived).toMatchObject([{ topic: 'fixed/data', qos: 2, retain: true, clientId: 'edge' }, { topic: 'own/data', qos: 1, retain: false }]);
  });
});

describe('what it says', () => {
  test('connected, backlog, idle, lost, and idle again', async () => {
    const link = open({ storeAndForward: { inFlightMax: 2 } });
    for (let index = 0; index < 5; index += 1) link.offer(offered('t', String(index), 1));
    expect(dataOf('uplink.backlog')).toEqual([{ messages: 1, bytes: 2, inFlight: 0 }]);
    expect(dataOf('uplink.idle')).toEqual([]);
    link.start();
    await vi.waitFor(() => expect(dataOf('uplink.idle')).toEqual([{ forwarded: 5 }]), { timeout: 5_000 });
    await vi.waitFor(() => expect(dataOf('uplink.backlog').at(-1)).toEqual({ messages: 0, bytes: 0, inFlight: 0 }));
    expect(dataOf('uplink.connected')).toEqual([{ url: expect.stringContaining('mqtt://127.0.0.1') }]);
    proxy.cut();
    await vi.waitFor(() => expect(dataOf('uplink.idle')).toHaveLength(2), { timeout: 5_000 });
    expect(dataOf('uplink.lost')).toHaveLength(1);
  });
});

describe('stop', () => {
  test('lets what is stored go up first, and takes nothing more', async () => {
    const link = open({ storeAndForward: { inFlightMax: 5 } });
    link.start();
    await up();
    for (let index = 0; index < 200; index += 1) link.offer(offered('t', String(index), 2));
    await link.stop(5_000);
    link.offer(offered('t', 'too late', 2));
    expect(arrived).toHaveLength(200);
    expect(link.stats()).toMatchObject({ isUp: false, messages: 0, inFlight: 0, forwarded: 200 });
    await vi.waitFor(() => expect(far.stats().connectedClients).toBe(0));
  });

  test('with the link down, does not wait and says what is lost', async () => {
    proxy.admit(false);
    const link = open();
    link.start();
    link.offer(offered('t', 'x', 2));
    await link.stop(600_000);
    expect(dataOf('uplink.dropped')).toEqual([{ topic: 't', reason: 'stopped', droppedTotal: 1 }]);
  });
});
