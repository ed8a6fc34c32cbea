import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { listenTcp } from '../../../hil/transport/tcp-link.ts';
import { startPlcGroup, type PlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
import { missing } from '../load-peer.ts';
import { processUsage } from '../process-usage.ts';
import { closedLoop } from './closed-loop.ts';
import { answerBytes, readFrame } from './load-connection.ts';
import { bareSocketServer } from './node-servers.ts';
import { openLoop } from './open-loop.ts';
import { writeRegisterProfile } from './register-profile.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function startPlcs(count: number): Promise<PlcGroup> {
  const profile = writeRegisterProfile(10);
  cleanUps.push(() => profile.remove());
  const group = await startPlcGroup(
    { group: 'plc', profile: profile.path, transport: 'modbus-tcp', count, addressMode: 'loopback-range' },
    { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger },
  );
  cleanUps.push(() => group.stop());
  return group;
}

function portOf(group: PlcGroup): number {
  const endpoint = group.devices[0]?.endpoint;
  return endpoint?.transport === 'modbus-tcp' ? endpoint.port : 0;
}

test('the request is the one of the standard’s example of FC 03', () => {
  expect(Buffer.from(readFrame(10)).toString('hex')).toBe('12340000000601030000000a');
  expect(answerBytes(10)).toBe(29);
});

test('the closed loop counts what a server answered', async () => {
  const port = portOf(await startPlcs(1));
  const { transactions, elapsedMs, p50Ms } = await closedLoop({ port, connections: 3, registers: 10, durationMs: 100 }, realClock);
  expect(transactions).toBeGreaterThan(3);
  // Node's timers may fire up to a millisecond early.
  expect(elapsedMs).toBeGreaterThanOrEqual(99);
  expect(p50Ms).toBeGreaterThan(0);
});

test('a server that answers with an exception is no contender', async () => {
  const port = portOf(await startPlcs(1));
  await expect(closedLoop({ port, connections: 1, registers: 11, durationMs: 50 }, realClock)).rejects.toThrow('function code 131');
});

test('the open loop asks each device at its rate, and counts those that do not answer', async () => {
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const answering = await openLoop({ hosts, port: portOf(await startPlcs(3)), registers: 10, periodMs: 50 }, realClock);
  cleanUps.push(() => answering.close());
  expect(await answering.run(200)).toMatchObject({ sent: 12, lost: 0 });
  const deaf = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) => void cleanUps.push(() => link.destroy()));
  cleanUps.push(() => deaf.close());
  const unheard = await openLoop({ hosts: ['127.0.0.1'], port: deaf.port, registers: 10, periodMs: 20 }, realClock);
  cleanUps.push(() => unheard.close());
  expect(await unheard.run(100)).toMatchObject({ sent: 5, lost: 5 });
});

test('a foreign server is started, measured and stopped', async () => {
  const server = await bareSocketServer.open({ clock: realClock, cliEntry: '' });
  cleanUps.push(() => server.close());
  expect(server.version).toBe(`node ${process.versions.node}`);
  const sample = await server.measure();
  expect(Object.keys(sample)).toEqual(['10x1.tps', '10x1.cpu', '10x1.p50', '10x100.tps', '10x100.cpu', '125x100.tps', '125x100.cpu']);
  for (const value of Object.values(sample)) expect(value).toBeGreaterThan(0);
});

test('the usage of this process grows with what it does', () => {
  const before = processUsage(process.pid);
  expect(before.rssBytes).toBeGreaterThan(1_000_000);
  const cpu = process.cpuUsage();
  while (process.cpuUsage(cpu).user < 50_000);
  const after = processUsage(process.pid);
  expect(after.cpuSeconds - before.cpuSeconds).toBeGreaterThan(0.02);
  expect(after.writtenBytes).toBeGreaterThanOrEqual(before.writtenBytes);
  expect(() => processUsage(2 ** 30)).toThrow(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
});

test('a missing peer says how to install it', () => {
  expect(missing('libmodbus', 'apt-get install libmodbus-dev').hint).toBe('Run: apt-get install libmodbus-dev');
});
