import { closeSync, write } from 'node:fs';
import type { ByteLink, LinkClosed } from '../../../hil/transport/byte-link.ts';
import { linkClosedError, linkFailedError } from '../../../hil/transport/link-closed-error.ts';
import { LinkInbox } from '../../../hil/transport/link-inbox.ts';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError, systemCodeOf } from '../../../hil/runtime/errors.ts';
import { openPty, type OpenPty } from './open-pty.ts';

/** How long to wait before a full terminal is tried again, milliseconds. */
const RETRY_MS = 1;
/** How long a terminal may take no byte at all before a send fails, milliseconds. */
const STALL_MS_MAX = 30_000;

/** A serial line without hardware: a path that a client opens like a serial port, and the other end of its wire. */
export interface PtyPair {
  /** The device to open, such as `/dev/pts/3`. Clients may close and open it again. */
  readonly path: string;
  /** The other end. It does not see clients come and go; when it closes, a client's port is disconnected. */
  readonly master: ByteLink;
  /** Cuts the line and gives back its descriptors, as soon as a write under way has ended: see `master.closed`. */
  dispose(): void;
}

/**
 * Makes a virtual serial line. It carries bytes at memory speed: baud rate, parity and stop bits are accepted and ignored.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED when this machine has no pseudo-terminals.
 */
export async function openPtyPair(deps: { readonly clock: Clock }): Promise<PtyPair> {
  const pty = await openPty();
  const master = new PtyLink(pty, deps.clock);
  return { path: pty.path, master, dispose: () => master.destroy() };
}

class PtyLink implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #pty: OpenPty;
  readonly #clock: Clock;
  readonly #inbox: LinkInbox;
  /** Ends the waits for room when the link closes. */
  readonly #cut = new AbortController();
  #lastSend: Promise<void> = Promise.resolve();
  #closeAsked = false;
  #error: FieldproofError | undefined;

  constructor(pty: OpenPty, clock: Clock) {
    this.name = `pty ${pty.path}`;
    this.#pty = pty;
    this.#clock = clock;
    const { stream } = pty;
    this.#inbox = new LinkInbox({ stop: () => stream.pause(), start: () => stream.resume() });
    stream.on('data', (chunk: Buffer) => this.#inbox.accept(chunk));
    stream.on('error', (error) => {
      if (!this.#closeAsked) this.#error ??= linkFailedError(this.name, error);
    });
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#cut.abort();
        closeSync(pty.holdFd);
        resolve({ error: this.#error });
      });
    });
  }

  /** @throws FieldproofError FP_LIMIT too, when a client has the line open and reads nothing for 30 s. */
  send(bytes: Uint8Array): Promise<void> {
    if (this.#closeAsked || this.#pty.stream.destroyed) return Promise.reject(linkClosedError(this.name, 'is closed'));
    const sending = this.#lastSend.then(() => this.#writeAll(bytes));
    this.#lastSend = sending.catch(() => undefined);
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
    this.#closeAsked = true;
    this.#inbox.discard();
    await this.#lastSend;
    this.#pty.stream.destroy();
    await this.closed;
  }

  destroy(): void {
    this.#closeAsked = true;
    this.#inbox.discard();
    this.#cut.abort();
    // A write that runs in another thread must end first: the number of a closed descriptor is soon used again.
    void this.#lastSend.then(() => this.#pty.stream.destroy());
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let sentBytes = 0;
    let stalledMs = 0;
    while (sentBytes < bytes.byteLength) {
      if (this.#cut.signal.aborted || this.#pty.stream.destroyed) throw linkClosedError(this.name, 'closed while sending');
      const takenBytes = await this.#writeSome(bytes.subarray(sentBytes));
      sentBytes += takenBytes;
      stalledMs = takenBytes > 0 ? 0 : stalledMs + RETRY_MS;
      if (stalledMs >= STALL_MS_MAX) {
        throw new FieldproofError('FP_LIMIT', `${this.name} took no byte for ${STALL_MS_MAX} ms: its client does not read`);
      }
      if (takenBytes === 0) await sleep(this.#clock, RETRY_MS, this.#cut.signal);
    }
  }

  /** @returns How many bytes the terminal took; 0 when it is full. */
  #writeSome(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#pty.fd, bytes, (error, takenBytes) => {
        if (error === null) resolve(takenBytes);
        else if (systemCodeOf(error) === 'EAGAIN') resolve(0);
        else reject(linkFailedError(this.name, error));
      });
    });
  }
}
