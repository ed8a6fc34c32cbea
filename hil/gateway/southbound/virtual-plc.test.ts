import { afterEach, expect, test, vi } from 'vitest';
import { startPlcGroup, type PlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
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

function startSouthbound(lines: NonNullable<NonNullable<GatewayConfigInput['southbound']>['lines']>): Southbound {
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

test.each(['modbus-rtu', 'modbus-ascii'] as const)('over a serial line in %s two drives are polled in turn', async (transport) => {
  const { devices } = await startGroup({ group: 'drive', profile: 'motor-drive', units: [3, 5], transport, baudRate: 115_200 });
  const endpoint = devices[0]?.endpoint;
  const path = endpoint !== undefined && 'path' in endpoint ? endpoint.path : '';
  const gateway = startSouthbound([
    {
      id: 'line-serial',
      transport,
      path,
      baudRate: 115_200,
      parity: 'none',
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
