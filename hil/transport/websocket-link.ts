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

/** What kinds of messages carry the bytes of a link: binary ones, unless somebody breaks the rule on purpose. */
export interface WebSocketFrames {
  /** Kind of the message for one `send`, by its number: 0 is the first. */
  readonly kindOf?: (index: number) => 'binary' | 'text';
  /** A text message is bytes like any other, in place of the end of the link. */
  readonly takesText?: boolean;
}

export interface WebSocketOptions extends TlsClientOptions {
  /** Sub-protocol that the server has to select; MQTT demands `mqtt` (MQTT 3.1.1 and 5.0, section 6). */
  readonly protocol: string;
  /** Sub-protocols offered, in this order; that one alone by default. */
  readonly offered?: readonly string[];
  /** Opens the link whatever the server selects, or if it selects none. */
  readonly takesAnyProtocol?: boolean;
  readonly frames?: WebSocketFrames;
}

/**
 * Opens a WebSocket (RFC 6455) whose binary messages are the bytes of the link. A text message from the peer cuts it.
 * @param url - `ws://host:port/path` or `wss://...`.
 * @throws FieldproofError FP_LINK_OPEN: no connection, no upgrade, or another sub-protocol than the one asked for.
 */
export function connectWebSocket(url: string, options: WebSocketOptions, { clock, timeoutMs }: ConnectTcpDeps): Promise<ByteLink> {
  const { protocol, offered = [protocol], takesAnyProtocol = false, frames, ca, cert, key, serverName, verify = true } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...offered], {
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
    // The library takes no answer but one that was offered, and reads the header after this event.
    if (takesAnyProtocol) socket.once('upgrade', ({ headers }) => (headers['sec-websocket-protocol'] = protocol));
    socket.once('open', () => {
      if (socket.protocol !== protocol) {
        fail(`the server selected the sub-protocol ${socket.protocol}`);
        return;
      }
      timer.cancel();
      resolve(new WebSocketLink(socket, url, frames));
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
  readonly #frames: WebSocketFrames;
  #error: FieldproofError | undefined;
  #closeAsked = false;
  #sends = 0;

  constructor(socket: WebSocket, name: string, frames: WebSocketFrames = {}) {
    this.name = name;
    this.#socket = socket;
    this.#frames = frames;
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
    const isBinary = this.#frames.kindOf?.(this.#sends) !== 'text';
    this.#sends += 1;
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, { binary: isBinary }, (error) => {
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
    if ((isBinary || this.#frames.takesText === true) && data instanceof Uint8Array) this.#inbox.accept(data);
    else {
      this.#error ??= linkFailedError(this.name, new Error('the peer sent a text message'));
      this.#socket.terminate();
    }
  }
}
