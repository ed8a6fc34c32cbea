import type { Socket } from 'node:net';
import type { TappedConnection, WireTap } from './wire-tap.ts';

/**
 * Tells a tap what passes through a socket that was accepted and whose bytes are taken with `read`, as streams do. For
 * sockets that a library takes over; everything else goes through `tappedLink`.
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
  // `_write` and `_writev` are where everything written passes, whichever overload of `write` was called.
  const { _write: write, _writev: writev } = socket;
  socket._write = (chunk: unknown, encoding, callback) => {
    tap.data('server', bytesOf(chunk, encoding));
    write.call(socket, chunk, encoding, callback);
  };
  if (writev !== undefined) {
    socket._writev = (chunks, callback) => {
      for (const { chunk, encoding } of chunks) tap.data('server', bytesOf(chunk, encoding));
      writev.call(socket, chunks, callback);
    };
  }
  socket.once('end', () => tap.ended('client'));
  socket.once('finish', () => tap.ended('server'));
  // After both ends this says nothing more.
  socket.once('close', (hadError) => tap.cut(hadError ? 'client' : 'server'));
}

/** A socket leaves strings as they are until they are written. */
function bytesOf(chunk: unknown, encoding: BufferEncoding): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding);
  return chunk instanceof Uint8Array ? chunk : new Uint8Array(0);
}
