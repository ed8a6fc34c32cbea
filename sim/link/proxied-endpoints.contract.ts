import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../hil/runtime/clock.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { startLinkProxy, type LinkProxy } from './link-proxy.ts';

/** A proxy between real sockets on this machine, with everything it observed. */
export interface ProxiedEndpoints {
  readonly proxy: LinkProxy;
  readonly upstream: Server;
  readonly observed: readonly { readonly type: string; readonly data: ObservationData }[];
  /** Connects a client to the proxy. */
  dial(): Socket;
  /** The upstream's end of the next connection that reaches it. */
  nextServer(): Promise<Socket>;
  /** Both ends of a connection that has reached the upstream. */
  dialThrough(): Promise<{ readonly client: Socket; readonly server: Socket }>;
  close(): Promise<void>;
}

/** Starts an upstream that reads only when told to, and a proxy in front of it. */
export async function openProxiedEndpoints(clock: Clock = realClock): Promise<ProxiedEndpoints> {
  const observed: { type: string; data: ObservationData }[] = [];
  const arrived: Socket[] = [];
  const awaited: ((socket: Socket) => void)[] = [];
  const upstream = createServer({ allowHalfOpen: true }, (socket) => {
    ignoreErrors(socket);
    const next = awaited.shift();
    if (next === undefined) arrived.push(socket);
    else next(socket);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const proxy = await startLinkProxy(
    { id: 'uplink', listen: { host: '127.0.0.1', port: 0 }, upstream: { host: '127.0.0.1', port: portOf(upstream) } },
    { clock, random: randomFromSeed(1), observe: (type, data) => observed.push({ type, data }), log: silentLogger },
  );
  const clients: Socket[] = [];
  const dial = (): Socket => {
    const client = ignoreErrors(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
    clients.push(client);
    return client;
  };
  const nextServer = (): Promise<Socket> => {
    const waiting = arrived.shift();
    return waiting === undefined ? new Promise((resolve) => void awaited.push(resolve)) : Promise.resolve(waiting);
  };
  return {
    proxy,
    upstream,
    observed,
    dial,
    nextServer,
    dialThrough: async () => ({ client: dial(), server: await nextServer() }),
    async close() {
      for (const client of clients) client.destroy();
      await proxy.close();
      upstream.close();
    },
  };
}

/** The port a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Everything a socket gives until its end; rejects when it is reset before. Leaves the other direction open. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

/** Reads until so many bytes have come. */
export async function readBytes(socket: Socket, byteCount: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < byteCount) {
    const chunk: unknown = socket.read();
    if (chunk instanceof Buffer) {
      chunks.push(chunk);
      bytes += chunk.length;
    } else {
      await once(socket, 'readable');
    }
  }
  return Buffer.concat(chunks);
}

/** How a socket ended: `ECONNRESET` or another code after an error, `end` in good order. */
export function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    socket.resume();
  });
}

/** Waits until `condition` holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => void setTimeout(resolve, 2));
}

function ignoreErrors(socket: Socket): Socket {
  return socket.on('error', () => {});
}
