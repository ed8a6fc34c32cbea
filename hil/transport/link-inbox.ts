import { UNREAD_BYTES_MAX } from './byte-link.ts';

/** How an inbox holds its carrier back: `stop` means take no more bytes for now, `start` means go on. */
export interface CarrierFlow {
  stop(): void;
  start(): void;
}

/**
 * The receiving half that every carrier of bytes needs: hands chunks to the one receiver in order, keeps those that come
 * before there is a receiver or while the link is paused, and stops the carrier when `UNREAD_BYTES_MAX` are kept. A
 * carrier may overshoot by the chunks it delivers before it has really stopped.
 */
export class LinkInbox {
  readonly #flow: CarrierFlow;
  #receiver: ((chunk: Uint8Array) => void) | undefined;
  readonly #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #paused = false;
  #stopped = false;
  #discarding = false;

  constructor(flow: CarrierFlow) {
    this.#flow = flow;
  }

  /** Bytes kept for a receiver. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Takes a chunk from the carrier; from here on it belongs to the inbox, then to the receiver. */
  accept(chunk: Uint8Array): void {
    if (this.#discarding) return;
    // The usual case, without a list that is filled and emptied for each chunk.
    if (this.#receiver !== undefined && !this.#paused && this.#unread.length === 0) {
      this.#receiver(chunk);
      return;
    }
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.byteLength;
    this.#handOver();
  }

  setReceiver(receiver: (chunk: Uint8Array) => void): void {
    this.#receiver = receiver;
    this.#handOver();
  }

  pause(): void {
    this.#paused = true;
    this.#steerCarrier();
  }

  resume(): void {
    this.#paused = false;
    this.#handOver();
  }

  /** From now on drops what is kept and what comes, and lets the carrier run: for a link that its owner has closed. */
  discard(): void {
    this.#discarding = true;
    this.#unread.length = 0;
    this.#unreadBytes = 0;
    this.#steerCarrier();
  }

  /** Reads the fields anew for each chunk, because the receiver may pause, close or replace itself. */
  #handOver(): void {
    while (this.#receiver !== undefined && !this.#paused) {
      const chunk = this.#unread.shift();
      if (chunk === undefined) break;
      this.#unreadBytes -= chunk.byteLength;
      this.#receiver(chunk);
    }
    this.#steerCarrier();
  }

  #steerCarrier(): void {
    const shouldStop = !this.#discarding && (this.#paused || this.#unreadBytes >= UNREAD_BYTES_MAX);
    if (shouldStop === this.#stopped) return;
    this.#stopped = shouldStop;
    if (shouldStop) this.#flow.stop();
    else this.#flow.start();
  }
}
