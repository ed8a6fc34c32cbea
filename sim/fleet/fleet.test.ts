import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createAedesEngine } from '../../hil/gateway/broker/aedes-engine.ts';
import { describeWith, MOSQUITTO } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import type { Observation } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { openMqttSession, type MqttSession } from '../../hil/transport/mqtt-session.ts';
import { startCuttingRelay } from './cutting-relay.contract.ts';
import { fleetOptionsSchema, type FleetOptionsInput } from './fleet-options.ts';
import { startFleet, type Fleet } from './fleet.ts';
import type { FleetDeps } from './fleet-deps.ts';
import { startMosquitto, type MosquittoBroker } from './mosquitto-broker.contract.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Run {
  readonly fleet: Fleet;
  readonly seen: Observation[];
  readonly of: (type: string) => Observation[];
}

async function run(options: FleetOptionsInput, deps: Partial<FleetDeps> = {}): Promise<Run> {
  const seen: Observation[] = [];
  const observerFor = (source: string) => (type: string, data: Observation['data']): void => void seen.push({ t: realClock.nowMs(), source, type, data });
  const own = { clock: realClock, random: randomFromSeed(7), observerFor, log: silentLogger, openSession: openMqttSession };
  const fleet = await startFleet(fleetOptionsSchema.parse(options), { ...own, ...deps });
  undo.push(() => fleet.stop());
  return { fleet, seen, of: (type) => seen.filter((observation) => observation.type === type) };
}

function connectedSession(url: string): Promise<MqttSession> {
  const session = openMqttSession(
    { url, clientId: 'somebody', protocolVersion: 4, clean: true, keepaliveMs: 15_000, connectTimeoutMs: 5_000 },
    { clock: realClock, random: randomFromSeed(1) },
  );
  undo.push(() => session.end());
  return new Promise((resolve) => session.onConnected(() => resolve(session)));
}

async function startOwnBroker(): Promise<string> {
  const engine = createAedesEngine({ packetBytesMax: 65_536, connectionsMax: 1_000, queuedMessagesMax: 10_000 }, { log: silentLogger });
  const { port } = await engine.listen('127.0.0.1', 0);
  undo.push(() => engine.close());
  return `mqtt://127.0.0.1:${port}`;
}

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500 && !holds(); attempt += 1) await pause(20);
  expect(holds()).toBe(true);
}

const key = ({ data }: Observation): string => `${JSON.stringify(data['client'])} ${JSON.stringify(data['n'])}`;

describeWith([MOSQUITTO], 'a fleet at a broker that none of us wrote', () => {
  let broker: MosquittoBroker;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker.stop());

  test.each([
    ['mosquitto', 4],
    ['mosquitto', 5],
    ['the gateway\'s own broker', 4],
  ] as const)('%s, protocol level %i: every message reaches the observer once, at its QoS', async (name, protocolVersion) => {
    const url = name === 'mosquitto' ? broker.url : await startOwnBroker();
    const group = { group: `level-${protocolVersion}`, count: 30, url, at: 'edge', protocolVersion, ratePerSecond: 20, payloadBytes: 96, connectsPerSecond: 200 };
    const { fleet, of } = await run({ observers: [{ id: 'edge', url, protocolVersion }], publishers: [group] });
    expect(of('observer.subscribed')).toHaveLength(1);
    expect(of('mqtt.sent')).toHaveLength(0);
    await until(() => fleet.stats().received >= 200);
    expect(await fleet.quiesce()).toEqual({ inFlight: 0 });
    await until(() => of('mqtt.received').length >= of('mqtt.sent').length);
    const sent = of('mqtt.sent');
    expect(of('mqtt.received').map(key).toSorted()).toEqual(sent.map(key).toSorted());
    expect(of('mqtt.acked').map(key).toSorted()).toEqual(sent.map(key).toSorted());
    const qosOf = new Map(sent.map((observation) => [key(observation), observation.data['qos']]));
    for (const received of of('mqtt.received')) {
      expect(received.data['qos']).toBe(qosOf.get(key(received)));
      expect(received.data['latencyMs']).toBeGreaterThanOrEqual(0);
      expect(received.source).toBe('observer-edge');
    }
    expect(new Set(sent.map(({ data }) => data['qos']))).toEqual(new Set([0, 1, 2]));
    expect(new Set(of('mqtt.connected').map(({ data }) => data['client'])).size).toBe(31);
    expect(fleet.stats()).toMatchObject({ clients: 30, connected: 30, inFlight: 0, skipped: 0, unexpected: 0, sent: sent.length, acked: sent.length });
  });

  test('nothing is sent after the quiesce', async () => {
    const { fleet, of } = await run({ publishers: [{ group: 'quiet', count: 5, url: broker.url, at: 'edge', ratePerSecond: 50 }] });
    await until(() => fleet.stats().sent > 20);
    await fleet.quiesce();
    const { sent } = fleet.stats();
    await pause(150);
    expect(fleet.stats().sent).toBe(sent);
    expect(of('mqtt.acked')).toHaveLength(sent);
  });

  test('connections that are cut: QoS 1 and 2 wait and arrive, QoS 0 takes no number', async () => {
    const relay = await startCuttingRelay(broker.port);
    undo.push(() => relay.close());
    const { fleet, of } = await run({
      observers: [{ id: 'edge', url: broker.url }],
      publishers: [{ group: 'cut', count: 6, url: relay.url, at: 'edge', ratePerSecond: 20, connectsPerSecond: 1_000 }],
    });
    await until(() => fleet.stats().sent > 60);
    relay.cut();
    await until(() => fleet.stats().skipped > 5 && fleet.stats().inFlight > 5);
    expect(fleet.stats().connected).toBe(0);
    relay.restore();
    await until(() => fleet.stats().connected === 6);
    expect(await fleet.quiesce()).toEqual({ inFlight: 0 });
    const expected = of('mqtt.sent').filter(({ data }) => data['qos'] !== 0).map(key);
    await until(() => new Set(of('mqtt.received').filter(({ data }) => data['qos'] !== 0).map(key)).size === expected.length);
    const exactlyOnce = (observations: Observation[]): string[] => observations.filter(({ data }) => data['qos'] === 2).map(key).toSorted();
    expect(exactlyOnce(of('mqtt.received'))).toEqual(exactlyOnce(of('mqtt.sent')));
    for (const client of ['cut-1', 'cut-4']) {
      const numbers = of('mqtt.sent').filter(({ data }) => data['client'] === client).map(({ data }) => data['n']);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
    expect(of('mqtt.closed').filter(({ data }) => data['client'] === 'cut-1').length).toBeGreaterThan(0);
    expect(of('mqtt.connected').filter(({ data }) => data['client'] === 'cut-1').length).toBeGreaterThan(1);
  });

  test('an observer that is cut off gets what it missed', async () => {
    const relay = await startCuttingRelay(broker.port);
    undo.push(() => relay.close());
    const { fleet, of } = await run({
      observers: [{ id: 'edge', url: relay.url, filters: ['devices/missed-1/data'] }],
      publishers: [{ group: 'missed', count: 1, url: broker.url, at: 'edge', qos: [2], ratePerSecond: 50 }],
    });
    await until(() => fleet.stats().received > 5);
    relay.cut();
    const { sent } = fleet.stats();
    await until(() => fleet.stats().sent > sent + 10);
    relay.restore();
    await fleet.quiesce();
    await until(() => of('mqtt.received').length >= of('mqtt.sent').length);
    expect(of('mqtt.received').map(key)).toEqual(of('mqtt.sent').map(key));
  });

  test('telemetry and what nobody can explain are told apart', async () => {
    const { fleet, of } = await run({ observers: [{ id: 'cloud', url: broker.url }] });
    const session = await connectedSession(broker.url);
    const send = (topic: string, text: string): Promise<void> => session.publish(topic, Buffer.from(text), { qos: 1, retain: false });
    await send('telemetry/pump-1/pressure', '{"v":3.5,"n":2,"t":1700000000000,"b":"00ff12ab"}');
    await send('telemetry/pump-1/pressure', '{"v":3.5,"n":2,"t":1700000000');
    await send('devices/sensors-1/data', 'hello');
    await send(`devices/${'x'.repeat(400)}/data`, '{"c":"sensors-2","n":1,"t":1}');
    await until(() => fleet.stats().received === 4);
    expect(of('telemetry.received').map(({ data }) => data)).toEqual([
      { at: 'cloud', device: 'pump-1', point: 'pressure', n: 2, boot: '00ff12ab', v: 3.5, wallMs: 1_700_000_000_000, qos: 1, dup: false },
    ]);
    expect(of('mqtt.unexpected').map(({ data }) => data['reason'])).toEqual([
      'the payload is no JSON object',
      'the payload is no JSON object',
      'the payload says client sensors-2, the topic does not',
    ]);
    expect(of('mqtt.unexpected').at(-1)?.data['topic']).toHaveLength(256);
    expect(fleet.stats().unexpected).toBe(3);
  });

  test('what an earlier observer of the same name and seed left at the broker is not taken for news', async () => {
    const session = await connectedSession(broker.url);
    const publish = (): Promise<void> => session.publish('devices/sensors-1/data', Buffer.from('{"c":"sensors-1","n":1,"t":1}'), { qos: 2, retain: false });
    const crashed: MqttSession[] = [];
    const openSession: typeof openMqttSession = (options, deps) => {
      const opened = openMqttSession(options, deps);
      crashed.push(opened);
      return opened;
    };
    await run({ observers: [{ id: 'again', url: broker.url }] }, { openSession });
    for (const opened of crashed) opened.abort();
    await publish();
    const { fleet, of } = await run({ observers: [{ id: 'again', url: broker.url }] });
    await publish();
    await until(() => fleet.stats().received > 0);
    await pause(100);
    expect(of('mqtt.received')).toHaveLength(1);
  });

  test('stopping ends every connection, and once is as good as twice', async () => {
    const gone = { group: 'gone', count: 3, url: broker.url, at: 'edge', connectsPerSecond: 1_000 };
    const { fleet } = await run({ observers: [{ id: 'edge', url: broker.url }], publishers: [gone] });
    await until(() => fleet.stats().connected === 3);
    await fleet.stop();
    await fleet.stop();
    expect(fleet.stats().connected).toBe(0);
  });
});

test('a fleet whose observer finds no broker does not start', async () => {
  const relay = await startCuttingRelay(1);
  relay.cut();
  undo.push(() => relay.close());
  // Time passes a hundred times faster, so that nobody waits ten seconds.
  const hurried = { ...realClock, setTimer: (delayMs: number, callback: () => void) => realClock.setTimer(delayMs / 100, callback) };
  await expect(run({ observers: [{ id: 'edge', url: relay.url }] }, { clock: hurried })).rejects.toMatchObject({
    code: 'FP_LINK_OPEN',
    message: expect.stringContaining('the observer at edge'),
  });
});
