import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import { describeWith, MBPOLL, MOSQUITTO_PUB, MOSQUITTO_SUB, pathOf, STDBUF, XMLLINT } from '../../hil/runtime/foreign-program.contract.ts';
import { z } from '../../hil/runtime/schema.ts';
import { readRecord } from '../../reports/read-record.ts';
import { gatewayFacts, linkFacts, plcFacts } from '../engine/child-facts.ts';
import { runCli, runFolders, type CliProcess } from './cli-process.ts';
import { createCliServices } from './cli-services.ts';
import { mbpoll, placeOf, type MbpollRequest, type ModbusPlace } from './foreign-modbus.ts';
import { mosquittoPub, startMosquittoSub, type MosquittoSub, type ReceivedMessage } from './foreign-mqtt.ts';
import { parsePrometheusText } from './prometheus-text.ts';

const THREE_VERDICTS = fileURLToPath(new URL('fixtures/three-verdicts.yaml', import.meta.url));
const telemetrySchema = z.strictObject({
  v: z.union([z.number(), z.boolean()]),
  n: z.number().int().min(1),
  t: z.number().int(),
  b: z.string().regex(/^[0-9a-f]{8}$/u),
});

const services = createCliServices();
const subscribers: MosquittoSub[] = [];
let folder = '';
let plcs: ModbusPlace[] = [];
let serial: ModbusPlace[] = [];
let ports = { mqtt: 0, http: 0, link: 0 };
let link: CliProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-foreign-'));
  const rtu = ['--transport', 'modbus-rtu', '--units', '1,2', '--parity', 'none'];
  const [overTcp, overRtu] = await Promise.all([
    services.start(['sim', 'plc', '--profile', 'pump-station', '--count', '2', '--seed', '1'], plcFacts),
    services.start(['sim', 'plc', '--profile', 'pump-station', '--group', 'line', '--seed', '2', ...rtu], plcFacts),
  ]);
  plcs = overTcp.facts.devices.map(placeOf);
  serial = overRtu.facts.devices.map(placeOf);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, gatewayYaml());
  const gateway = await services.start(['gateway', '--config', config], gatewayFacts);
  // Supervised, so that it can be asked at the end whether its faults had any effect.
  const faults = ['--fault', 'latency:ms=10ms,jitter=5ms', '--fault', 'slice:bytes=16B,delay=1ms'];
  const upstream = `127.0.0.1:${gateway.facts.ports.mqtt}`;
  const between = ['--listen', '127.0.0.1:0', '--upstream', upstream];
  const proxy = await services.start(['sim', 'link', ...between, '--supervised', ...faults], linkFacts);
  ports = { ...gateway.facts.ports, link: proxy.facts.ports.link };
  link = proxy.process;
});

afterEach(() => {
  for (const { child } of subscribers.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  const ended = await services.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(ended.map(({ code, signal }) => ({ code, signal }))).toEqual(ended.map(() => ({ code: 0, signal: undefined })));
});

function gatewayYaml(): string {
  const lines = plcs.map((place, index) => {
    const port = 'port' in place ? place.port : 0;
    const polled = `{ id: plc-${index + 1}, unit: ${place.unit}, profile: pump-station, pollEvery: 100ms }`;
    return `    - { id: line-${index + 1}, transport: modbus-tcp, port: ${port}, devices: [${polled}] }`;
  });
  return ['id: edge', 'mqtt: { port: 0 }', 'http: { port: 0 }', 'southbound:', '  lines:', ...lines, ''].join('\n');
}

/** The device at this place of its group. */
function device(places: readonly ModbusPlace[], index: number): ModbusPlace {
  const place = places[index];
  if (place === undefined) throw new Error(`there is no device ${index}`);
  return place;
}

async function subscribe(port: number, ...words: string[]): Promise<MosquittoSub> {
  const subscriber = startMosquittoSub(port, words);
  subscribers.push(subscriber);
  await subscriber.subscribed;
  return subscriber;
}

/** What curl would do. */
function get(path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.http}${path}`);
}

function telemetryOf({ payload }: ReceivedMessage): z.infer<typeof telemetrySchema> {
  return telemetrySchema.parse(JSON.parse(payload));
}

describeWith([MBPOLL, MOSQUITTO_SUB, STDBUF], 'a value on its way from a PLC to mosquitto_sub', () => {
  test('a level that mbpoll writes is what mosquitto_sub is told, and what mbpoll reads again', async () => {
    const subscriber = await subscribe(ports.mqtt, '-t', 'telemetry/plc-1/StartLevel', '-q', '1');
    const beforeMs = Date.now();
    expect(await mbpoll(device(plcs, 0), { table: '4', address: 0, write: [2_345] })).toMatchObject({ exitCode: 0 });
    const told = await subscriber.first((message) => telemetryOf(message).v === 2.345);
    expect(told).toMatchObject({ topic: 'telemetry/plc-1/StartLevel', qos: 1, retain: false });
    const { t } = telemetryOf(told);
    expect(t).toBeGreaterThanOrEqual(beforeMs);
    expect(t).toBeLessThanOrEqual(Date.now());
    expect((await mbpoll(device(plcs, 0), { table: '4', address: 0 })).values).toEqual([2_345]);
  });

  test('a pump that mbpoll starts by hand: plausible values of one boot, without a gap, and the flow as mbpoll reads it', async () => {
    const subscriber = await subscribe(ports.mqtt, '-t', 'telemetry/plc-2/#', '-q', '1');
    const last = (point: string): unknown => {
      const message = subscriber.messages.findLast(({ topic }) => topic.endsWith(`/${point}`));
      return message === undefined ? undefined : telemetryOf(message).v;
    };
    await vi.waitFor(
      async () => {
        // Each time anew: run by hand, the pump empties the well within seconds and trips.
        await mbpoll(device(plcs, 1), { table: '0', address: 2, write: [1] });
        await mbpoll(device(plcs, 1), { table: '4', address: 2, write: [2] });
        const [running] = (await mbpoll(device(plcs, 1), { table: '1', address: 0 })).values;
        const [flow = 0] = (await mbpoll(device(plcs, 1), { table: '3:float', address: 4 })).values;
        expect([running, last('Pump1Running')]).toEqual([1, true]);
        // The deadband is 1 m3/h, and the flow is moving; with the two registers swapped it would be next to nothing.
        expect(flow).toBeGreaterThan(10);
        expect(Math.abs(Number(last('Flow')) - flow)).toBeLessThan(3);
      },
      { timeout: 15_000, interval: 100 },
    );
    const points = new Map(pointsOf(loadProfile('pump-station')).map((point) => [`telemetry/plc-2/${point.name}`, point]));
    const counts = new Map<string, number>();
    for (const message of subscriber.messages) {
      const { v, n } = telemetryOf(message);
      const point = points.get(message.topic);
      expect(point, message.topic).toBeDefined();
      expect(typeof v).toBe(point?.valueType === 'Bool' ? 'boolean' : 'number');
      expect(Number(v)).toBeGreaterThanOrEqual(point?.minimum ?? 0);
      expect(Number(v)).toBeLessThanOrEqual(point?.maximum ?? Number.MAX_SAFE_INTEGER);
      expect(n).toBe((counts.get(message.topic) ?? n - 1) + 1);
      counts.set(message.topic, n);
    }
    expect(new Set(subscriber.messages.map((message) => telemetryOf(message).b)).size).toBe(1);
  });
});

describe('the HTTP face of the gateway, for anyone', () => {
  test('is alive and ready', async () => {
    const health = await get('/healthz');
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'ok' });
    await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(200), { timeout: 5_000 });
  });

  test('its metrics are Prometheus text, line by line', async () => {
    const scrape = await get('/metrics');
    expect(scrape.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4(?:;|$)/u);
    const families = parsePrometheusText(await scrape.text());
    const gatewayFamilies = [...families].filter(([name]) => name.startsWith('fieldproof_gateway_'));
    expect(gatewayFamilies.length).toBeGreaterThan(10);
    for (const [name, { type }] of gatewayFamilies) expect(name.endsWith('_total'), name).toBe(type === 'counter');
    for (const { name, value } of gatewayFamilies.flatMap(([, { samples }]) => samples)) expect(value, name).toBeGreaterThanOrEqual(0);
    const connected = families.get('fieldproof_gateway_southbound_line_connected')?.samples;
    expect(connected?.map(({ labels, value }) => [labels['line'], value])).toEqual([['line-1', 1], ['line-2', 1]]);
    expect(families.get('fieldproof_gateway_southbound_requests_total')?.samples[0]?.value).toBeGreaterThan(0);
  });

  const unsound = ['a 2', 'a{b=c} 1', 'a{b="c" 1', 'a x', 'b 1', '# HELP a again', '# TYPE a gauge', 'a 1 2 3'];
  test.each(unsound)('their reader, which is strict, refuses %s', (line) => {
    expect(() => parsePrometheusText(`# HELP a b\n# TYPE a counter\na 1\n${line}\n`)).toThrow(line);
  });
});

describeWith([MBPOLL], 'mbpoll at a virtual PLC', () => {
  test.each([
    ['TCP', () => device(plcs, 0)],
    ['a serial line', () => device(serial, 0)],
  ])('over %s: reads, writes, reads back, and is refused', async (_name, place) => {
    const ask = (request: MbpollRequest): ReturnType<typeof mbpoll> => mbpoll(place(), request);
    const [level = 0] = (await ask({ table: '3', address: 0, count: 8 })).values;
    expect(level).toBeGreaterThan(0);
    expect(level).toBeLessThanOrEqual(5_000);
    const alarms = (await ask({ table: '1', address: 8, count: 3 })).values;
    expect(alarms.map((alarm) => alarm === 0 || alarm === 1)).toEqual([true, true, true]);
    expect(await ask({ table: '4', address: 4, write: [3_600] })).toMatchObject({ exitCode: 0 });
    expect(await ask({ table: '4', address: 0, write: [2_400, 850, 1] })).toMatchObject({ exitCode: 0 });
    expect((await ask({ table: '4', address: 0, count: 3 })).values).toEqual([2_400, 850, 1]);
    expect((await ask({ table: '4', address: 4 })).values).toEqual([3_600]);
    expect(await ask({ table: '0', address: 1, write: [0] })).toMatchObject({ exitCode: 0 });
    expect((await ask({ table: '0', address: 0, count: 2 })).values).toEqual([1, 0]);
    expect(await ask({ table: '0', address: 0, write: [0, 1] })).toMatchObject({ exitCode: 0 });
    expect((await ask({ table: '0', address: 0, count: 2 })).values).toEqual([0, 1]);
    const beyond: MbpollRequest[] = [{ table: '4', address: 3 }, { table: '4', address: 3, write: [1] }, { table: '3', address: 0, count: 100 }];
    for (const request of beyond) {
      const refused = await ask(request);
      expect(refused.output).toContain('Illegal data address');
      expect(refused.exitCode).not.toBe(0);
    }
  });

  test('each unit of a serial line is a device of its own', async () => {
    expect(await mbpoll(device(serial, 1), { table: '4', address: 0, write: [1_111] })).toMatchObject({ exitCode: 0 });
    expect((await mbpoll(device(serial, 1), { table: '4', address: 0 })).values).toEqual([1_111]);
    expect((await mbpoll(device(serial, 0), { table: '4', address: 0 })).values).not.toEqual([1_111]);
  });
});

describeWith([MOSQUITTO_PUB, MOSQUITTO_SUB, STDBUF], 'mosquitto clients at the gateway', () => {
  describe.each([
    ['directly', 'direct', () => ports.mqtt],
    ['through a link that delays and cuts up what passes', 'faulty', () => ports.link],
  ])('%s', (_name, root, portOf) => {
    test.each([0, 1, 2])('subscribed at QoS %d: a message comes at the lower of the two', async (granted) => {
      const subscriber = await subscribe(portOf(), '-t', `${root}/qos-${granted}/+`, '-q', String(granted));
      const topicOf = (qos: number): string => `${root}/qos-${granted}/${qos}`;
      for (const qos of [0, 1, 2]) await mosquittoPub(portOf(), ['-t', topicOf(qos), '-q', String(qos), '-m', `at ${qos}`]);
      const expected = [0, 1, 2].map((qos) => ({ topic: topicOf(qos), qos: Math.min(qos, granted), retain: false, payload: `at ${qos}` }));
      expect(await subscriber.take(3)).toEqual(expected);
    });

    test('60 lines at QoS 2 arrive once each and in order', async () => {
      const subscriber = await subscribe(portOf(), '-t', `${root}/lines`, '-q', '2');
      const lines = Array.from({ length: 60 }, (_line, index) => `line ${index} ${'.'.repeat(index)}`);
      await mosquittoPub(portOf(), ['-t', `${root}/lines`, '-q', '2', '-l'], `${lines.join('\n')}\n`);
      await mosquittoPub(portOf(), ['-t', `${root}/lines`, '-q', '2', '-m', 'end']);
      await subscriber.first(({ payload }) => payload === 'end');
      expect(subscriber.messages.map(({ payload }) => payload)).toEqual([...lines, 'end']);
    });

    test('a retained message waits for whoever subscribes later, until it is cleared', async () => {
      const [kept, cleared] = [`${root}/retained/kept`, `${root}/retained/cleared`];
      for (const topic of [cleared, kept]) await mosquittoPub(portOf(), ['-t', topic, '-q', '1', '-r', '-m', topic]);
      const later = await subscribe(portOf(), '-t', `${root}/retained/+`, '-q', '1');
      const both = (await later.take(2)).toSorted((a, b) => a.topic.localeCompare(b.topic));
      expect(both).toEqual([cleared, kept].map((topic) => ({ topic, qos: 1, retain: true, payload: topic })));
      await mosquittoPub(portOf(), ['-t', cleared, '-q', '1', '-r', '-n']);
      const last = await subscribe(portOf(), '-t', `${root}/retained/+`, '-W', '1');
      expect(await last.ended).toBe(27);
      expect(last.messages.map(({ topic }) => topic)).toEqual([kept]);
    });

    test('a will is published for a client that dies, and not for one that leaves', async () => {
      const heir = await subscribe(portOf(), '-t', `${root}/will/+`, '-q', '1');
      const gone = ['--will-payload', 'gone', '--will-qos', '1'];
      const will = (name: string): string[] => ['-t', 'nothing', '--will-topic', `${root}/will/${name}`, ...gone];
      const leaving = await subscribe(portOf(), ...will('leaves'));
      leaving.child.kill('SIGTERM');
      await leaving.ended;
      const dying = await subscribe(portOf(), ...will('dies'));
      dying.child.kill('SIGKILL');
      expect(await heir.take(1)).toEqual([{ topic: `${root}/will/dies`, qos: 1, retain: false, payload: 'gone' }]);
    });

    test('a session that is kept gets what was published while its client was away', async () => {
      const session = ['-i', `${root}-away`, '-c', '-t', `${root}/away`, '-q', '2'];
      const first = startMosquittoSub(portOf(), [...session, '-E']);
      subscribers.push(first);
      expect(await first.ended).toBe(0);
      for (const qos of ['1', '2']) await mosquittoPub(portOf(), ['-t', `${root}/away`, '-q', qos, '-m', `for later ${qos}`]);
      const second = startMosquittoSub(portOf(), session);
      subscribers.push(second);
      expect((await second.take(2)).map(({ qos, payload }) => [qos, payload])).toEqual([[1, 'for later 1'], [2, 'for later 2']]);
    });
  });

  test('the link did delay and cut up, and carried what it took', async () => {
    link.child.stdin?.write(`${JSON.stringify({ id: 7, command: 'fault.stop', params: { fault: 'slice#2' } })}\n`);
    const [, reply = ''] = await link.seen(/^(\{"event":"reply","id":7.*\})\n/mu);
    const counters = z.object({ delayed: z.number(), sliced: z.number(), dropped: z.number() });
    const { data } = z.object({ ok: z.literal(true), data: counters }).parse(JSON.parse(reply));
    expect(data.delayed).toBeGreaterThan(100);
    expect(data.sliced).toBeGreaterThan(100);
    expect(data.dropped).toBe(0);
  });

  test('a client of MQTT 5, which the broker does not speak, is told so', async () => {
    const refused = startMosquittoSub(ports.mqtt, ['-V', 'mqttv5', '-t', 'x']);
    subscribers.push(refused);
    await expect(refused.subscribed).rejects.toThrow('Unsupported Protocol Version');
  });
});

describeWith([XMLLINT], 'junit.xml of a real run', () => {
  test('is well-formed for xmllint, and counts what run.json counts', async () => {
    const out = join(folder, 'runs');
    const { code } = await runCli(['run', THREE_VERDICTS, '--seed', '1', '--out', out]);
    expect(code).toBe(1);
    const [run = ''] = runFolders(out);
    const verdicts = readRecord(run).checks.map(({ judgement }) => judgement.verdict);
    expect(verdicts.toSorted()).toEqual(['fail', 'inconclusive', 'pass', 'pass']);
    const file = join(run, 'junit.xml');
    const xmllint = (...words: string[]): string => execFileSync(pathOf(XMLLINT), [...words, file], { encoding: 'utf8' }).trim();
    expect(xmllint('--noout')).toBe('');
    const evaluate = (expression: string): string => xmllint('--xpath', expression);
    const failures = verdicts.filter((verdict) => verdict === 'fail').length;
    const errors = verdicts.filter((verdict) => !['fail', 'pass'].includes(verdict)).length;
    for (const element of ['/testsuites', '/testsuites/testsuite']) {
      const counts = ['tests', 'failures', 'errors'].map((name) => Number(evaluate(`string(${element}/@${name})`)));
      expect(counts, element).toEqual([verdicts.length, failures, errors]);
    }
    const elements = ['testcase', 'failure', 'error'].map((name) => Number(evaluate(`count(//${name})`)));
    expect(elements).toEqual([verdicts.length, failures, errors]);
    expect(evaluate('string(//error/@type)')).toBe('inconclusive');
  });
});
