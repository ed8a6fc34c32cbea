import { afterEach, describe, expect, test } from 'vitest';
import { describeWith, MBPOLL } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { mbpollRead, type MbpollPlace, type MbpollReading } from '../line/mbpoll-reader.contract.ts';
import { openPluggablePty } from '../line/pluggable-pty.ts';
import { serveRtu } from '../plc/rtu-server.ts';
import { serveTcp } from '../plc/tcp-server.ts';
import { testDevice } from '../plc/test-device.contract.ts';
import { createActiveModbusFaults, type ActiveModbusFaults } from './active-modbus-faults.ts';
import { parseClientSide, startModbusLink, type ClientSide } from './modbus-link.ts';
import type { LinkAddress, SerialLine } from '../../hil/transport/byte-link.ts';

const SERIAL: SerialLine = { baudRate: 19_200, parity: 'none', stopBits: 2 };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A device that stands for a real one: unit 1, register 0 holds 4711. */
async function realDevice(kind: 'tcp' | 'serial'): Promise<LinkAddress> {
  const device = testDevice(realClock);
  device.process.set('word', 4_711);
  if (kind === 'tcp') {
    const server = await serveTcp(device.server, { host: '127.0.0.1', port: 0, unit: 1 });
    cleanUps.push(() => server.stop());
    return { kind, host: '127.0.0.1', port: server.port };
  }
  const pty = await openPluggablePty('device', { clock: realClock });
  cleanUps.push(() => pty.dispose());
  serveRtu(pty.link, { baudRate: SERIAL.baudRate, units: new Map([[1, device.server]]) }, { clock: realClock, log: silentLogger });
  return { kind, path: pty.path, line: SERIAL };
}

interface Linked {
  readonly faults: ActiveModbusFaults;
  readonly read: (unit?: number) => Promise<MbpollReading>;
  readonly place: MbpollPlace;
}

async function linked(client: ClientSide, deviceKind: 'tcp' | 'serial', timeoutMs = 500): Promise<Linked> {
  const faults = createActiveModbusFaults({ clock: realClock, random: randomFromSeed(1), observe: observeNothing });
  const device = await realDevice(deviceKind);
  const deps = { clock: realClock, log: silentLogger, openLink: createOpenLink({ clock: realClock, timeoutMs: 1_000 }), faults, told: () => undefined };
  const link = await startModbusLink({ id: 'bench', client, device, serial: SERIAL, framing: 'rtu', timeoutMs, points: undefined }, deps);
  cleanUps.push(async () => {
    await faults.close();
    await link.close();
  });
  const place: MbpollPlace = 'port' in link.client ? { port: link.client.port } : { path: link.client.path, baudRate: SERIAL.baudRate };
  return { faults, place, read: (unit = 1) => mbpollRead(place, { unit }) };
}

const TCP: ClientSide = { kind: 'tcp', host: '127.0.0.1', port: 0 };
const WAYS = [
  ['TCP to TCP', TCP, 'tcp'],
  ['a pseudo-terminal to a serial device', { kind: 'pty' }, 'serial'],
  ['TCP to a serial device', TCP, 'serial'],
  ['a pseudo-terminal to a device on TCP', { kind: 'pty' }, 'tcp'],
] as const;

describeWith([MBPOLL], 'mbpoll and a device with a link in between', () => {
  test.each(WAYS)('%s: without a fault the device answers, with one it does not, and then again', async (_name, client, deviceKind) => {
    const { faults, read } = await linked(client, deviceKind);
    expect((await read()).values).toEqual([4_711]);
    await faults.start({ fault: 'silence', kind: 'modbus.noReply', params: {} });
    expect((await read()).output).toMatch(/timed out/u);
    await faults.stop('silence');
    await faults.start({ fault: 'refusal', kind: 'modbus.exception', params: { code: 6 } });
    expect((await read()).output).toMatch(/busy/u);
    await faults.stop('refusal');
    expect((await read()).values).toEqual([4_711]);
    expect(faults.counters()).toMatchObject({ noReply: 1, exception: 1 });
  });

  test('between two serial sides: a wrong CRC, an echo and a pulled plug', async () => {
    const { faults, read } = await linked({ kind: 'pty' }, 'serial');
    await faults.start({ fault: 'crc', kind: 'modbus.crcError', params: {} });
    expect((await read()).output).toMatch(/CRC|timed out/iu);
    await faults.stop('crc');
    await faults.start({ fault: 'unplugged', kind: 'serialDisconnect', params: {} });
    expect((await read()).output).toMatch(/No such file/u);
    await faults.stop('unplugged');
    expect((await read()).values).toEqual([4_711]);
  });

  test('the connections of a TCP client share the state of a fault', async () => {
    const { faults, read } = await linked(TCP, 'tcp');
    await faults.start({ fault: 'second', kind: 'modbus.exception', params: { nth: 2 } });
    expect((await read()).values).toEqual([4_711]);
    expect((await read()).values).toEqual([]);
    expect((await read()).values).toEqual([4_711]);
  });

  test('a value that runs away, of a device that is not ours', async () => {
    const { faults, read } = await linked(TCP, 'tcp');
    await faults.start({ fault: 'drift', kind: 'modbus.drift', params: { perSecond: 1e9, registers: 0 } });
    expect((await read()).values).toEqual([65_535]);
    await faults.stop('drift');
    expect((await read()).values).toEqual([4_711]);
  });

  test('as a gateway it tells a TCP client that a serial unit is not there', async () => {
    const { read } = await linked(TCP, 'serial', 100);
    expect((await read(9)).output).toMatch(/Target device failed to respond/u);
    expect((await read(1)).values).toEqual([4_711]);
  });

  test('several TCP clients take turns on one serial device', async () => {
    const { read } = await linked(TCP, 'serial');
    const readings = await Promise.all(Array.from({ length: 5 }, () => read()));
    expect(readings.map(({ values }) => values)).toEqual(Array.from({ length: 5 }, () => [4_711]));
  });
});

test('a device that is not there is refused, and nothing stays open', async () => {
  const faults = createActiveModbusFaults({ clock: realClock, random: randomFromSeed(1), observe: observeNothing });
  const deps = { clock: realClock, log: silentLogger, openLink: createOpenLink({ clock: realClock, timeoutMs: 1_000 }), faults, told: () => undefined };
  const device: LinkAddress = { kind: 'serial', path: '/dev/not-there', line: SERIAL };
  const options = { id: 'bench', device, serial: SERIAL, framing: 'rtu', timeoutMs: 100, points: undefined } as const;
  await expect(startModbusLink({ ...options, client: { kind: 'pty' } }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  await expect(startModbusLink({ ...options, client: TCP }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
});

describe('the side of a link as it is typed', () => {
  test.each([
    ['tcp:127.0.0.1:502', { kind: 'tcp', host: '127.0.0.1', port: 502 }],
    ['serial:/dev/ttyUSB0', { kind: 'serial', path: '/dev/ttyUSB0' }],
    ['pty', { kind: 'pty' }],
  ])('%s', (text, side) => {
    expect(parseClientSide(text)).toEqual(side);
  });

  test.each(['', 'tcp:127.0.0.1', 'tcp:host:99999', 'udp:1:1', 'serial:'])('"%s" is refused', (text) => {
    expect(() => parseClientSide(text)).toThrow(/expected tcp:host:port/u);
  });
});
