import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import type { TappedConnection, WireTap } from '../../hil/transport/wire-tap.ts';
import { startLinkProxy, type LinkProxy } from './link-proxy.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Told {
  readonly told: readonly string[];
  readonly connections: ReadonlyMap<string, TappedConnection>;
  readonly proxy: LinkProxy;
  readonly client: Socket;
  readonly upstreamPort: number;
}

/** A client, the proxy and an upstream that echoes, with what the tap was told by side. */
async function echoThrough(): Promise<Told> {
  const told: string[] = [];
  const connections = new Map<string, TappedConnection>();
  const wire: WireTap = {
    connection: (place, connection) => {
      connections.set(place, connection);
      const side = place.split(' ')[1] ?? '';
      return {
        data: (from, bytes) => told.push(`${side}: ${from} ${Buffer.from(bytes).toString()}`),
        ended: (from) => told.push(`${side}: ${from} ended`),
        cut: (from) => told.push(`${side}: ${from} cut`),
      };
    },
    line: () => ({ data: () => undefined }),
  };
  const upstream = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  closing.push(() => new Promise((resolve) => void upstream.close(resolve)));
  const address = upstream.address();
  const upstreamPort = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy = await startLinkProxy(
    { id: 'uplink', listen: { host: '127.0.0.1', port: 0 }, upstream: { host: '127.0.0.1', port: upstreamPort }, protocol: 'mqtt' },
    { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger, wire },
  );
  closing.push(() => proxy.close());
  const client = connect({ host: '127.0.0.1', port: proxy.port });
  client.on('error', () => undefined);
  await once(client, 'connect');
  return { told, connections, proxy, client, upstreamPort };
}

async function say(client: Socket, text: string): Promise<void> {
  const heard = once(client, 'data');
  client.write(text);
  await heard;
}

test('both sides of the link, by their real addresses, in the order of what passed', async () => {
  const { told, connections, proxy, client, upstreamPort } = await echoThrough();
  await say(client, 'one');
  const closed = once(client, 'close');
  client.end();
  await closed;
  await proxy.close();
  expect(told.filter((line) => line.startsWith('client'))).toEqual(['client: client one', 'client: server one', 'client: client ended', 'client: server ended']);
  expect(told.filter((line) => line.startsWith('server'))).toEqual(['server: client one', 'server: server one', 'server: client ended', 'server: server ended']);
  expect(connections.get('uplink client side')).toMatchObject({ client: { port: expect.any(Number) }, server: { host: '127.0.0.1', port: proxy.port }, protocol: 'mqtt' });
  expect(connections.get('uplink server side')?.server).toEqual({ host: '127.0.0.1', port: upstreamPort });
});

test('while the link is cut the client side goes on alone, and after it the other side catches up', async () => {
  const { told, proxy, client } = await echoThrough();
  await say(client, 'one');
  proxy.startFault({ fault: 'p', kind: 'partition', params: {} });
  client.write('two');
  while (!told.includes('client: client two')) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(told).not.toContain('server: client two');
  const heard = once(client, 'data');
  proxy.stopFault('p');
  await heard;
  expect(told.indexOf('server: client two')).toBeGreaterThan(told.indexOf('client: client two'));
});

test('a reset cuts both sides, towards each in the place of the other', async () => {
  const { told, proxy, client } = await echoThrough();
  await say(client, 'one');
  // Not `once`, which takes the error of a reset for a failure.
  const closed = new Promise<void>((resolve) => void client.once('close', () => resolve()));
  proxy.startFault({ fault: 'r', kind: 'reset', params: {} });
  await closed;
  expect(told.slice(-2)).toEqual(['client: server cut', 'server: client cut']);
});
