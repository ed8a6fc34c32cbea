import { WebSocket } from 'ws';
import { FieldproofError } from '../runtime/errors.ts';
import type { ByteLink, LinkClosed } from './byte-link.ts';
import { linkClosedError, linkFailedError, reasonOf } from './link-closed-error.ts';
import { LinkInbox } from './link-inbox.ts';
import type { ConnectTcpDeps } from './tcp-link.ts';
import type { TlsClientOptions } from './tls-link.ts';

/** How long a closing handshake may take before the socket is cut, milliseconds. */
const CLOSE_WAIT_MS = 2_000;
/** An option that is newer than the package's types: as a spread it is taken without a complaint. */
const CLOSING = { closeTimeout: CLOSE_WAIT_MS };

export interface WebSocketOptions extends TlsClientOptions {
  /** Sub-protocol asked for; MQTT demands `mqtt` (MQTT 3.1.1 and 5.0, section 6). */
  readonly protocol: string;
}

/**
 * Opens a WebSocket (RFC 6455) whose binary messages are the bytes of the link. A text message from the peer cuts it.
 * @param url - `ws://host:port/path` or `wss://...`.
 * @throws FieldproofError FP_LINK_OPEN: no connection, no upgrade, or another sub-protocol than the one asked for.
 */
export function connectWebSocket(url: string, { protocol, ca, cert, key, serverName, verify = true }: WebSocketOptions, { clock, timeoutMs }: ConnectTcpDeps): Promise<ByteLink> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol, {
      perMessageDeflate: false,
      ...CLOSING,
      rejectUnauthorized: verify,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    const fail = (reason: string, cause?: unknown): void => {
      timer.cancel();
      socket.terminate();
      reject(new FieldproofError('FP_LINK_OPEN', `cannot open ${url}: ${reason}`, { cause }));
    };
    const onError = (cause: Error): void => fail(reasonOf(cause), cause);
    const timer = clock.setTimer(timeoutMs, () => fail(`no WebSocket within ${timeoutMs} ms`));
    socket.on('error', onError);
    socket.once('open', () => {
      timer.cancel();
      resolve(new WebSocketLink(socket, url));
      socket.removeListener('error', onError);
    });
  });
}

/** An open WebSocket as a byte link, of either side; `connectWebSocket` and `listenWebSocket` make them. */
export class WebSocketLink implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #socket: WebSocket;
  readonly #inbox: LinkInbox;
  #error: FieldproofError | undefined;
  #closeAsked = false;

  constructor(socket: WebSocket, name: string) {
    this.name = name;
    this.#socket = socket;
    this.#inbox = new LinkInbox({ stop: () => socket.pause(), start: () => socket.resume() });
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data, isBinary) => this.#accept(data, isBinary));
    socket.on('error', (error) => {
      if (!this.#closeAsked) this.#error ??= linkFailedError(name, error);
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        // 1006: the connection broke without a closing handshake (RFC 6455 section 7.1.5).
        if (code === 1_006 && !this.#closeAsked) this.#error ??= linkFailedError(name, new Error('the connection broke'));
        resolve({ error: this.#error });
      });
    });
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(linkClosedError(this.name, 'is closed'));
    if (bytes.byteLength === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, { binary: true }, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(linkClosedError(this.name, 'closed while sending', error));
      });
    });
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
    this.#closeAsked = true;
    this.#inbox.discard();
    // The library cuts a peer that does not answer the closing handshake, after CLOSE_WAIT_MS at most.
    this.#socket.close(1_000);
    await this.closed;
  }

  destroy(): void {
    this.#closeAsked = true;
    this.#inbox.discard();
    this.#socket.terminate();
  }

  #accept(data: unknown, isBinary: boolean): void {
    if (isBinary && data instanceof Uint8Array) this.#inbox.accept(data);
    else {
      this.#error ??= linkFailedError(this.name, new Error('the peer sent a text message'));
      this.#socket.terminate();
    }
  }
}
