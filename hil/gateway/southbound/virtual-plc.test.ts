import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startPlcGroup, type PlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
import type { PlcEndpoint } from '../../../sim/plc/plc-lines.ts';
import type { PlcGroupOptions } from '../../../sim/plc/plc-group-options.ts';
import { silentLogger } from '../../runtime/log.ts';
import type { ObservationData } from '../../runtime/observation.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { createOpenLink } from '../../transport/open-link.ts';
import { gatewayConfigSchema, type GatewayConfigInput } from '../config/gateway-config.ts';
import { loadProfile } from './load-profile.ts';
import type { PointReport } from './polled-device.ts';
import { pointsOf } from './point.ts';
import { createSouthbound, type Southbound } from './southbound.ts';

let group: PlcGroup | undefined;
let southbound: Southbound | undefined;
const reports: PointReport[] = [];
const served: ObservationData[] = [];
const failed: ObservationData[] = [];

afterEach(async () => {
  await southbound?.stop();
  await group?.stop();
  for (const list of [reports, served, failed]) list.length = 0;
});

async function startGroup(options: PlcGroupOptions): Promise<PlcGroup> {
  group = await startPlcGroup(options, {
    clock: realClock,
    random: randomFromSeed(7),
    log: silentLogger,
    observe: (type, data) => {
      if (type === 'plc.served') served.push(data);
    },
  });
  return group;
}

type LineInput = NonNullable<NonNullable<GatewayConfigInput['southbound']>['lines']>[number];
/** A line without what is said where it is used. */
type Rest<Line> = Line extends unknown ? Omit<Line, 'id' | 'devices'> : never;

function startSouthbound(lines: LineInput[]): Southbound {
  southbound = createSouthbound(gatewayConfigSchema.parse({ id: 'edge', southbound: { lines } }).southbound, {
    clock: realClock,
    random: randomFromSeed(8),
    log: silentLogger,
    openLink: createOpenLink({ clock: realClock, timeoutMs: 2_000 }),
    loadProfile: (name) => loadProfile(name),
    observe: (type, data) => {
      if (type === 'southbound.failed') failed.push(data);
    },
    onReport: (report) => void reports.push(report),
  });
  southbound.start();
  return southbound;
}

const until = (condition: () => boolean): Promise<void> => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 15_000, interval: 10 });

/** Every value ever served for a point of a device, as the virtual PLC observed it. */
function servedValues(device: string, point: string): unknown[] {
  return served.filter((data) => data['device'] === device).map((data) => (data['values'] instanceof Object ? Reflect.get(data['values'], point) : undefined));
}

/** A pseudo-terminal has no parity. */
function lineTo(endpoint: PlcEndpoint | undefined): Rest<LineInput> {
  switch (endpoint?.transport) {
    case 'modbus-rtu':
      return { transport: endpoint.transport, path: endpoint.path, baudRate: 115_200, parity: 'none' };
    case 'modbus-ascii':
      return { transport: endpoint.transport, path: endpoint.path, baudRate: 115_200, parity: 'none' };
    case 'modbus-rtu-tcp':
      return { transport: endpoint.transport, port: endpoint.port, baudRate: 115_200 };
    case 'modbus-tcp':
    case undefined:
    default:
      throw new Error('no serial line');
  }
}

test('over TCP every point of a pump station arrives with a value that the PLC really served', async () => {
  const { devices } = await startGroup({ group: 'pump', profile: 'pump-station', count: 2, transport: 'modbus-tcp' });
  startSouthbound(
    devices.map(({ device, unit, profile, endpoint }, index) => {
      const port = 'port' in endpoint ? endpoint.port : 0;
      return { id: `line-${index}`, transport: 'modbus-tcp', port, devices: [{ id: device, unit, profile, pollEvery: '50ms' }] };
    }),
  );
  const names = pointsOf(loadProfile('pump-station')).map((point) => point.name);
  await until(() => devices.every(({ device }) => names.every((name) => reports.some((report) => report.device === device && report.point === name))));
  await until(() => reports.some((report) => report.n >= 3));
  for (const { device, point, value } of reports) expect(servedValues(device, point)).toContain(value);
  expect(failed).toEqual([]);
});

test('a set point is written, read back and seen by the PLC', async () => {
  const { devices } = await startGroup({ group: 'pump', profile: 'pump-station', transport: 'modbus-tcp' });
  const endpoint = devices[0]?.endpoint;
  const port = endpoint !== undefined && 'port' in endpoint ? endpoint.port : 0;
  const gateway = startSouthbound([{ id: 'line-a', transport: 'modbus-tcp', port, devices: [{ id: 'pump-1', unit: 1, profile: 'pump-station', pollEvery: '50ms' }] }]);
  await until(() => reports.length > 0);
  expect(await gateway.write('pump-1', 'StartLevel', 2.345)).toEqual({ kind: 'written', value: 2.345, verified: true });
  expect(await gateway.write('pump-1', 'Pump1Enable', false)).toEqual({ kind: 'written', value: false, verified: true });
  expect(await gateway.write('pump-1', 'StartLevel', 5)).toMatchObject({ kind: 'refused' });
  expect(servedValues('pump-1', 'StartLevel')).toContain(2.345);
});

test.each(['modbus-rtu', 'modbus-ascii', 'modbus-rtu-tcp'] as const)('over a serial line in %s two drives are polled in turn', async (transport) => {
  const { devices } = await startGroup({ group: 'drive', profile: 'motor-drive', units: [3, 5], transport, baudRate: 115_200 });
  const endpoint = devices[0]?.endpoint;
  const gateway = startSouthbound([
    {
      id: 'line-serial',
      ...lineTo(endpoint),
      devices: devices.map(({ device, unit, profile }) => ({ id: device, unit, profile, pollEvery: '200ms' })),
    },
  ]);
  const names = pointsOf(loadProfile('motor-drive')).map((point) => point.name);
  await until(() => devices.every(({ device }) => names.every((name) => reports.some((report) => report.device === device && report.point === name))));
  for (const { device, point, value } of reports) expect(servedValues(device, point)).toContain(value);
  expect(await gateway.write('drive-2', 'SpeedSetpoint', -900)).toEqual({ kind: 'written', value: -900, verified: true });
  expect(failed).toEqual([]);
  expect(gateway.stats()).toMatchObject({ timeouts: 0, corrupt: 0 });
});

describe('points that share registers by mask and shift', () => {
  const FIELDS = `name: fields
deviceResources:
${field('Mode', 'startingAddress: 10', 'valueType: Uint16, readWrite: RW, mask: 0x000F')}
${field('Stage', 'startingAddress: 10', 'valueType: Uint16, readWrite: RW, mask: 0x0F00, shift: -8, maximum: 9')}
${field('Alarm', 'startingAddress: 10, rawType: Bool, bit: 15', 'valueType: Bool, readWrite: RW')}
${field('Batch', 'startingAddress: 20, isWordSwap: true', 'valueType: Uint32, readWrite: RW, mask: 0x00FFFF00, shift: -8')}
`;

  function field(name: string, attributes: string, properties: string): string {
    return `  - { name: ${name}, attributes: { primaryTable: HOLDING_REGISTERS, ${attributes} }, properties: { ${properties} } }`;
  }

  test('each is read, written and seen by the PLC without the others changing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldproof-fields-'));
    try {
      const profile = join(folder, 'fields.yaml');
      writeFileSync(profile, FIELDS);
      const plcs = await startGroup({ group: 'cell', profile, transport: 'modbus-tcp' });
      const endpoint = plcs.devices[0]?.endpoint;
      const port = endpoint !== undefined && 'port' in endpoint ? endpoint.port : 0;
      const gateway = startSouthbound([{ id: 'line-a', transport: 'modbus-tcp', port, devices: [{ id: 'cell-1', unit: 1, profile, pollEvery: '50ms' }] }]);
      await until(() => reports.length >= 4);
      for (const [point, value] of [['Mode', 5], ['Stage', 9], ['Alarm', true], ['Batch', 4_711]] as const) {
        expect(await gateway.write('cell-1', point, value)).toEqual({ kind: 'written', value, verified: true });
      }
      expect(await gateway.write('cell-1', 'Mode', 16)).toMatchObject({ kind: 'refused', because: expect.stringContaining('mask 0xf and shift 0 have no bits for') });
      const latest = (point: string): unknown => reports.findLast((report) => report.point === point)?.value;
      await until(() => latest('Mode') === 5 && latest('Stage') === 9 && latest('Alarm') === true && latest('Batch') === 4_711);
      expect(['Mode', 'Stage', 'Alarm', 'Batch'].map((point) => servedValues('cell-1', point).findLast((value) => value !== undefined))).toEqual([5, 9, true, 4_711]);
      plcs.set('cell-1', 'Stage', 2);
      await until(() => latest('Stage') === 2);
      expect(latest('Mode')).toBe(5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
