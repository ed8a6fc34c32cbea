import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadGatewayConfig } from './load-gateway-config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, text);
  return file;
}

const DEVICE = '{ id: pump-1, unit: 1, profile: pump-station }';

test('defaults are filled in, and the hash is that of the meaning', () => {
  const short = loadGatewayConfig(fileOf('id: edge-1\n'));
  expect(short.config).toMatchObject({ id: 'edge-1', mqtt: { port: 1_883 }, broker: { packetBytesMax: 1_048_576 }, southbound: { lines: [] } });
  const spelledOut = loadGatewayConfig(fileOf('# the same\nmqtt: { port: 1883 }\nid: edge-1\n'));
  expect(spelledOut.sha256).toBe(short.sha256);
  expect(loadGatewayConfig(fileOf('id: edge-2\n')).sha256).not.toBe(short.sha256);
});

test('a line has one request outstanding and groups by default, no address is forbidden, and commands are off', () => {
  const { config } = loadGatewayConfig(fileOf(`id: edge-1\n${linesOf(lineOf('a', DEVICE))}\n`));
  expect(config.southbound).toMatchObject({
    commands: { enabled: false },
    lines: [{ outstandingMax: 1, grouping: { enabled: true, gapRegisters: 16, gapBits: 64 }, devices: [{ grouping: {}, limits: { registersMax: 125, bitsMax: 2_000 }, forbidden: [] }] }],
  });
});

test('a shipped profile and one beside the file are found', () => {
  const resource = '{ name: Level, attributes: { primaryTable: INPUT_REGISTERS, startingAddress: 0 }, properties: { valueType: Uint16, readWrite: R } }';
  writeFileSync(join(folder, 'mine.yaml'), `name: mine\ndeviceResources: [${resource}]\n`);
  const { config } = loadGatewayConfig(fileOf(`
id: edge-1
southbound:
  lines:
    - { id: a, transport: modbus-tcp, devices: [${DEVICE}, { id: mine-1, unit: 2, profile: mine.yaml }] }
`));
  expect(config.southbound.lines[0]?.devices).toHaveLength(2);
});

const lineOf = (id: string, device: string): string => `{ id: ${id}, transport: modbus-tcp, devices: [${device}] }`;
const linesOf = (...lines: readonly string[]): string => ['southbound:', '  lines:', ...lines.map((line) => `    - ${line}`)].join('\n');
const OTHER_DEVICE = DEVICE.replace('pump-1', 'pump-2');
const MISSPELT = DEVICE.replace('pump-station', 'pump-statoin');
const withRule = (rule: string): string => linesOf(lineOf('a', DEVICE.replace(' }', `, ${rule} }`)));
const FORBIDDEN_LEVEL = withRule('forbidden: [{ table: COILS, address: 900 }, { table: INPUT_REGISTERS, address: 0, count: 2 }]');
const FORWARD = 'uplink:\n  url: mqtt://127.0.0.1:1883\n  forward: [{ filter: "a/#" }, { filter: "a#" }]';

test.each([
  ['two lines of one id', linesOf(lineOf('a', DEVICE), lineOf('a', OTHER_DEVICE)), 'FP_SCHEMA', 5, 'southbound.lines.1.id'],
  ['one device id on two lines', linesOf(lineOf('a', DEVICE), lineOf('b', DEVICE)), 'FP_SCHEMA', 5, 'southbound.lines.1.devices.0.id'],
  ['an unknown profile', linesOf(lineOf('a', MISSPELT)), 'FP_PROFILE_UNKNOWN', 4, 'southbound.lines.0.devices.0.profile'],
  ['a topic without its point', 'telemetry:\n  topic: telemetry/{device}', 'FP_SCHEMA', 3, 'telemetry.topic'],
  ['a topic with a wildcard', 'telemetry:\n  topic: +/{device}/{point}', 'FP_SCHEMA', 3, 'telemetry.topic'],
  ['a malformed filter', FORWARD, 'FP_SCHEMA', 4, 'uplink.forward.1.filter'],
  ['a point in forbidden addresses', FORBIDDEN_LEVEL, 'FP_SCHEMA', 4, 'southbound.lines.0.devices.0.forbidden.1'],
  ['a forbidden range beyond the table', withRule('forbidden: [{ table: COILS, address: 65535, count: 2 }]'), 'FP_SCHEMA', 4, 'southbound.lines.0.devices.0.forbidden.0.count'],
  ['a point longer than an answer of its device', withRule('limits: { registersMax: 1 }'), 'FP_SCHEMA', 4, 'southbound.lines.0.devices.0.limits.registersMax'],
  ['several requests at once on a serial line', linesOf(`{ id: a, transport: modbus-rtu, path: /dev/null, outstandingMax: 2, devices: [${DEVICE}] }`), 'FP_SCHEMA', 4, 'southbound.lines.0.outstandingMax'],
  ['a WebSocket with an engine that has none', 'mqtt:\n  websocket: { port: 8083 }', 'FP_SCHEMA', 3, 'mqtt.websocket'],
  ['a durable store without a folder', 'broker:\n  engine: core\n  store: { policy: fsync }', 'FP_SCHEMA', 4, 'broker.store.policy'],
  ['a folder with an engine that keeps nothing', 'broker:\n  engine: aedes\n  store: { path: store }', 'FP_SCHEMA', 4, 'broker.store.path'],
  ['a folder for what stays in memory', 'broker:\n  engine: core\n  store: { policy: memory, path: store }', 'FP_SCHEMA', 4, 'broker.store.path'],
  ['a misspelt key', 'broker: { packetBytesMx: 1MiB }', 'FP_SCHEMA', 2, 'broker.packetBytesMx'],
])('%s is refused with line and key', (_name, text, code, line, key) => {
  const file = fileOf(`id: edge-1\n${text}\n`);
  expect(() => loadGatewayConfig(file)).toThrow(expect.objectContaining({ code, place: expect.objectContaining({ line, key }) }));
});

test('a relative folder of the store starts at the folder of the file', () => {
  const { config } = loadGatewayConfig(fileOf('id: edge-1\nbroker: { engine: core, store: { path: data/store } }\n'));
  expect(config.broker.store).toMatchObject({ path: join(folder, 'data', 'store'), bytesMax: 1_073_741_824, messagesMax: 2_000_000 });
});

test('a profile that is wrong inside is placed there', () => {
  writeFileSync(join(folder, 'bad.yaml'), 'name: bad\ndeviceResources: []\n');
  const file = fileOf(`id: edge-1\n${linesOf(lineOf('a', '{ id: x, unit: 1, profile: bad.yaml }'))}\n`);
  const place = expect.objectContaining({ file: join(folder, 'bad.yaml') });
  expect(() => loadGatewayConfig(file)).toThrow(expect.objectContaining({ code: 'FP_SCHEMA', place }));
});
