import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { ServerIdentity } from './certificate-authority.ts';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { reasonOf } from './link-closed-error.ts';
import { SocketLink } from './socket-link.ts';
import { bindError, type TcpAddress } from './tcp-link.ts';

/** What a TLS server shows and allows. */
export interface TlsServerOptions extends ServerIdentity {
  /** OpenSSL names of the cipher suites of TLS 1.2, separated by colons; those of 1.3 are all allowed unless `maxVersion`. */
  readonly ciphers?: string;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** How a handshake that a client began came out. */
export type TlsHandshake =
  | { readonly kind: 'secure'; readonly protocol: string; readonly cipher: string }
  /** The client ended it, or the two have nothing in common. */
  | { readonly kind: 'failed'; readonly because: string };

export interface TlsListener extends LinkListener {
  /** What the next connections are shown; connections that are open stay. */
  setOptions(options: TlsServerOptions): void;
}

/**
 * Listens for TLS (1.2 and 1.3) and hands out a link for each connection whose handshake is done.
 * @param onHandshake - Called once for each handshake, before the link is handed out.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function listenTls(
  address: TcpAddress,
  options: TlsServerOptions,
  onLink: (link: ByteLink) => void,
  onHandshake: (handshake: TlsHandshake) => void = () => undefined,
): Promise<TlsListener> {
  let secureContext = contextOf(options);
  const server = createServer((carrier) => shakeHands(carrier, secureContext, onLink, onHandshake));
  await bind(server, address);
  // A connection that fails before it is accepted is its peer's to see.
  server.on('error', () => undefined);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    setOptions: (changed) => {
      secureContext = contextOf(changed);
    },
    close: () => {
      server.close();
      return Promise.resolve();
    },
  };
}

/** The server side of one handshake on an accepted TCP connection. */
function shakeHands(carrier: Socket, secureContext: SecureContext, onLink: (link: ByteLink) => void, onHandshake: (handshake: TlsHandshake) => void): void {
  const name = `tls peer ${carrier.remoteAddress ?? 'unknown'}:${carrier.remotePort ?? 0}`;
  const socket = new TLSSocket(carrier, { isServer: true, secureContext });
  let isDone = false;
  const failed = (because: string): void => {
    if (isDone) return;
    isDone = true;
    onHandshake({ kind: 'failed', because });
    socket.destroy();
    carrier.destroy();
  };
  const onError = (cause: Error): void => failed(reasonOf(cause));
  carrier.on('error', onError);
  socket.on('error', onError);
  socket.on('_tlsError', onError);
  carrier.once('close', () => failed('the client ended the connection'));
  socket.once('secure', () => {
    isDone = true;
    onHandshake({ kind: 'secure', protocol: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher().name });
    onLink(new SocketLink(socket, name));
    socket.removeListener('error', onError);
  });
}

function contextOf({ certChainPem, keyPem, ciphers, maxVersion = 'TLSv1.3' }: TlsServerOptions): SecureContext {
  return createSecureContext({ cert: certChainPem, key: keyPem, minVersion: 'TLSv1.2', maxVersion, ...(ciphers === undefined ? {} : { ciphers }) });
}

function bind(server: Server, address: TcpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => reject(bindError(`tls ${address.host}:${address.port}`, cause));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port }, () => {
      server.removeListener('error', onError);
      resolve();
    });
  });
}
