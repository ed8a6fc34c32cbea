import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { FieldproofError, systemCodeOf } from '../runtime/errors.ts';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { reasonOf } from './link-closed-error.ts';
import { SocketLink } from './socket-link.ts';

/** A host name or address and a TCP port; port 0 asks a listener for any free one. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** The two ends of an accepted connection. A listener on all addresses tells by `localHost` which one was meant. */
export interface TcpPeer extends TcpAddress {
  readonly localHost: string;
  readonly localPort: number;
}

export interface ConnectTcpDeps {
  readonly clock: Clock;
  /** Longest wait for the connection, milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Connects to a TCP port, with Nagle's delay off.
 * @param signal - Ends the attempt; an established link is not touched by it.
 * @throws FieldproofError FP_LINK_OPEN, with host and port in the message.
 */
export function connectTcp(address: TcpAddress, deps: ConnectTcpDeps, signal?: AbortSignal): Promise<ByteLink> {
  const name = `tcp ${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(openError(name, 'the attempt was cancelled'));
      return;
    }
    const socket = createConnection({ host: address.host, port: address.port });
    const fail = (reason: string, cause?: unknown): void => {
      finish();
      socket.destroy();
      reject(openError(name, reason, cause));
    };
    const onError = (cause: Error): void => fail(reasonOf(cause), cause);
    const onAbort = (): void => fail('the attempt was cancelled');
    const timer = deps.clock.setTimer(deps.timeoutMs, () => fail(`no connection within ${deps.timeoutMs} ms`));
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // Stays for good, so that an error that comes after the attempt was given up finds a listener.
    socket.on('error', onError);
    socket.once('connect', () => {
      finish();
      resolve(new SocketLink(socket, name));
      socket.removeListener('error', onError);
    });
  });
}

/**
 * Listens on a TCP port and hands out a link for each connection.
 * @param onLink - Called at once for each connection; bytes wait until it sets a receiver. Must not throw.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED, with host and port in the message.
 */
export async function listenTcp(address: TcpAddress, onLink: (link: ByteLink, peer: TcpPeer) => void): Promise<LinkListener> {
  const server = createServer((socket) => {
    const peer = peerOf(socket);
    onLink(new SocketLink(socket, `tcp peer ${peer.host}:${peer.port}`), peer);
  });
  await bind(server, address);
  // A connection that fails before it is accepted is its peer's to see; the listener goes on for the others.
  server.on('error', () => undefined);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: () => {
      // The callback of `close` would wait for the open connections too; the port is free as soon as it returns.
      server.close();
      return Promise.resolve();
    },
  };
}

function bind(server: Server, address: TcpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => reject(bindError(`tcp ${address.host}:${address.port}`, cause));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port }, () => {
      server.removeListener('error', onError);
      resolve();
    });
  });
}

/** What a listener that could not be bound throws. @param name - What was to be bound: `tcp 127.0.0.1:502`. */
export function bindError(name: string, cause: unknown): FieldproofError {
  if (systemCodeOf(cause) === 'EADDRINUSE') return new FieldproofError('FP_PORT_IN_USE', `${name} is in use by another process`, { cause });
  return new FieldproofError('FP_BIND_FAILED', `${name} could not be bound: ${reasonOf(cause)}`, { cause });
}

function openError(name: string, reason: string, cause?: unknown): FieldproofError {
  return new FieldproofError('FP_LINK_OPEN', `${name} could not be opened: ${reason}`, { cause });
}

/** The addresses are undefined only on a socket whose peer is already gone. */
function peerOf(socket: Socket): TcpPeer {
  return {
    host: socket.remoteAddress ?? 'unknown',
    port: socket.remotePort ?? 0,
    localHost: socket.localAddress ?? 'unknown',
    localPort: socket.localPort ?? 0,
  };
}
