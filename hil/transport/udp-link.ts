import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { FieldproofError, systemCodeOf } from '../runtime/errors.ts';
import { UNREAD_BYTES_MAX, type ByteLink, type LinkClosed } from './byte-link.ts';
import { linkClosedError, linkFailedError, reasonOf } from './link-closed-error.ts';
import { LinkInbox } from './link-inbox.ts';
import { bindError } from './tcp-link.ts';

/** Largest payload of a UDP datagram over IPv4: 65,535 minus 20 bytes of IP and 8 of UDP header (RFC 768, RFC 791). */
export const UDP_DATAGRAM_BYTES_MAX = 65_507;

/** An IP address and a UDP port. */
export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A byte link over datagrams: each `send` is one datagram and each chunk received is one, an empty one included. Neither
 * delivery nor order is promised, the other end's closing is not seen, and there is no flow control.
 */
export interface UdpLink extends ByteLink {
  /** The port of this end. */
  readonly localPort: number;
  /** Datagrams that came while `UNREAD_BYTES_MAX` bytes were already waiting to be read, and were dropped. */
  readonly droppedDatagrams: number;
}

/** A bound UDP port that does not know its peer yet. */
export interface UdpPort {
  /** The bound port; the real one when 0 was asked for. */
  readonly port: number;
  /**
   * Fixes the peer; datagrams of others are not taken any more.
   * @throws FieldproofError FP_LINK_OPEN.
   */
  connect(remote: UdpAddress): Promise<UdpLink>;
  /** Gives the port back; for one that was never connected. */
  close(): Promise<void>;
}

/**
 * Binds a UDP port of this machine. Two of these, each connected to the other's port, make a pair.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED, with host and port in the message.
 */
export function bindUdp(local: UdpAddress): Promise<UdpPort> {
  const socket = createSocket(isIPv6(local.host) ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(bindError(`udp ${local.host}:${local.port}`, cause));
    });
    socket.bind({ address: local.host, port: local.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      const { port } = socket.address();
      resolve({ port, connect: (remote) => connectSocket(socket, remote), close: () => closeSocket(socket) });
    });
  });
}

/**
 * A UDP link from a local port (0: any free one) to a fixed peer.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED, FP_LINK_OPEN.
 */
export async function openUdp(options: UdpAddress & { readonly remote: UdpAddress }): Promise<UdpLink> {
  const port = await bindUdp(options);
  return port.connect(options.remote);
}

function connectSocket(socket: Socket, remote: UdpAddress): Promise<UdpLink> {
  const name = `udp ${remote.host}:${remote.port}`;
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      socket.close();
      reject(new FieldproofError('FP_LINK_OPEN', `${name} could not be opened: ${reasonOf(cause)}`, { cause }));
    };
    socket.once('error', onError);
    socket.connect(remote.port, remote.host, () => {
      socket.removeListener('error', onError);
      resolve(new ConnectedUdpLink(socket, name));
    });
  });
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}

class ConnectedUdpLink implements UdpLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly localPort: number;
  readonly #socket: Socket;
  readonly #inbox: LinkInbox;
  readonly #sending = new Set<Promise<void>>();
  #closeAsked = false;
  #isClosed = false;
  #error: FieldproofError | undefined;
  #droppedDatagrams = 0;

  constructor(socket: Socket, name: string) {
    this.name = name;
    this.#socket = socket;
    this.localPort = socket.address().port;
    // A UDP socket cannot be told to stop; what comes too early is kept up to the bound of the inbox and then dropped.
    this.#inbox = new LinkInbox({ stop: () => undefined, start: () => undefined });
    socket.on('message', (datagram) => this.#accept(datagram));
    socket.on('error', (error) => this.#fail(error));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        resolve({ error: this.#error });
      });
    });
  }

  get droppedDatagrams(): number {
    return this.#droppedDatagrams;
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#closeAsked || this.#isClosed) return Promise.reject(linkClosedError(this.name, 'is closed'));
    if (bytes.byteLength > UDP_DATAGRAM_BYTES_MAX) {
      const message = `a datagram of ${bytes.byteLength} bytes is over the ${UDP_DATAGRAM_BYTES_MAX} that UDP carries`;
      return Promise.reject(new FieldproofError('FP_LIMIT', message));
    }
    const sending = this.#sendDatagram(bytes);
    this.#sending.add(sending);
    const forget = (): boolean => this.#sending.delete(sending);
    sending.then(forget, forget);
    return sending;
  }

  onBytes(receiver: (chunk: Uint8Array) => void): void {
    this.#inbox.setReceiver(receiver);
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  async close(): Promise<void> {
    if (!this.#closeAsked) {
      this.#closeAsked = true;
      this.#inbox.discard();
      // Closing the socket would cancel datagrams that the system has not taken yet.
      await Promise.allSettled(this.#sending);
      this.#closeSocket();
    }
    await this.closed;
  }

  destroy(): void {
    this.#closeAsked = true;
    this.#inbox.discard();
    this.#closeSocket();
  }

  #accept(datagram: Buffer): void {
    if (this.#inbox.unreadBytes + datagram.byteLength > UNREAD_BYTES_MAX) this.#droppedDatagrams += 1;
    else this.#inbox.accept(datagram);
  }

  /**
   * The system reports with a call to send that an *earlier* datagram found no listener, and does not send the new one:
   * so it is sent again. Refused twice in a row, it counts as lost on the way, which datagrams may be.
   */
  async #sendDatagram(bytes: Uint8Array): Promise<void> {
    const refused = await this.#trySend(bytes);
    if (refused && !this.#isClosed) await this.#trySend(bytes);
  }

  /** @returns Whether the system refused it because an earlier datagram found no listener. */
  #trySend(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, (error) => {
        if (error === null || systemCodeOf(error) === 'ECONNREFUSED') resolve(error !== null);
        else reject(linkFailedError(this.name, error));
      });
    });
  }

  /** "No listener over there" is the loss of one datagram, not the end of the link: the peer may yet come up. */
  #fail(cause: Error): void {
    if (systemCodeOf(cause) === 'ECONNREFUSED') return;
    if (!this.#closeAsked) this.#error ??= linkFailedError(this.name, cause);
    this.#closeSocket();
  }

  /** Closing a closed UDP socket throws. */
  #closeSocket(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
