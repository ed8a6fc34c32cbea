import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { realClock } from '../runtime/real-clock.ts';
import type { ByteLink } from './byte-link.ts';
import { byteLinkContract } from './byte-link.contract.ts';
import { memoryLinkPair } from './memory-link.ts';
import { connectTcp, listenTcp } from './tcp-link.ts';
import { tapAcceptedSocket } from './tapped-socket.ts';
import { tappedLink } from './tapped-link.ts';
import { tappedOpenLink } from './tapped-open-link.ts';
import type { ConnectionTap, TappedConnection, WireTap } from './wire-tap.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Writes down what it is told. */
function notebook(): { readonly told: string[]; readonly wire: WireTap; readonly connections: TappedConnection[] } {
  const told: string[] = [];
  const connections: TappedConnection[] = [];
  const tap: ConnectionTap = {
    data: (from, bytes) => told.push(`${from} ${Buffer.from(bytes).toString()}`),
    ended: (from) => told.push(`${from} ended`),
    cut: (from) => told.push(`${from} cut`),
  };
  const wire: WireTap = {
    connection: (place, connection) => {
      told.push(`open ${place}`);
      connections.push(connection);
      return tap;
    },
    line: (place, { framing }) => {
      told.push(`line ${place} ${framing}`);
      return { data: (from, bytes) => told.push(`${String(from)} ${Buffer.from(bytes).toString()}`) };
    },
  };
  return { told, wire, connections };
}

byteLinkContract(
  'tapped link',
  async () => {
    const { a, b } = memoryLinkPair();
    const tap = notebook().wire.connection('x', { client: { host: '', port: 0 }, server: { host: '', port: 0 }, protocol: undefined });
    return { a: tappedLink(a, tap, 'client'), b, dispose: () => Promise.resolve() };
  },
  { datagrams: false, aSeesClose: 'good order', bSeesClose: 'good order', floodBytes: 1_048_576 },
);

describe('what a tap is told', () => {
  function tapped(): { readonly near: ByteLink; readonly far: ByteLink; readonly told: string[] } {
    const { told, wire } = notebook();
    const { a, b } = memoryLinkPair();
    const tap = wire.connection('x', { client: { host: '', port: 0 }, server: { host: '', port: 0 }, protocol: undefined });
    told.length = 0;
    const near = tappedLink(a, tap, 'server');
    near.onBytes(() => undefined);
    b.onBytes(() => undefined);
    return { near, far: b, told };
  }

  test('both directions, and which side ended first', async () => {
    const { near, far, told } = tapped();
    await far.send(Buffer.from('question'));
    await near.send(Buffer.from('answer'));
    await near.close();
    expect(told).toEqual(['client question', 'server answer', 'server ended', 'client ended']);
  });

  test('the far side ended', async () => {
    const { near, far, told } = tapped();
    await far.close();
    await near.closed;
    expect(told).toEqual(['client ended', 'server ended']);
  });

  test('a cut, and nothing after it', async () => {
    const { near, told } = tapped();
    near.destroy();
    await near.closed;
    await near.send(Buffer.from('late')).catch(() => undefined);
    expect(told).toEqual(['server cut']);
  });
});

test('links that are opened are told by place; addresses of no interest are not', async () => {
  const { told, wire, connections } = notebook();
  const { a, b } = memoryLinkPair();
  const open = tappedOpenLink(() => Promise.resolve(a), wire, (address) => (address.kind === 'tcp' && address.port === 502 ? { place: 'pump', framing: 'tcp' } : undefined));
  expect(await open({ kind: 'tcp', host: '10.0.0.1', port: 503 })).toBe(a);
  const link = await open({ kind: 'tcp', host: '10.0.0.1', port: 502 });
  b.onBytes(() => undefined);
  await link.send(Buffer.from('read'));
  expect(told).toEqual(['open pump', 'client read']);
  expect(connections[0]?.server).toMatchObject({ host: '10.0.0.1', port: 502 });
});

test('a socket that a library reads and writes as a stream', async () => {
  const { told, wire, connections } = notebook();
  const server = createServer((socket) => {
    tapAcceptedSocket(socket, 'mqtt', 'mqtt', wire);
    socket.on('readable', () => {
      if (socket.read() === null) return;
      socket.cork();
      socket.write('text ');
      socket.write(Buffer.from('bytes'));
      socket.uncork();
      socket.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const ended = new Promise<void>((resolve) => void server.once('close', resolve));
  const client = await connectTcp({ host: '127.0.0.1', port }, { clock: realClock, timeoutMs: 1_000 });
  client.onBytes(() => undefined);
  await client.send(Buffer.from('hello'));
  await client.closed;
  server.close();
  await ended;
  expect(told[0]).toBe('open mqtt');
  expect(told.filter((line) => line.startsWith('client '))[0]).toBe('client hello');
  expect(told.filter((line) => line.startsWith('server ') && !line.endsWith('ended') && !line.endsWith('cut')).map((line) => line.slice(7)).join('')).toBe('text bytes');
  expect(told).toContain('server ended');
  expect(connections[0]?.server.port).toBe(port);
});

test('a connection over a real socket is told with its two ends', async () => {
  const { told, wire } = notebook();
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 }, (link, peer) => {
    const wired = tappedLink(link, wire.connection('plc', { client: peer, server: { host: peer.localHost, port: peer.localPort }, protocol: 'modbus-tcp' }), 'server');
    wired.onBytes((bytes) => void wired.send(bytes));
  });
  closing.push(() => listener.close());
  const client = await connectTcp({ host: '127.0.0.1', port: listener.port }, { clock: realClock, timeoutMs: 1_000 });
  const answered = new Promise<void>((resolve) => client.onBytes(() => resolve()));
  await client.send(Buffer.from('ping'));
  await answered;
  expect(told).toEqual(['open plc', 'client ping', 'server ping']);
  await client.close();
});
