import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../runtime/log.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { createApi, HEADER_BYTES_MAX, type Api } from './api.ts';
import type { GatewayStatus } from './gateway-status.ts';

const READY: GatewayStatus = {
  isMqttListening: true,
  broker: { connectedClients: 3, messagesAccepted: 10, messagesDelivered: 20, refused: { malformed: 2 } },
  southbound: {
    polls: 9, requests: 8, timeouts: 1, exceptions: 2, corrupt: 3, late: 4, overruns: 0, reports: 7,
    lines: [{ id: 'a', connected: true, devices: [] }, { id: 'b', connected: true, devices: [] }],
  },
  uplink: {
    isUp: true, isStoring: true, messages: 5, bytes: 500, inFlight: 6, forwarded: 40,
    dropped: { full: 1, off: 0, refused: 0, lost: 0, stopped: 0 },
  },
};

function uplinkDown(isStoring: boolean): GatewayStatus['uplink'] {
  const dropped = { full: 0, off: 0, refused: 0, lost: 0, stopped: 0 };
  return { isUp: false, isStoring, messages: 0, bytes: 0, inFlight: 0, forwarded: 0, dropped };
}

function linesOf(isSecondConnected: boolean): GatewayStatus['southbound'] {
  return { ...READY.southbound, lines: [{ id: 'a', connected: true, devices: [] }, { id: 'b', connected: isSecondConnected, devices: [] }] };
}

let status: GatewayStatus | Error;
let api: Api;
let base: string;

beforeEach(async () => {
  status = READY;
  api = createApi({
    clock: realClock,
    log: silentLogger,
    configSha256: 'ab'.repeat(32),
    status: () => {
      if (status instanceof Error) throw status;
      return status;
    },
  });
  base = `http://127.0.0.1:${(await api.listen('127.0.0.1', 0)).port}`;
});

afterEach(() => api.close());

test('/healthz tells version, configuration and uptime', async () => {
  const response = await fetch(`${base}/healthz`);
  expect(response.status).toBe(200);
  const version = expect.stringMatching(/^\d+\.\d+\.\d+/u);
  expect(await response.json()).toEqual({ status: 'ok', version, configSha256: 'ab'.repeat(32), uptimeSeconds: expect.any(Number) });
});

test('/readyz is 200 when everything is there', async () => {
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  status = { ...READY, uplink: undefined };
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
});

test.each([
  ['MQTT', { isMqttListening: false }, ['the MQTT listener is not bound']],
  ['a line', { southbound: linesOf(false) }, ['southbound line b is not connected']],
  ['the uplink, not stored for', { uplink: uplinkDown(false) }, ['the uplink is not connected, and store-and-forward is disabled']],
] as const)('/readyz is 503 without %s', async (_name, change, reasons) => {
  status = { ...READY, ...change };
  const response = await fetch(`${base}/readyz`);
  expect(response.status).toBe(503);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'The gateway is not ready.' };
  expect(await response.json()).toEqual({ ...problem, reasons });
});

test('/readyz is 200 while the uplink is down and stored for', async () => {
  status = { ...READY, uplink: uplinkDown(true) };
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
});

test('/metrics shows every figure with its help text, totals not summed up twice', async () => {
  await fetch(`${base}/metrics`);
  const response = await fetch(`${base}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = (await response.text()).split('\n');
  for (const line of [
    'fieldproof_gateway_messages_accepted_total 10',
    'fieldproof_gateway_clients_connected 3',
    'fieldproof_gateway_refusals_total{reason="malformed"} 2',
    'fieldproof_gateway_southbound_timeouts_total 1',
    'fieldproof_gateway_southbound_line_connected{line="b"} 1',
    'fieldproof_gateway_uplink_backlog_messages 5',
    'fieldproof_gateway_uplink_dropped_total{reason="full"} 1',
  ]) expect(lines).toContain(line);
  const names = new Set(lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/[{ ].*$/u, '')));
  for (const name of names) expect(lines.some((line) => line.startsWith(`# HELP ${name} `))).toBe(true);
  expect([...names].every((name) => name.startsWith('fieldproof_gateway_'))).toBe(true);
});

const STORE: NonNullable<GatewayStatus['broker']['store']> = {
  policy: 'fsync', writes: 7, writtenBytes: 700, failures: 2, failure: undefined, payloadBytes: 64, lost: { queued: 3 },
  rows: { sessions: 1, subscriptions: 2, wills: 0, retained: 0, queued: 4, inFlight: 0, incoming: 0 },
  recovery: {
    damage: 'rows', found: { sessions: 1, subscriptions: 2, wills: 0, retained: 0, queued: 4, inFlight: 0, incoming: 0 },
    lost: { queued: 3 }, lostCommits: 1, surplus: {}, setAside: undefined, tookMs: 250,
  },
};

test("the broker's store is in /healthz, /readyz and /metrics", async () => {
  status = { ...READY, broker: { ...READY.broker, store: STORE } };
  expect(await (await fetch(`${base}/healthz`)).json()).toMatchObject({ store: { policy: 'fsync', status: 'ok', lost: { queued: 3 }, recovery: { damage: 'rows', lostCommits: 1 } } });
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  const lines = (await (await fetch(`${base}/metrics`)).text()).split('\n');
  for (const line of ['writes_total 7', 'failures_total 2', 'failing 0', 'recovery_seconds 0.25', 'rows{kind="queued"} 4', 'lost_rows_total{kind="queued"} 3']) {
    expect(lines).toContain(`fieldproof_gateway_broker_store_${line}`);
  }
  status = { ...READY, broker: { ...READY.broker, store: { ...STORE, failure: 'disk full' } } };
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ reasons: ['the broker cannot store: disk full'] })]);
});

test('/metrics has no uplink figures without an uplink', async () => {
  status = { ...READY, uplink: undefined, broker: { ...READY.broker, refused: {} } };
  const response = await fetch(`${base}/metrics`);
  expect(response.status).toBe(200);
  expect(await response.text()).not.toMatch(/^fieldproof_gateway_(?:uplink|refusals)/mu);
});

test.each([
  ['an unknown path', '/nowhere', {}, 404],
  ['another method', '/healthz', { method: 'DELETE' }, 404],
  ['a malformed target', '/%zz', {}, 400],
  ['a body that is too large', '/healthz', { method: 'POST', body: 'x'.repeat(70_000), headers: { 'content-type': 'application/json' } }, 413],
])('%s is a problem document', async (_name, path, init, code) => {
  const response = await fetch(base + path, init);
  expect(response.status).toBe(code);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ type: 'about:blank', status: code });
});

test('a failure inside is 500 and tells nothing of the inside', async () => {
  status = new Error('secret detail');
  const response = await fetch(`${base}/readyz`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
});

test.each([
  ['headers beyond the bound', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`, 431],
  ['garbage', '\u0001\u0002\r\n\r\n', 400],
])('%s is answered on the socket', async (_name, request, code) => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(base).port) });
  socket.write(request);
  const answer = await text(socket);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `, 'u'));
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: code });
});

test('a port in use is FP_PORT_IN_USE', async () => {
  const second = createApi({ clock: realClock, log: silentLogger, configSha256: '', status: () => READY });
  await expect(second.listen('127.0.0.1', Number(new URL(base).port))).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
  await second.close();
});
