import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { FieldproofError } from '../runtime/errors.ts';
import type { ByteLink } from './byte-link.ts';
import { reasonOf } from './link-closed-error.ts';
import { SocketLink } from './socket-link.ts';
import type { ConnectTcpDeps, TcpAddress } from './tcp-link.ts';

/** What a TLS client checks and shows. PEM texts. */
export interface TlsClientOptions {
  /** Certificates trusted beside the system's; left out: the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name asked for and checked (SNI); left out: the host, unless that is an IP address. */
  readonly serverName?: string;
  /** False takes any certificate: for a bench whose device has a self-signed one. */
  readonly verify?: boolean;
  /** False takes a certificate for any name, when it is trusted otherwise; true by default. */
  readonly checkName?: boolean;
}

/**
 * Connects to a TCP port and does the TLS handshake (1.2 or 1.3).
 * @throws FieldproofError FP_LINK_OPEN: no connection, no handshake in time, or a certificate that is not trusted.
 */
export function connectTls(address: TcpAddress, options: TlsClientOptions, { clock, timeoutMs }: ConnectTcpDeps): Promise<ByteLink> {
  const name = `tls ${address.host}:${address.port}`;
  const { serverName, verify = true, checkName = true, ...material } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address.host,
      port: address.port,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: verify,
      ...(checkName ? {} : { checkServerIdentity: () => undefined }),
      ...material,
      // An IP address is checked, and never asked for (RFC 6066 section 3).
      ...(serverName !== undefined ? { servername: serverName } : isIP(address.host) === 0 ? { servername: address.host } : {}),
    });
    const fail = (reason: string, cause?: unknown): void => {
      timer.cancel();
      socket.destroy();
      reject(new FieldproofError('FP_LINK_OPEN', `cannot open ${name}: ${reason}`, { cause }));
    };
    const onError = (cause: Error): void => fail(reasonOf(cause), cause);
    const timer = clock.setTimer(timeoutMs, () => fail(`no handshake within ${timeoutMs} ms`));
    // Stays until the link has its own, so that a late error finds a listener.
    socket.on('error', onError);
    socket.once('secureConnect', () => {
      timer.cancel();
      resolve(new SocketLink(socket, name));
      socket.removeListener('error', onError);
    });
  });
}
