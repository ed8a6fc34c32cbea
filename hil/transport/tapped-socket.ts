import type { Socket } from 'node:net';
import type { TappedConnection, WireTap } from './wire-tap.ts';

/**
 * Tells a tap what passes through a socket that was accepted, whose bytes are taken with `read` and given with `write`, as
 * streams do. For sockets that a library takes over; everything else goes through `tappedLink`.
 */
export function tapAcceptedSocket(socket: Socket, place: string, protocol: TappedConnection['protocol'], wire: WireTap): void {
  const tap = wire.connection(place, {
    client: { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    server: { host: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    protocol,
  });
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (chunk instanceof Uint8Array) tap.data('client', chunk);
    return chunk;
  };
  const write = socket.write.bind(socket);
  socket.write = (chunk: Uint8Array | string, encoding?: BufferEncoding | Written, written?: Written): boolean => {
    tap.data('server', typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk);
    return typeof encoding === 'function' ? write(chunk, encoding) : write(chunk, encoding, written);
  };
  socket.once('end', () => tap.ended('client'));
  socket.once('finish', () => tap.ended('server'));
  // After both ends this says nothing more.
  socket.once('close', (hadError) => tap.cut(hadError ? 'client' : 'server'));
}

type Written = (error?: Error | null) => void;
