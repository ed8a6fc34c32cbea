import { networkInterfaces } from 'node:os';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { newTally } from '../../hil/gateway/southbound/line-tally.ts';
import { pduClient } from '../../hil/gateway/southbound/pdu-client.ts';
import { tcpPort } from '../../hil/gateway/southbound/tcp-port.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import type { TcpGroupOptions } from './plc-group-options.ts';
import { startPlcGroup, type PlcGroup } from './virtual-plc-group.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function start(options: Partial<TcpGroupOptions> = {}): Promise<PlcGroup> {
  const group = await startPlcGroup(
    { group: 'pump', profile: 'pump-station', transport: 'modbus-tcp', addressMode: 'loopback-range', ...options },
    { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger },
  );
  cleanUps.push(() => group.stop());
  return group;
}

/** As most people start them: without a word about addresses. */
async function startPlain(count: number): Promise<PlcGroup> {
  const deps = { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger };
  const group = await startPlcGroup({ group: 'pump', profile: 'pump-station', transport: 'modbus-tcp', count }, deps);
  cleanUps.push(() => group.stop());
  return group;
}

function addressesOf(group: PlcGroup): { readonly host: string; readonly port: number }[] {
  return group.devices.flatMap(({ endpoint }) => (endpoint.transport === 'modbus-tcp' ? [{ host: endpoint.host, port: endpoint.port }] : []));
}

/** The level of a pump station, raw, in millimetres. */
async function levelAt(address: { readonly host: string; readonly port: number }): Promise<unknown> {
  const link = await connectTcp(address, { clock: realClock, timeoutMs: 2_000 });
  cleanUps.push(() => link.destroy());
  const tally = newTally();
  return pduClient(tcpPort(link, { clock: realClock, timeoutMs: 2_000, tally }), tally).read('INPUT_REGISTERS', 1, 0, 1);
}

async function isCut(host: string, port: number): Promise<boolean> {
  const socket: Socket = connect({ host, port });
  cleanUps.push(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(Buffer.from('000100000006010400000001', 'hex'));
  return new Promise((resolve) => {
    socket.once('data', () => resolve(false));
    socket.once('close', () => resolve(true));
  });
}

test('each device is found at its own address, all on one port', async () => {
  const group = await start({ count: 300, host: '127.0.0.1' });
  const addresses = addressesOf(group);
  expect(new Set(addresses.map(({ port }) => port)).size).toBe(1);
  expect(addresses.at(255)).toMatchObject({ host: '127.0.1.0' });
  for (const device of [1, 2, 257, 300]) group.set(`pump-${device}`, 'Level', device / 100);
  for (const device of [1, 2, 257, 300]) expect(await levelAt(addresses[device - 1] ?? { host: '', port: 0 })).toEqual({ kind: 'words', words: [device * 10] });
});

test('an address outside of the range is cut, also one that other machines reach', async () => {
  const [address] = addressesOf(await start({ count: 2 }));
  const port = address?.port ?? 0;
  expect(await isCut('127.0.0.2', port)).toBe(false);
  expect(await isCut('127.0.0.3', port)).toBe(true);
  const outer = Object.values(networkInterfaces()).flatMap((all) => all?.filter(({ family, internal }) => family === 'IPv4' && !internal) ?? []);
  for (const { address: host } of outer) expect(await isCut(host, port)).toBe(true);
});

test('one connection too many to a device cuts the one of it that has been quiet for longest', async () => {
  const group = await start({ count: 2, connectionsMax: 2 });
  const [first, second] = addressesOf(group);
  if (first === undefined || second === undefined) throw new Error('two devices were asked for');
  const [quiet, busy, other] = await Promise.all([first, first, second].map((address) => connectTcp(address, { clock: realClock, timeoutMs: 2_000 })));
  for (const link of [quiet, busy, other]) cleanUps.push(() => link?.destroy());
  const answered = new Promise((resolve) => busy?.onBytes(resolve));
  await busy?.send(Buffer.from('000100000006010400000001', 'hex'));
  await answered;
  expect(await levelAt(first)).toMatchObject({ kind: 'words' });
  await quiet?.closed;
  const otherAnswered = new Promise((resolve) => other?.onBytes(resolve));
  await other?.send(Buffer.from('000100000006010400000001', 'hex'));
  await otherAnswered;
});

describe('which mode a group gets', () => {
  test('a few devices have a port each, many an address each', async () => {
    const few = addressesOf(await startPlain(3));
    expect(new Set(few.map(({ port }) => port)).size).toBe(3);
    const many = addressesOf(await startPlain(1_001));
    expect(new Set(many.map(({ port }) => port)).size).toBe(1);
    expect(new Set(many.map(({ host }) => host)).size).toBe(1_001);
  });

  test('a range that leaves the loopback addresses is refused', async () => {
    await expect(start({ count: 2, host: '192.0.2.1' })).rejects.toMatchObject({ code: 'FP_LIMIT' });
  });

  test('a bound on connections that makes no sense is refused', async () => {
    await expect(start({ connectionsMax: 0 })).rejects.toMatchObject({ code: 'FP_LIMIT' });
  });
});
