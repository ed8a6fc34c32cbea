import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startPlcGroup, type PlcGroup } from '../../sim/plc/virtual-plc-group.ts';
import { describeWith, MOSQUITTO_PUB, MOSQUITTO_SUB, pathOf } from '../runtime/foreign-program.contract.ts';
import { silentLogger } from '../runtime/log.ts';
import { observeNothing, type ObservationData } from '../runtime/observation.ts';
import { randomFromSeed } from '../runtime/random.ts';
import { realClock } from '../runtime/real-clock.ts';
import { openMqttSession } from '../transport/mqtt-session.ts';
import { createOpenLink } from '../transport/open-link.ts';
import { messageOf, openRawClient } from './broker/raw-client.contract.ts';
import { gatewayConfigSchema, type GatewayConfigInput } from './config/gateway-config.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { loadProfile } from './southbound/load-profile.ts';
import { openCuttableProxy } from './uplink/cuttable-proxy.contract.ts';

const run = promisify(execFile);

interface Observed {
  readonly type: string;
  readonly data: ObservationData;
}

interface Running {
  readonly gateway: Gateway;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly observed: readonly Observed[];
  dataOf(type: string): ObservationData[];
}

let closers: (() => Promise<unknown>)[];

beforeEach(() => {
  closers = [];
});

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
});

function create(settings: GatewayConfigInput): { readonly gateway: Gateway; readonly observed: Observed[] } {
  const observed: Observed[] = [];
  const gateway = createGateway(gatewayConfigSchema.parse({ mqtt: { port: 0 }, http: { port: 0 }, ...settings }), {
    clock: realClock,
    random: randomFromSeed(1),
    bootId: '0badcafe',
    openLink: createOpenLink({ clock: realClock, timeoutMs: 1_000 }),
    openSession: openMqttSession,
    observe: (type, data) => observed.push({ type, data }),
    log: silentLogger,
    loadProfile: (name) => loadProfile(name),
    configSha256: 'cd'.repeat(32),
  });
  return { gateway, observed };
}

async function start(settings: GatewayConfigInput): Promise<Running> {
  const { gateway, observed } = create(settings);
  closers.push(() => gateway.stop('test'));
  const ports = await gateway.start();
  return { gateway, observed, ...ports, dataOf: (type) => observed.filter((each) => each.type === type).map(({ data }) => data) };
}

async function pumpStation(): Promise<{ readonly plcs: PlcGroup; readonly southbound: NonNullable<GatewayConfigInput['southbound']> }> {
  const deps = { clock: realClock, random: randomFromSeed(2), observe: observeNothing, log: silentLogger };
  const plcs = await startPlcGroup({ group: 'pump', profile: 'pump-station', transport: 'modbus-tcp' }, deps);
  closers.push(() => plcs.stop());
  const [device] = plcs.devices;
  if (device?.endpoint.transport !== 'modbus-tcp') throw new Error('one device on TCP was asked for');
  const devices = [{ id: 'pump-1', unit: device.unit, profile: 'pump-station', pollEvery: '50ms' }];
  return { plcs, southbound: { lines: [{ id: 'line-a', transport: 'modbus-tcp', port: device.endpoint.port, devices }] } };
}

/** The first `count` messages that mosquitto_sub prints, as `topic payload`. */
async function mosquittoSub(port: number, filter: string, count: number): Promise<string[]> {
  const at = ['-h', '127.0.0.1', '-p', String(port), '-W', '10', '-q', '1'];
  const { stdout } = await run(pathOf(MOSQUITTO_SUB), [...at, '-t', filter, '-C', String(count), '-F', '%t %p']);
  return stdout.trim().split('\n');
}

describeWith([MOSQUITTO_SUB], 'telemetry', () => {
  test('is read from a PLC and reaches mosquitto_sub', async () => {
    const { plcs, southbound } = await pumpStation();
    plcs.set('pump-1', 'Level', 1.5);
    const edge = await start({ id: 'edge-1', southbound });
    const levels = (): ObservationData[] => edge.dataOf('telemetry.published').filter(({ point }) => point === 'Level');
    await vi.waitFor(() => expect(levels()[0]).toMatchObject({ device: 'pump-1', n: 1, boot: '0badcafe', v: 1.5 }), { timeout: 5_000 });
    const level = mosquittoSub(edge.mqttPort, 'telemetry/pump-1/Level', 1);
    // The point is reported on change only, so it is moved until the subscription is there.
    const moving = setInterval(() => plcs.set('pump-1', 'Level', Math.round(1_000 + Math.random() * 3_000) / 1_000), 60);
    const [first = ''] = await level;
    clearInterval(moving);
    const payload: unknown = JSON.parse(first.slice(first.indexOf(' ')));
    expect(payload).toEqual({ v: expect.any(Number), n: expect.any(Number), t: expect.any(Number), b: '0badcafe' });
    const published = levels();
    expect(published.map(({ n }) => n)).toEqual(published.map((_each, index) => index + 1));
    expect(published).toContainEqual(expect.objectContaining({ v: Reflect.get(Object(payload), 'v'), n: Reflect.get(Object(payload), 'n') }));
  });
});

describe('readiness', () => {
  test('the gateway is ready when its line is connected, and not when it is lost', async () => {
    const { plcs, southbound } = await pumpStation();
    const edge = await start({ id: 'edge-1', southbound });
    const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${edge.httpPort}/readyz`)).status;
    await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: 5_000 });
    await plcs.stop();
    await vi.waitFor(async () => expect(await ready()).toBe(503), { timeout: 5_000 });
    const metrics = await (await fetch(`http://127.0.0.1:${edge.httpPort}/metrics`)).text();
    expect(metrics).toContain('fieldproof_gateway_southbound_line_connected{line="line-a"} 0');
  });
});

describeWith([MOSQUITTO_PUB, MOSQUITTO_SUB], 'with mosquitto clients', () => {
  test.each(['0', '1', '2'])('a retained message at QoS %s is handed to a later subscriber', async (qos) => {
    const edge = await start({ id: 'edge-1' });
    await run(pathOf(MOSQUITTO_PUB), ['-h', '127.0.0.1', '-p', String(edge.mqttPort), '-t', 'a/b', '-m', 'kept', '-q', qos, '-r']);
    expect(await mosquittoSub(edge.mqttPort, 'a/+', 1)).toEqual(['a/b kept']);
  });

  test('500 lines piped into mosquitto_pub come out of mosquitto_sub in order', async () => {
    const edge = await start({ id: 'edge-1' });
    const at = ['-h', '127.0.0.1', '-p', String(edge.mqttPort)];
    const subscriber = spawn(pathOf(MOSQUITTO_SUB), [...at, '-t', 'stream', '-q', '2', '-W', '15']);
    const lines: string[] = [];
    createInterface({ input: subscriber.stdout }).on('line', (line) => lines.push(line));
    closers.push(async () => subscriber.kill());
    // mosquitto_sub says nothing when it has subscribed: wait until a message reaches it.
    const probe = await openRawClient(edge.mqttPort);
    await probe.connect('probe');
    await vi.waitFor(async () => {
      await probe.publish(messageOf('stream', 'probe'));
      expect(lines).not.toEqual([]);
    });
    await probe.disconnect();
    const publisher = spawn(pathOf(MOSQUITTO_PUB), [...at, '-t', 'stream', '-q', '2', '-l']);
    const expected = Array.from({ length: 500 }, (_item, index) => `line ${index}`);
    publisher.stdin.end(`${expected.join('\n')}\n`);
    await vi.waitFor(() => expect(lines.at(-1)).toBe('line 499'), { timeout: 10_000 });
    expect(lines.filter((line) => line !== 'probe')).toEqual(expected);
  });
});

describe('two gateways', () => {
  test('a QoS 2 stream arrives exactly once and in order at the far one, over a link that is cut three times', async () => {
    const cloud = await start({ id: 'cloud' });
    const proxy = await openCuttableProxy(cloud.mqttPort);
    closers.push(() => proxy.close());
    const { southbound } = await pumpStation();
    const edge = await start({
      id: 'edge-1',
      southbound,
      uplink: { url: `mqtt://127.0.0.1:${proxy.port}`, reconnect: { minimum: '10ms', maximum: '50ms' } },
    });
    const observer = await openRawClient(cloud.mqttPort);
    await observer.connect('observer');
    await observer.subscribe({ '#': 2 });
    const device = await openRawClient(edge.mqttPort);
    await device.connect('device', { clean: false });
    const texts = Array.from({ length: 400 }, (_item, index) => String(index));
    for (const [index, text] of texts.entries()) {
      if (index === 100 || index === 200 || index === 300) proxy.cut();
      await device.publish(messageOf(`devices/d${index % 4}/data`, text, 2));
    }
    const fromDevice = (): string[] =>
      observer.deliveries.filter(({ topic }) => topic.startsWith('devices/')).map(({ payload }) => payload.toString());
    await vi.waitFor(() => expect(fromDevice()).toHaveLength(400), { timeout: 10_000 });
    expect(fromDevice()).toEqual(texts);
    expect(edge.dataOf('uplink.lost')).toHaveLength(3);
    // Telemetry goes up at QoS 1: every message that was published, gaps in n none.
    await vi.waitFor(() => {
      const running = observer.deliveries.filter(({ topic }) => topic === 'telemetry/pump-1/Pump1Running');
      expect(running.map(({ payload }): unknown => JSON.parse(payload.toString()))).toContainEqual(expect.objectContaining({ n: 1, b: '0badcafe' }));
    });
    await edge.gateway.stop('drain');
    await vi.waitFor(() => {
      const arrived = new Set(observer.deliveries.map(({ topic, payload }) => `${topic} ${payload.toString()}`));
      const published = edge.dataOf('telemetry.published').map(({ device: id, point, v, n, wallMs, boot }) => {
        if (typeof id !== 'string' || typeof point !== 'string') throw new TypeError('an observation without its names');
        return `telemetry/${id}/${point} ${JSON.stringify({ v, n, t: wallMs, b: boot })}`;
      });
      expect(published.filter((each) => !arrived.has(each))).toEqual([]);
    });
    await device.cut();
    await observer.cut();
  });
});

describe('life', () => {
  test('tells start, samples and stop, once', async () => {
    const edge = await start({ id: 'edge-1' });
    const { mqttPort, httpPort } = edge;
    expect(edge.observed[0]).toEqual({ type: 'gateway.started', data: { mqttPort, httpPort, configSha256: 'cd'.repeat(32) } });
    await vi.waitFor(() => expect(edge.dataOf('broker.sample')[0]).toEqual({ clients: 0, accepted: 0, delivered: 0 }), { timeout: 2_000 });
    await Promise.all([edge.gateway.stop('SIGTERM'), edge.gateway.stop('again')]);
    expect(edge.dataOf('gateway.stopping')).toEqual([{ reason: 'SIGTERM' }]);
    const count = edge.observed.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(edge.observed).toHaveLength(count);
  });

  test('a stopped gateway frees both ports', async () => {
    const first = await start({ id: 'edge-1' });
    await first.gateway.stop('test');
    const second = await start({ id: 'edge-1', mqtt: { port: first.mqttPort }, http: { port: first.httpPort } });
    expect([second.mqttPort, second.httpPort]).toEqual([first.mqttPort, first.httpPort]);
  });

  test('a failed start leaves nothing open', async () => {
    const occupier = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => occupier.once('listening', resolve));
    closers.push(() => new Promise((resolve) => occupier.close(resolve)));
    const address = occupier.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const free = await start({ id: 'probe' });
    await free.gateway.stop('only its port was wanted');
    const { gateway, observed } = create({ id: 'edge-1', mqtt: { port: free.mqttPort }, http: { port: taken } });
    await expect(gateway.start()).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
    expect(observed).toEqual([]);
    const next = await start({ id: 'edge-2', mqtt: { port: free.mqttPort } });
    expect(next.mqttPort).toBe(free.mqttPort);
  });
});
