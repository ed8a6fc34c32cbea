import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FieldproofError } from '../runtime/errors.ts';
import type { ByteLink, LinkClosed } from './byte-link.ts';
import { linkClosedError, linkFailedError } from './link-closed-error.ts';
import { LinkInbox } from './link-inbox.ts';

/** How long a closed link without any progress waits for its peer to close too before it is cut, milliseconds. */
const CLOSE_WAIT_MS = 5_000;
/** A connection that is quiet for so long is asked whether it is still there, milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** A connected TCP socket as a byte link; `tcp-link.ts` makes them. */
export class SocketLink implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #socket: Socket;
  readonly #inbox: LinkInbox;
  #closeAsked = false;
  #peerEnded = false;
  #error: FieldproofError | undefined;

  /** @param socket - Connected, not paused, with `allowHalfOpen` off: the peer's FIN closes our side as well. */
  constructor(socket: Socket, name: string) {
    this.name = name;
    this.#socket = socket;
    this.#inbox = new LinkInbox({ stop: () => socket.pause(), start: () => socket.resume() });
    // Both ends may send small frames at any time: waiting for an acknowledgement would add up to 40 ms to each.
    socket.setNoDelay(true);
    // A peer that crashed or was unplugged says nothing: the kernel asks it, and fails the connection when nothing comes back.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (chunk: Buffer) => this.#inbox.accept(chunk));
    socket.on('end', () => (this.#peerEnded = true));
    socket.on('error', (error) => this.#fail(error));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve({ error: this.#error })));
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#closeAsked || !this.#socket.writable) return Promise.reject(linkClosedError(this.name, 'is closed'));
    if (bytes.byteLength === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
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
    if (!this.#closeAsked && !this.#socket.destroyed) {
      this.#closeAsked = true;
      // Bytes left unread in the kernel would turn our FIN into an RST, which can destroy what we sent last.
      this.#inbox.discard();
      this.#socket.setTimeout(CLOSE_WAIT_MS, () => this.#socket.destroy());
      this.#socket.end();
    }
    await this.closed;
  }

  destroy(): void {
    this.#closeAsked = true;
    this.#inbox.discard();
    // libuv refuses to reset a socket whose FIN is on its way (EINVAL), and Node then never closes it.
    const isEnding = this.#socket.writableEnded && !this.#socket.writableFinished;
    // Nor can Node reset what lies below TLS: its peer sees the end of the stream without a closing alert.
    if (isEnding || this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** After the peer's FIN or our own wish to close, an error of the socket is only the way the two ends parted. */
  #fail(cause: Error): void {
    if (!this.#closeAsked && !this.#peerEnded) this.#error ??= linkFailedError(this.name, cause);
  }
}
