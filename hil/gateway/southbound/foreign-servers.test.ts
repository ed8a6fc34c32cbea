import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { compileLibmodbusPeer, LIBMODBUS, type LibmodbusPeer } from '../../../sim/plc/libmodbus-peer.contract.ts';
import { PYMODBUS, startPymodbusStation } from '../../../sim/line/pymodbus-station.contract.ts';
import { SOCAT, socatCable, socatSerialServer, type SocatCable } from '../../../sim/line/socat.contract.ts';
import { describeWith } from '../../runtime/foreign-program.contract.ts';
import { silentLogger } from '../../runtime/log.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { createOpenLink } from '../../transport/open-link.ts';
import { gatewayConfigSchema, type GatewayConfigInput } from '../config/gateway-config.ts';
import { deviceProfileSchema } from './device-profile.ts';
import type { PointReport } from './polled-device.ts';
import { createSouthbound, type Southbound } from './southbound.ts';

const UNIT = 5;
const BAUD_RATE = 115_200;
/** A line without what all lines here have in common. */
type Rest<Line> = Line extends unknown ? Omit<Line, 'id' | 'devices' | 'timeout'> : never;
type LineInput = NonNullable<NonNullable<GatewayConfigInput['southbound']>['lines']>[number];

const resource = (name: string, primaryTable: string, startingAddress: number, valueType: string, readWrite: string): object => ({
  name,
  attributes: { primaryTable, startingAddress },
  properties: { valueType, readWrite },
});
/** What `libmodbus-peer.c` serves. */
const LIBMODBUS_PROFILE = deviceProfileSchema.parse({
  name: 'libmodbus',
  deviceResources: [
    resource('H7', 'HOLDING_REGISTERS', 7, 'Uint16', 'RW'),
    resource('I7', 'INPUT_REGISTERS', 7, 'Uint16', 'R'),
    resource('C8', 'COILS', 8, 'Bool', 'RW'),
    resource('C9', 'COILS', 9, 'Bool', 'RW'),
    resource('D9', 'DISCRETES_INPUT', 9, 'Bool', 'R'),
    resource('D10', 'DISCRETES_INPUT', 10, 'Bool', 'R'),
  ],
});
/** What `startPymodbusStation` serves. */
const PYMODBUS_PROFILE = deviceProfileSchema.parse({
  name: 'pymodbus',
  deviceResources: [resource('H0', 'HOLDING_REGISTERS', 0, 'Uint16', 'RW'), resource('H1', 'HOLDING_REGISTERS', 1, 'Uint16', 'R')],
});

const cleanUps: (() => unknown)[] = [];
const reports: PointReport[] = [];
const lost: string[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  reports.length = 0;
  lost.length = 0;
});

/** Starts the gateway's southbound with one line; its one device is polled at short intervals. */
function poll(line: Rest<LineInput>, profile: typeof LIBMODBUS_PROFILE, unit = UNIT): Southbound {
  const devices = [{ id: 'foreign', unit, profile: 'foreign', pollEvery: '30ms' }];
  const { southbound: config } = gatewayConfigSchema.parse({ id: 'edge', southbound: { lines: [{ id: 'line-a', timeout: '300ms', ...line, devices }] } });
  const southbound = createSouthbound(config, {
    clock: realClock,
    random: randomFromSeed(8),
    log: silentLogger,
    openLink: createOpenLink({ clock: realClock, timeoutMs: 2_000 }),
    loadProfile: () => profile,
    observe: (type, data) => {
      if (type === 'southbound.lost' && typeof data['reason'] === 'string') lost.push(data['reason']);
    },
    onReport: (report) => void reports.push(report),
  });
  southbound.start();
  cleanUps.push(() => southbound.stop());
  return southbound;
}

const until = (condition: () => boolean): Promise<void> => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 15_000, interval: 10 });
const valuesNow = (): Record<string, unknown> => Object.fromEntries(reports.map(({ point, value }) => [point, value]));

async function cable(): Promise<SocatCable> {
  const made = await socatCable();
  cleanUps.push(() => made.remove());
  return made;
}

describeWith([LIBMODBUS, SOCAT], 'a libmodbus server polled by the gateway', () => {
  let peer: LibmodbusPeer;
  beforeAll(() => {
    peer = compileLibmodbusPeer();
  });
  afterAll(() => peer.remove());

  async function serve(...where: readonly string[]): Promise<number> {
    const server = await peer.serve(...where);
    cleanUps.push(() => server.stop());
    return server.port;
  }

  async function judge(southbound: Southbound): Promise<void> {
    await until(() => reports.length >= 6);
    expect(valuesNow()).toEqual({ H7: 1_007, I7: 2_007, C8: true, C9: false, D9: true, D10: false });
    expect(await southbound.write('foreign', 'H7', 4_711)).toEqual({ kind: 'written', value: 4_711, verified: true });
    expect(await southbound.write('foreign', 'C9', true)).toEqual({ kind: 'written', value: true, verified: true });
    expect(southbound.stats()).toMatchObject({ timeouts: 0, corrupt: 0 });
  }

  test('over TCP', async () => {
    await judge(poll({ transport: 'modbus-tcp', port: await serve('tcp', '0', '1') }, LIBMODBUS_PROFILE, 1));
  });

  test('on a serial line', async () => {
    const { near, far } = await cable();
    await serve('rtu', far, String(UNIT));
    await judge(poll({ transport: 'modbus-rtu', path: near, baudRate: BAUD_RATE, parity: 'none' }, LIBMODBUS_PROFILE));
  });

  test('through a raw serial server, which is socat', async () => {
    const { near, far } = await cable();
    await serve('rtu', far, String(UNIT));
    const relay = await socatSerialServer(near);
    cleanUps.push(() => relay.cut());
    await judge(poll({ transport: 'modbus-rtu-tcp', port: relay.port, baudRate: BAUD_RATE }, LIBMODBUS_PROFILE));
  });
});

describeWith([PYMODBUS, SOCAT], 'a pymodbus server that is pulled out in mid-run', () => {
  async function station(path: string): Promise<{ readonly stop: () => Promise<void> }> {
    const started = await startPymodbusStation(path, UNIT, BAUD_RATE);
    cleanUps.push(() => started.stop());
    return started;
  }

  /** The value changes, so that a report after the cut shows that the device is polled again. */
  async function answersAgain(southbound: Southbound, value: number): Promise<void> {
    await vi.waitFor(async () => expect(await southbound.write('foreign', 'H0', value)).toMatchObject({ kind: 'written', verified: true }), { timeout: 20_000, interval: 50 });
    await until(() => reports.some((report) => report.point === 'H0' && report.value === value));
  }

  test('the cable of a serial line: lost, and found again under the same name', async () => {
    const line = await cable();
    const first = await station(line.far);
    const southbound = poll({ transport: 'modbus-rtu', path: line.near, baudRate: BAUD_RATE, parity: 'none' }, PYMODBUS_PROFILE);
    await until(() => reports.length >= 2);
    expect(valuesNow()).toEqual({ H0: 4_711, H1: 42 });
    await line.cut();
    await until(() => lost.length === 1);
    await first.stop();
    expect(await southbound.write('foreign', 'H0', 1)).toMatchObject({ kind: 'closed' });
    await line.plug();
    await station(line.far);
    await answersAgain(southbound, 815);
  });

  describe('behind a raw serial server', () => {
    test('the TCP side: lost, and found again on the same port', async () => {
      const { near, far } = await cable();
      await station(far);
      const before = await socatSerialServer(near);
      cleanUps.push(() => before.cut());
      const southbound = poll({ transport: 'modbus-rtu-tcp', port: before.port, baudRate: BAUD_RATE }, PYMODBUS_PROFILE);
      await until(() => reports.length >= 2);
      await before.cut();
      await until(() => lost.length === 1);
      const after = await socatSerialServer(near, before.port);
      cleanUps.push(() => after.cut());
      await answersAgain(southbound, 816);
    });

    test('the device alone: the silent line is opened anew until it answers', async () => {
      const { near, far } = await cable();
      const first = await station(far);
      const relay = await socatSerialServer(near);
      cleanUps.push(() => relay.cut());
      const southbound = poll({ transport: 'modbus-rtu-tcp', port: relay.port, baudRate: BAUD_RATE }, PYMODBUS_PROFILE);
      await until(() => reports.length >= 2);
      await first.stop();
      await until(() => lost.length === 1);
      expect(lost[0]).toMatch(/^no answer in \d+ turns$/u);
      await station(far);
      await answersAgain(southbound, 817);
    });
  });
});
