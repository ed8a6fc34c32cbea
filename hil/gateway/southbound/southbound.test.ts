import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeException } from '../../protocols/modbus/exception.ts';
import { encodeTcp } from '../../protocols/modbus/tcp.ts';
import { silentLogger } from '../../runtime/log.ts';
import type { ObservationData } from '../../runtime/observation.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { createOpenLink } from '../../transport/open-link.ts';
import { gatewayConfigSchema, type GatewayConfigInput } from '../config/gateway-config.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';
import type { PointReport } from './polled-device.ts';
import { answerPlainly, sendBytes, startScriptedServer, type ScriptedRequest, type ScriptedServer } from './scripted-server.contract.ts';
import { createSouthbound, type Southbound } from './southbound.ts';

/** Registers that hold their own address: two neighbours, one behind a gap, one far away, and a coil. */
const PROFILE: DeviceProfile = deviceProfileSchema.parse({
  name: 'plain',
  deviceResources: [
    { name: 'R10', attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress: 10 }, properties: { valueType: 'Uint16', readWrite: 'RW', maximum: 100 } },
    { name: 'R11', attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress: 11, rawType: 'Uint16' }, properties: { valueType: 'Float64', readWrite: 'R', scale: 0.1, units: 'bar' } },
    { name: 'R20', attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress: 20 }, properties: { valueType: 'Uint16', readWrite: 'R' } },
    { name: 'C0', attributes: { primaryTable: 'COILS', startingAddress: 0 }, properties: { valueType: 'Bool', readWrite: 'RW' } },
  ],
});

let server: ScriptedServer;
let southbound: Southbound;
let reports: PointReport[];
let events: { readonly type: string; readonly data: ObservationData }[];

type DeviceInput = NonNullable<NonNullable<GatewayConfigInput['southbound']>['lines']>[number]['devices'][number];

function open(devices: readonly DeviceInput[], timeout = '150ms', outstandingMax = 1): void {
  const { southbound: config } = gatewayConfigSchema.parse({
    id: 'edge',
    southbound: { lines: [{ id: 'line-a', transport: 'modbus-tcp', port: server.port, timeout, retries: 1, outstandingMax, devices }] },
  });
  southbound = createSouthbound(config, {
    clock: realClock,
    random: randomFromSeed(1),
    openLink: createOpenLink({ clock: realClock, timeoutMs: 2_000 }),
    observe: (type, data) => void events.push({ type, data }),
    log: silentLogger,
    loadProfile: () => PROFILE,
    onReport: (report) => void reports.push(report),
  });
  southbound.start();
}

const device = (id: string, unit: number, pollEvery = '20ms'): DeviceInput => ({ id, unit, profile: 'plain', pollEvery });
const until = (condition: () => boolean): Promise<void> => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000, interval: 5 });
const eventsOf = (type: string): ObservationData[] => events.filter((event) => event.type === type).map(({ data }) => data);

beforeEach(async () => {
  server = await startScriptedServer(answerPlainly);
  reports = [];
  events = [];
});
afterEach(async () => {
  await southbound.stop();
  await server.stop();
});

test('every readable point is reported once while nothing changes, decoded and scaled', async () => {
  open([device('d-1', 1)]);
  await until(() => southbound.stats().polls >= 5);
  expect(reports.map(({ point, value, n, units }) => [point, value, n, units])).toEqual([['R10', 10, 1, ''], ['R11', 1.1, 1, 'bar'], ['R20', 20, 1, ''], ['C0', true, 1, '']]);
  expect(southbound.stats()).toMatchObject({ timeouts: 0, reports: 4, lines: [{ id: 'line-a', connected: true, devices: [{ id: 'd-1', failing: false }] }] });
  expect(eventsOf('southbound.connected')).toEqual([{ line: 'line-a' }]);
});

test('a device that refuses a read across a gap is read without it, at once and from then on', async () => {
  const asked: string[] = [];
  server.follow((scripted) => {
    const { request } = scripted;
    const quantity = 'quantity' in request ? request.quantity : 0;
    asked.push(`${request.functionCode} ${request.address} ${quantity}`);
    if (quantity > 2) sendBytes(scripted.link, encodeTcp(scripted.transactionId, scripted.unitId, encodeException(request.functionCode, 2)));
    else answerPlainly(scripted);
  });
  open([device('d-1', 1)]);
  await until(() => southbound.stats().polls >= 3);
  expect(asked.slice(0, 7)).toEqual(['3 10 11', '3 10 2', '3 20 1', '1 0 1', '3 10 2', '3 20 1', '1 0 1']);
  expect(reports).toHaveLength(4);
  expect(eventsOf('southbound.failed')).toEqual([]);
});

test('an exception fails its block and leaves the others alone', async () => {
  server.follow((scripted) => {
    if (scripted.request.functionCode === 1) sendBytes(scripted.link, encodeTcp(scripted.transactionId, scripted.unitId, encodeException(1, 4)));
    else answerPlainly(scripted);
  });
  open([device('d-1', 7)]);
  await until(() => southbound.stats().polls >= 3);
  expect(reports.map(({ point }) => point)).toEqual(['R10', 'R11', 'R20']);
  expect(eventsOf('southbound.failed')[0]).toEqual({ line: 'line-a', device: 'd-1', unit: 7, kind: 'exception', detail: 'COILS 0 to 0: exception 4 (server device failure)' });
  expect(southbound.stats().lines[0]?.devices[0]?.failing).toBe(false);
});

test('a dead unit does not eat the line: the other goes on, the dead one is asked ever more rarely', async () => {
  let requestsToDead = 0;
  server.follow((scripted) => {
    if (scripted.unitId === 2) requestsToDead += 1;
    else answerPlainly(scripted);
  });
  open([device('alive', 1), device('dead', 2)], '50ms');
  await until(() => eventsOf('southbound.failed').length >= 3);
  const pollsBefore = southbound.stats().polls;
  const requestsBefore = requestsToDead;
  await until(() => southbound.stats().polls >= pollsBefore + 40);
  // Without backing off, every second turn would be the dead one's.
  expect(requestsToDead - requestsBefore).toBeLessThan(10);
  expect(southbound.stats().lines[0]?.devices).toEqual([{ id: 'alive', failing: false }, { id: 'dead', failing: true }]);
  // The first turn has one repetition, later ones none.
  expect(requestsToDead).toBe(eventsOf('southbound.failed').length + 1);
  expect(eventsOf('southbound.lost')).toEqual([]);
  server.follow(answerPlainly);
  await until(() => reports.some((report) => report.device === 'dead'));
  // The report leaves while the turn is still under way; the turn's end clears the mark.
  await until(() => southbound.stats().lines[0]?.devices[1]?.failing === false);
});

describe('the line comes back', () => {
  test('when the server closes in mid-answer; report numbers go on', async () => {
    open([device('d-1', 1)]);
    await until(() => reports.length === 4);
    server.links.at(-1)?.destroy();
    await until(() => server.links.length === 2 && southbound.stats().lines[0]?.connected === true);
    expect(eventsOf('southbound.lost')).toHaveLength(1);
    server.follow((scripted) => {
      const pdu = Uint8Array.of(3, 22, ...Array.from({ length: 22 }, () => 9));
      if (scripted.request.functionCode === 3) sendBytes(scripted.link, encodeTcp(scripted.transactionId, scripted.unitId, pdu));
      else answerPlainly(scripted);
    });
    await until(() => reports.length >= 7);
    expect(reports.find((report) => report.point === 'R10' && report.n === 2)?.value).toBe(0x0909);
  });

  test('when the connection is dead though nobody closed it', async () => {
    open([device('d-1', 1)], '40ms');
    await until(() => reports.length === 4);
    const silent = server.links.length;
    server.follow((scripted) => {
      if (server.links.indexOf(scripted.link) >= silent) answerPlainly(scripted);
    });
    await until(() => server.links.length > silent && southbound.stats().lines[0]?.devices[0]?.failing === false);
    expect(eventsOf('southbound.lost')).toEqual([{ line: 'line-a', reason: 'no answer in 3 turns' }]);
  });

  test('when the server is started later than the gateway', async () => {
    const { port } = server;
    await server.stop();
    open([device('d-1', 1)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(southbound.stats().lines[0]?.connected).toBe(false);
    expect(await southbound.write('d-1', 'R10', 1)).toMatchObject({ kind: 'closed' });
    server = await startScriptedServer(answerPlainly, port);
    await until(() => reports.length === 4);
  });
});

describe('writing a point', () => {
  test('is verified by reading back; a server that keeps its value is found out', async () => {
    open([device('d-1', 1, '10s')]);
    await until(() => reports.length === 4);
    expect(await southbound.write('d-1', 'R10', 10)).toEqual({ kind: 'written', value: 10, verified: true });
    expect(await southbound.write('d-1', 'R10', 11)).toEqual({ kind: 'differs', value: 10 });
    expect(await southbound.write('d-1', 'C0', true)).toEqual({ kind: 'written', value: true, verified: true });
  });

  test('is refused without a request when it cannot be right', async () => {
    open([device('d-1', 1, '10s')]);
    await until(() => reports.length === 4);
    const { requests } = southbound.stats();
    const refusals: [string, string, number | boolean | string, string][] = [
      ['d-2', 'R10', 1, 'no device'],
      ['d-1', 'R99', 1, 'no point'],
      ['d-1', 'R11', 1, 'not writable'],
      ['d-1', 'R10', 101, 'outside'],
      ['d-1', 'R10', -1, 'outside'],
      ['d-1', 'C0', 'on', 'not a boolean'],
    ];
    for (const [name, point, value, because] of refusals) {
      expect(await southbound.write(name, point, value)).toEqual({ kind: 'refused', because: expect.stringContaining(because) });
    }
    expect(southbound.stats().requests).toBe(requests);
  });
});

/** Holds every request back. @returns What is held, as unit and first address. */
function holdBack(): { readonly held: string[]; readonly release: () => void } {
  const waiting: ScriptedRequest[] = [];
  const held: string[] = [];
  server.follow((request) => {
    held.push(`${request.unitId}/${request.request.address}`);
    waiting.push(request);
  });
  const release = (): void => {
    server.follow(answerPlainly);
    // The last one first: no answer may be taken for that to another request.
    for (const request of waiting.toReversed()) answerPlainly(request);
  };
  return { held, release };
}

describe('a line that takes several requests at once', () => {
  test('asks several devices, each one once', async () => {
    const { held, release } = holdBack();
    open([device('d-1', 1), device('d-2', 2), device('d-3', 3)], '10s', 2);
    await until(() => held.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(new Set(held.map((place) => place.split('/')[0])).size).toBe(2);
    release();
    await until(() => reports.length === 12);
    expect(new Set(reports.map((report) => `${report.point} ${String(report.value)}`))).toEqual(new Set(['R10 10', 'R11 1.1', 'R20 20', 'C0 true']));
    expect(southbound.stats()).toMatchObject({ late: 0, timeouts: 0 });
  });

  test('asks one device for several blocks', async () => {
    const { held, release } = holdBack();
    open([device('d-1', 1)], '10s', 8);
    await until(() => held.length === 2);
    expect(held.toSorted()).toEqual(['1/0', '1/10']);
    release();
    await until(() => reports.length === 4);
  });

  test('a block refused across its gap is read in parts beside the others', async () => {
    server.follow((scripted) => {
      const quantity = 'quantity' in scripted.request ? scripted.request.quantity : 0;
      if (quantity > 2) sendBytes(scripted.link, encodeTcp(scripted.transactionId, scripted.unitId, encodeException(scripted.request.functionCode, 2)));
      else answerPlainly(scripted);
    });
    open([device('d-1', 1)], '1s', 8);
    await until(() => reports.length === 4);
    expect(eventsOf('southbound.failed')).toEqual([]);
  });

  test('a device that is silent does not hold the others up', async () => {
    server.follow((request) => {
      if (request.unitId !== 2) answerPlainly(request);
    });
    open([device('d-1', 1), device('d-2', 2)], '10s', 2);
    await until(() => southbound.stats().polls >= 10);
    expect(southbound.stats().lines[0]?.devices).toEqual([{ id: 'd-1', failing: false }, { id: 'd-2', failing: false }]);
  });
});

test('a value that stays the same is not decoded again, and one that was written in between is reported', async () => {
  open([device('d-1', 1)]);
  await until(() => southbound.stats().polls >= 3);
  expect(reports).toHaveLength(4);
  // The server confirms the write and keeps its value: what is read back then is no change either.
  expect(await southbound.write('d-1', 'R10', 11)).toEqual({ kind: 'differs', value: 10 });
  const polls = southbound.stats().polls;
  await until(() => southbound.stats().polls >= polls + 3);
  expect(reports).toHaveLength(4);
});

test('stopping in the middle of a request ends at once and reports no failure', async () => {
  server.follow(() => undefined);
  open([device('d-1', 1)], '60s');
  await until(() => southbound.stats().requests === 1);
  await southbound.stop();
  expect(eventsOf('southbound.failed')).toEqual([]);
  expect(eventsOf('southbound.lost')).toEqual([]);
});

test('two devices of one name are refused', () => {
  expect(() => open([device('d-1', 1), device('d-1', 2)])).toThrow(expect.objectContaining({ code: 'FP_SCHEMA' }));
  open([device('d-1', 1)]);
});
