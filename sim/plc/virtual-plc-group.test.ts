import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeAscii, encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { decodeResponse } from '../../hil/protocols/modbus/decode-response.ts';
import { encodeRequest } from '../../hil/protocols/modbus/encode-request.ts';
import type { ModbusRequest } from '../../hil/protocols/modbus/request.ts';
import { decodeTcp, encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { openSerial } from '../../hil/transport/serial-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import type { PlcGroupOptions } from './plc-group-options.ts';
import { startPlcGroup, type PlcGroup, type PlcGroupDevice } from './virtual-plc-group.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Running {
  readonly group: PlcGroup;
  readonly clock: ManualClock;
  readonly seen: { readonly type: string; readonly data: ObservationData }[];
}

async function start(options: PlcGroupOptions): Promise<Running> {
  const seen: { type: string; data: ObservationData }[] = [];
  const clock = createManualClock();
  const group = await startPlcGroup(options, {
    clock,
    random: randomFromSeed(1),
    observe: (type, data) => seen.push({ type, data }),
    log: silentLogger,
  });
  cleanUps.push(() => group.stop());
  return { group, clock, seen };
}

/** Asks a TCP device; the values of a read, none of a write, the exception code in place of them. */
async function ask({ endpoint, unit }: PlcGroupDevice, request: ModbusRequest): Promise<readonly (number | boolean)[] | string> {
  if (endpoint.transport !== 'modbus-tcp') throw new Error('not a TCP device');
  const link = await connectTcp(endpoint, { clock: realClock, timeoutMs: 5_000 });
  cleanUps.push(() => link.destroy());
  const response = await new Promise<Uint8Array>((resolve) => {
    link.onBytes((chunk) => {
      const decoded = decodeTcp(chunk);
      if (decoded.kind === 'frame') resolve(decoded.pdu);
    });
    void link.send(encodeTcp(1, unitId(unit), encodeRequest(request)));
  });
  const decoded = decodeResponse(response, request);
  if (decoded.kind === 'exception') return `exception ${decoded.exceptionCode}`;
  return decoded.kind === 'response' && 'values' in decoded ? decoded.values : [];
}

function deviceAt(group: PlcGroup, index: number): PlcGroupDevice {
  const device = group.devices[index];
  if (device === undefined) throw new Error(`no device ${index}`);
  return device;
}

const READ_LEVEL: ModbusRequest = { kind: 'request', functionCode: 4, address: 0, quantity: 1 };

test('TCP devices have a port each, unit 1, and are announced with what is needed to judge them', async () => {
  const { group, seen } = await start({ group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp', count: 3 });
  expect(group.devices.map(({ device, unit, profile }) => [device, unit, profile])).toEqual([
    ['pumps-1', 1, 'pump-station'],
    ['pumps-2', 1, 'pump-station'],
    ['pumps-3', 1, 'pump-station'],
  ]);
  expect(new Set(group.devices.map(({ endpoint }) => 'port' in endpoint && endpoint.port)).size).toBe(3);
  expect(seen.map(({ type, data }) => [type, data['device']])).toEqual([1, 2, 3].map((n) => ['plc.device', `pumps-${n}`]));
  expect(seen[0]?.data).toMatchObject({ unit: 1, profile: 'pump-station' });
  expect(seen[0]?.data['points']).toContainEqual({ name: 'Level', units: 'm', resolution: 0.001, deadband: 0.01, maxSilenceMs: 10_000 });
  expect(seen[0]?.data['points']).toContainEqual({ name: 'Pump1Running', units: '', resolution: 0, deadband: 0, maxSilenceMs: 10_000 });
});

test('each device has a process of its own, whoever else is there', async () => {
  const alone = await start({ group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp', count: 1 });
  const many = await start({ group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp', count: 2 });
  for (const { clock } of [alone, many]) clock.advance(3_000);
  const [level] = await ask(deviceAt(alone.group, 0), READ_LEVEL);
  expect(await ask(deviceAt(many.group, 0), READ_LEVEL)).toEqual([level]);
  expect(await ask(deviceAt(many.group, 1), READ_LEVEL)).not.toEqual([level]);
});

test('it reports what it served, wrote and refused, as the client can know it', async () => {
  const { group, clock, seen } = await start({ group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp' });
  clock.advance(2_000);
  const device = deviceAt(group, 0);
  const [raw] = await ask(device, READ_LEVEL);
  await ask(device, { kind: 'request', functionCode: 6, address: 0, value: 2_345 });
  await ask(device, { kind: 'request', functionCode: 3, address: 3, quantity: 1 });
  expect(seen.slice(1)).toEqual([
    { type: 'plc.served', data: { device: 'pumps-1', unit: 1, values: { Level: Number(raw) / 1_000 } } },
    { type: 'plc.written', data: { device: 'pumps-1', unit: 1, values: { StartLevel: 2.345 } } },
    { type: 'plc.exception', data: { device: 'pumps-1', unit: 1, functionCode: 3, exceptionCode: 2 } },
  ]);
});

test('the time scale speeds the process up', async () => {
  const options = { group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp' } as const;
  const [slow, fast] = [await start({ ...options, timeScale: 1 }), await start({ ...options, timeScale: 60 })];
  for (const { clock } of [slow, fast]) clock.advance(60_000);
  slow.clock.advance(59 * 60_000);
  expect(await ask(deviceAt(slow.group, 0), READ_LEVEL)).toEqual(await ask(deviceAt(fast.group, 0), READ_LEVEL));
});

test('set forces a value until release', async () => {
  const { group } = await start({ group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp' });
  const device = deviceAt(group, 0);
  const [before] = await ask(device, READ_LEVEL);
  group.set('pumps-1', 'Level', 4.999);
  expect(await ask(device, READ_LEVEL)).toEqual([4_999]);
  group.release('pumps-1', 'Level');
  expect(await ask(device, READ_LEVEL)).toEqual([before]);
  expect(() => group.set('pumps-2', 'Level', 1)).toThrow('pumps-1 to pumps-1');
  expect(() => group.set('pumps-1', 'Depth', 1)).toThrow('Depth');
  expect(() => group.set('pumps-1', 'Level', -1)).toThrow('Level');
});

test('RTU devices share one line with the unit ids given', async () => {
  const { group } = await start({ group: 'line-a', profile: 'motor-drive', transport: 'modbus-rtu', units: [1, 2, 30], baudRate: 9_600 });
  expect(group.devices.map(({ device, unit }) => [device, unit])).toEqual([
    ['line-a-1', 1],
    ['line-a-2', 2],
    ['line-a-3', 30],
  ]);
  const { endpoint } = deviceAt(group, 0);
  const path: unknown = expect.stringMatching(/^\/dev\//u);
  expect(endpoint).toEqual({ transport: 'modbus-rtu', path, baudRate: 9_600, parity: 'even', stopBits: 1 });
  for (const device of group.devices) expect(device.endpoint).toEqual(endpoint);
});

test('stop can be called again', async () => {
  const { group } = await start({ group: 'line-a', profile: 'motor-drive', transport: 'modbus-rtu', count: 2 });
  await group.stop();
  await group.stop();
});

/** A port that is taken while the one before it is free: other tests hold ports of the same range. */
async function takenAfterFree(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
    cleanUps.push(() => new Promise((resolve) => taken.close(resolve)));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const before = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      before.once('error', () => resolve(false));
      before.listen(port - 1, '127.0.0.1', () => before.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('no two ports in a row are free');
}

test('a port that is taken ends the start, and the ports before it are free again', async () => {
  const port = (await takenAfterFree()) - 1;
  const options = { group: 'pumps', profile: 'pump-station', transport: 'modbus-tcp', port } as const;
  await expect(start({ ...options, count: 2 })).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
  const { group } = await start({ ...options, count: 1 });
  expect(deviceAt(group, 0).endpoint).toMatchObject({ port });
});

test.each([
  ['no device at all', { transport: 'modbus-tcp', count: 0 }],
  ['a unit id twice on one line', { transport: 'modbus-rtu', units: [1, 1] }],
  ['a reserved unit id', { transport: 'modbus-rtu', units: [248] }],
  ['more devices than a line has unit ids', { transport: 'modbus-rtu', count: 248 }],
  ['ports beyond the last', { transport: 'modbus-tcp', port: 65_535, count: 2 }],
  ['time that stands still', { transport: 'modbus-tcp', timeScale: 0 }],
] as const)('refuses %s', async (_name, options) => {
  await expect(start({ group: 'g', profile: 'pump-station', ...options })).rejects.toMatchObject({ code: 'FP_LIMIT' });
});

test('a profile from a file runs without a model of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-plc-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'probe.yaml'),
    `name: probe
deviceResources:
  - name: Depth
    attributes: { primaryTable: HOLDING_REGISTERS, startingAddress: 40 }
    properties: { valueType: Uint16, readWrite: RW }
`,
  );
  const { group } = await start({ group: 'probes', profile: 'probe.yaml', profileFolder: folder, transport: 'modbus-tcp' });
  const device = deviceAt(group, 0);
  await ask(device, { kind: 'request', functionCode: 6, address: 40, value: 77 });
  expect(await ask(device, { kind: 'request', functionCode: 3, address: 40, quantity: 1 })).toEqual([77]);
});

test('ASCII devices share one line, and say who their profile says they are', async () => {
  const { group, clock } = await start({ group: 'line-b', profile: 'motor-drive', transport: 'modbus-ascii', units: [1, 2], functionCodes: [3, 43] });
  const { endpoint } = deviceAt(group, 1);
  expect(endpoint).toMatchObject({ transport: 'modbus-ascii', baudRate: 19_200, parity: 'even', stopBits: 1 });
  if ('port' in endpoint) throw new Error('not a serial device');
  const port = await openSerial(endpoint.path, endpoint);
  cleanUps.push(() => port.destroy());
  let heard = '';
  port.onBytes((chunk) => (heard += Buffer.from(chunk).toString('latin1')));
  const askAscii = async (unit: number, pdu: string): Promise<string> => {
    heard = '';
    await port.send(encodeAscii(unitId(unit), Buffer.from(pdu, 'hex')));
    await expect
      .poll(async () => {
        await clock.advanceAsync(1_000);
        return heard;
      })
      .toContain('\r\n');
    const decoded = decodeAscii(Buffer.from(heard, 'latin1'));
    return decoded.kind === 'frame' ? `${decoded.unitId} ${Buffer.from(decoded.pdu).toString('latin1')}` : heard;
  };
  expect(await askAscii(2, '2b0e0100')).toContain('Fieldproof');
  expect(await askAscii(1, '060000ffff')).toBe('1 \x86\x01');
});
