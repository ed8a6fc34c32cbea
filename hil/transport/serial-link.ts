import { SerialPort } from 'serialport';
import { FieldproofError } from '../runtime/errors.ts';
import type { ByteLink, LinkClosed, SerialLine } from './byte-link.ts';
import { linkClosedError, linkFailedError, reasonOf } from './link-closed-error.ts';
import { LinkInbox } from './link-inbox.ts';

/** Modbus over Serial Line V1.02, section 2.5.1: a character carries 8 data bits in RTU mode. */
const DATA_BITS = 8;

/**
 * Opens a serial port, alone (a second opening fails), with 8 data bits and without flow control. Control lines are left
 * as the driver sets them: pseudo-terminals and some adapters refuse to change them.
 * @param path - The device, such as `/dev/ttyUSB0`.
 * @throws FieldproofError FP_LINK_OPEN, with the path and the reason that the system gave.
 */
export function openSerial(path: string, line: SerialLine): Promise<ByteLink> {
  const name = `serial ${path} ${formatLine(line)}`;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new FieldproofError('FP_LINK_OPEN', `${name} could not be opened: ${reasonOf(cause)}`, { cause }));
    const { baudRate, parity, stopBits } = line;
    const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: DATA_BITS, autoOpen: false });
    port.open((error) => {
      if (error === null) resolve(new SerialPortLink(port, name));
      else fail(error);
    });
  });
}

/** The usual short form: `19200 8E1`. */
export function formatLine(line: SerialLine): string {
  const parityLetter = { none: 'N', even: 'E', odd: 'O' }[line.parity];
  return `${line.baudRate} ${DATA_BITS}${parityLetter}${line.stopBits}`;
}

class SerialPortLink implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #port: SerialPort;
  readonly #inbox: LinkInbox;
  readonly #sending = new Set<Promise<void>>();
  #settleClosed: (closed: LinkClosed) => void = () => undefined;
  #closeAsked = false;
  #error: FieldproofError | undefined;

  constructor(port: SerialPort, name: string) {
    this.name = name;
    this.#port = port;
    this.#inbox = new LinkInbox({ stop: () => port.pause(), start: () => port.resume() });
    port.on('data', (chunk: Buffer) => this.#inbox.accept(chunk));
    port.on('error', (error) => this.#fail(error));
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    // A port that was unplugged, or whose pseudo-terminal is gone, closes with the reason as argument.
    port.once('close', (disconnected: Error | null) => this.#finish(disconnected));
    this.#watchForDisconnection();
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#closeAsked || !this.#port.isOpen) return Promise.reject(linkClosedError(this.name, 'is closed'));
    if (bytes.byteLength === 0) return Promise.resolve();
    const sending = this.#write(bytes);
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

  /** Waits as long as the line takes for what was sent; `destroy` ends that wait too. */
  async close(): Promise<void> {
    if (!this.#closeAsked) {
      this.#closeAsked = true;
      this.#inbox.discard();
      await Promise.allSettled(this.#sending);
      await this.#drain();
      this.#closePort();
    }
    await this.closed;
  }

  destroy(): void {
    this.#closeAsked = true;
    this.#inbox.discard();
    this.#closePort();
  }

  /**
   * serialport sees a disconnection only in a read that waits. One that comes at another moment (before the first read, in
   * the middle of one, while paused) leaves it reading nothing for ever, so the descriptor itself is watched too.
   */
  #watchForDisconnection(): void {
    const binding = this.#port.port;
    if (binding === undefined || !('poller' in binding)) return;
    binding.poller.once('disconnect', () => {
      // The same event tells that the port is being closed.
      if (!this.#port.isOpen) return;
      this.#fail(new Error('disconnected'));
      this.#closePort();
    });
  }

  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), undefined, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(linkClosedError(this.name, 'closed while sending', error));
      });
    });
  }

  /** Waits until the last bit has left the adapter. Pseudo-terminals may refuse the call: then nothing is left to wait for. */
  #drain(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#port.isOpen) this.#port.drain(() => resolve());
      else resolve();
    });
  }

  /** An error while closing means an adapter that is already gone: the port is closed all the same. */
  #closePort(): void {
    if (this.#port.isOpen) this.#port.close(() => this.#finish(null));
  }

  #finish(disconnected: Error | null): void {
    if (disconnected !== null) this.#fail(disconnected);
    this.#settleClosed({ error: this.#error });
  }

  #fail(cause: Error): void {
    if (!this.#closeAsked) this.#error ??= linkFailedError(this.name, cause);
  }
}
