import { afterEach, expect, test } from 'vitest';
import { describeWith, MBPOLL } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing, type ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { mbpollRead, type MbpollPlace } from '../line/mbpoll-reader.contract.ts';
import { createActiveModbusFaults, type ActiveModbusFaults } from '../modbus-faults/active-modbus-faults.ts';
import { startPlcGroup, type PlcGroup, type PlcGroupDevice } from './virtual-plc-group.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Started {
  readonly group: PlcGroup;
  readonly faults: ActiveModbusFaults;
  readonly observed: { readonly type: string; readonly data: ObservationData }[];
  readonly place: (index: number) => MbpollPlace;
}

async function start(transport: 'modbus-tcp' | 'modbus-rtu'): Promise<Started> {
  const observed: Started['observed'] = [];
  const observe = (type: string, data: ObservationData): void => void observed.push({ type, data });
  const faults = createActiveModbusFaults({ clock: realClock, random: randomFromSeed(1), observe });
  const line = transport === 'modbus-rtu' ? ({ transport, units: [1, 2], parity: 'none' } as const) : ({ transport, count: 2 } as const);
  const group = await startPlcGroup({ group: 'pumps', profile: 'pump-station', ...line }, { clock: realClock, random: randomFromSeed(1), observe, log: silentLogger, faults });
  cleanUps.push(() => group.stop());
  return { group, faults, observed, place: (index) => placeOf(group.devices[index]) };
}

function placeOf(device: PlcGroupDevice | undefined): MbpollPlace {
  if (device === undefined) throw new Error('no such device');
  const { endpoint } = device;
  return 'port' in endpoint ? { port: endpoint.port } : { path: endpoint.path, baudRate: endpoint.baudRate };
}

/** The level, in millimetres, at input register 0. */
const LEVEL = { table: '3', address: 0 } as const;

describeWith([MBPOLL], 'a group of virtual PLCs with faults, asked by mbpoll', () => {
  test.each(['modbus-tcp', 'modbus-rtu'] as const)('over %s: a fault comes and goes in mid-run, and the probe tells', async (transport) => {
    const { group, faults, place } = await start(transport);
    const unit = group.devices[0]?.unit ?? 1;
    expect((await mbpollRead(place(0), { ...LEVEL, unit })).values.length).toBe(1);
    expect(await group.probe()).toEqual({ ok: true, detail: 'pumps-1 answered a read of Level' });
    await faults.start({ fault: 'busy', kind: 'modbus.exception', params: { code: 6 } });
    expect((await mbpollRead(place(0), { ...LEVEL, unit })).output).toMatch(/busy/u);
    expect(await group.probe()).toEqual({ ok: false, detail: 'pumps-1 refused a read of Level with exception 6' });
    await faults.stop('busy');
    expect(await group.probe()).toMatchObject({ ok: true });
    expect((await mbpollRead(place(0), { ...LEVEL, unit })).values.length).toBe(1);
  });

  test('a fault of one unit leaves the other units of the line alone', async () => {
    const { faults, place } = await start('modbus-rtu');
    await faults.start({ fault: 'deaf', kind: 'modbus.noReply', params: { units: 2 } });
    expect((await mbpollRead(place(0), { ...LEVEL, unit: 1 })).values.length).toBe(1);
    expect((await mbpollRead(place(0), { ...LEVEL, unit: 2, timeoutS: 0.3 })).output).toMatch(/timed out/u);
  });

  test('a wrong CRC, that mbpoll does not take for an answer', async () => {
    const { faults, place } = await start('modbus-rtu');
    await faults.start({ fault: 'crc', kind: 'modbus.crcError', params: {} });
    expect((await mbpollRead(place(0), LEVEL)).output).toMatch(/CRC|timed out/iu);
    expect(faults.counters().crcError).toBe(1);
  });

  test('what a stuck value made the device tell is in the journal', async () => {
    const { group, faults, observed, place } = await start('modbus-tcp');
    group.set('pumps-1', 'Level', 1.5);
    await faults.start({ fault: 'stuck', kind: 'modbus.stuckValue', params: { points: ['Level'] } });
    expect((await mbpollRead(place(0), LEVEL)).values).toEqual([1_500]);
    group.set('pumps-1', 'Level', 2);
    expect((await mbpollRead(place(0), LEVEL)).values).toEqual([1_500]);
    const served = observed.filter(({ type, data }) => type === 'plc.served' && data['device'] === 'pumps-1');
    expect(served.at(-1)?.data).toEqual({ device: 'pumps-1', unit: 1, values: { Level: 1.5 } });
    expect(observed.find(({ type }) => type === 'modbus.hit')?.data).toMatchObject({ line: 'pumps-1', what: 'Level = 1.5' });
  });

  test('an unplugged line does not answer; its path is the same when it is back', async () => {
    const { group, faults, place } = await start('modbus-rtu');
    const before = place(0);
    await faults.start({ fault: 'out', kind: 'serialDisconnect', params: {} });
    expect(await group.probe()).toMatchObject({ ok: false });
    expect((await mbpollRead(before, LEVEL)).output).toMatch(/No such file/u);
    await faults.stop('out');
    expect(await group.probe()).toMatchObject({ ok: true });
    expect((await mbpollRead(before, LEVEL)).values.length).toBe(1);
  });
});

test('a serial server that is switched off does not answer; its port is the same when it is on again', async () => {
  const faults = createActiveModbusFaults({ clock: realClock, random: randomFromSeed(1), observe: observeNothing });
  const line = { transport: 'modbus-rtu-tcp', units: [1, 2] } as const;
  const group = await startPlcGroup({ group: 'pumps', profile: 'pump-station', ...line }, { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger, faults });
  cleanUps.push(() => group.stop());
  const endpoint = group.devices[0]?.endpoint;
  if (endpoint?.transport !== 'modbus-rtu-tcp') throw new Error('no serial server');
  const client = await connectTcp(endpoint, { clock: realClock, timeoutMs: 2_000 });
  expect(await group.probe()).toEqual({ ok: true, detail: 'pumps-1 answered a read of Level' });
  await faults.start({ fault: 'out', kind: 'serialDisconnect', params: {} });
  await client.closed;
  expect(await group.probe()).toMatchObject({ ok: false });
  await faults.stop('out');
  expect(await group.probe()).toMatchObject({ ok: true });
  const again = await connectTcp(endpoint, { clock: realClock, timeoutMs: 2_000 });
  cleanUps.push(() => again.destroy());
});

test('the probe tells when any of the devices does not answer well', async () => {
  const { group, faults } = await start('modbus-tcp');
  let oneOfTwo = 0;
  for (let round = 0; round < 20; round += 1) {
    const before = faults.counters().exception;
    await faults.start({ fault: `half-${round}`, kind: 'modbus.exception', params: { probability: 0.5 } });
    const { ok } = await group.probe();
    await faults.stop(`half-${round}`);
    const hits = faults.counters().exception - before;
    if (hits === 1) oneOfTwo += 1;
    expect(ok).toBe(hits === 0);
  }
  expect(oneOfTwo).toBeGreaterThan(3);
});

test('what a group cannot have is refused at the start', async () => {
  const { faults } = await start('modbus-tcp');
  await expect(faults.start({ fault: 'f', kind: 'modbus.crcError', params: {} })).rejects.toMatchObject({ code: 'FP_SCHEMA' });
  await expect(faults.start({ fault: 'f', kind: 'modbus.drift', params: { perSecond: 1, points: ['Levle'] } })).rejects.toThrow(/did you mean "Level"/u);
});
