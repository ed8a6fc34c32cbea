import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { encodeTcp } from '../../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { serveTcp, type TcpServer } from '../tcp-server.ts';
import { testDevice } from '../test-device.contract.ts';
import { bytesOf } from './probe.contract.ts';

/** Where Linux lists its TCP connections. */
const CONNECTIONS = '/proc/net/tcp';
const ESTABLISHED = '01';
const KEEP_ALIVE_TIMER = '02';
const READ = bytesOf('03 0000 0001');
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function listen(): Promise<TcpServer> {
  const server = await serveTcp(testDevice(realClock).server, { host: '127.0.0.1', port: 0, unit: 1 });
  cleanUps.push(() => server.stop());
  return server;
}

async function open({ host, port }: TcpServer): Promise<Socket> {
  const socket = connect({ host, port });
  cleanUps.push(() => socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
}

function receive(socket: Socket, byteCount: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('hex');
      if (received.length >= byteCount * 2) resolve(received);
    });
  });
}

test('a hundred requests in one segment are each answered once, in order', async () => {
  const socket = await open(await listen());
  const ids = Array.from({ length: 100 }, (_none, index) => (index * 653) & 0xffff);
  const answers = receive(socket, 100 * 11);
  socket.write(Buffer.concat(ids.map((id) => encodeTcp(id, unitId(1), READ))));
  expect(await answers).toBe(ids.map((id) => `${id.toString(16).padStart(4, '0')}000000050103020000`).join(''));
});

test('each of several connections gets its own answers', async () => {
  const server = await listen();
  const sockets = await Promise.all(Array.from({ length: 8 }, () => open(server)));
  const answers = sockets.map((socket) => receive(socket, 11));
  for (const [index, socket] of sockets.entries()) socket.write(encodeTcp(index, unitId(1), READ));
  expect(await Promise.all(answers)).toEqual(sockets.map((_socket, index) => `000${index}000000050103020000`));
});

test.skipIf(!existsSync(CONNECTIONS))('the server asks quiet connections whether they are still there (keep-alive)', async () => {
  const server = await listen();
  const socket = await open(server);
  const answer = receive(socket, 11);
  socket.write(encodeTcp(1, unitId(1), READ));
  await answer;
  const localPort = server.port.toString(16).toUpperCase().padStart(4, '0');
  // Columns: slot, local address, remote address, state, queues, timer:when, ... While bytes await their acknowledgement the
  // timer is another one.
  const timers = (): (string | undefined)[] => {
    const rows = readFileSync(CONNECTIONS, 'utf8').split('\n').map((row) => row.trim().split(/\s+/u));
    return rows.filter((row) => row[1]?.endsWith(`:${localPort}`) && row[3] === ESTABLISHED).map((row) => row[5]?.slice(0, 2));
  };
  await expect.poll(timers).toEqual([KEEP_ALIVE_TIMER]);
});
