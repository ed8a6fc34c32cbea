import { UNREAD_BYTES_MAX, type ByteLink, type LinkClosed } from './byte-link.ts';
import { linkClosedError } from './link-closed-error.ts';
import { LinkInbox } from './link-inbox.ts';

/** Bytes under way in one direction before a sender has to wait; a single larger chunk passes alone. */
const IN_TRANSIT_BYTES_MAX = UNREAD_BYTES_MAX;

/** The two ends of a memory link. */
export interface MemoryLinkPair {
  readonly a: ByteLink;
  readonly b: ByteLink;
}

/**
 * Two connected ends in this process, without timers or sockets: what one sends reaches the other in a later microtask.
 * @param name - Both ends are called after it: `memory plc a`, `memory plc b`; without it `memory a`, `memory b`.
 */
export function memoryLinkPair(name?: string): MemoryLinkPair {
  const prefix = name === undefined ? 'memory' : `memory ${name}`;
  const a = new MemoryEnd(`${prefix} a`);
  const b = new MemoryEnd(`${prefix} b`);
  a.join(b);
  b.join(a);
  return { a, b };
}

interface WaitingChunk {
  readonly bytes: Uint8Array;
  readonly accepted: () => void;
  readonly refused: () => void;
}

/** One end, with the bytes that are under way to it. */
class MemoryEnd implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  #settleClosed: (closed: LinkClosed) => void = () => undefined;
  #isClosed = false;
  #closeAsked = false;
  #peer: MemoryEnd | undefined;
  readonly #inbox: LinkInbox;
  readonly #inTransit: Uint8Array[] = [];
  #inTransitBytes = 0;
  readonly #waiting: WaitingChunk[] = [];
  #stopped = false;
  #peerEnded = false;
  #deliveryDue = false;

  constructor(name: string) {
    this.name = name;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.#inbox = new LinkInbox({
      stop: () => (this.#stopped = true),
      start: () => {
        this.#stopped = false;
        this.#deliverSoon();
      },
    });
  }

  join(peer: MemoryEnd): void {
    this.#peer = peer;
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#closeAsked || this.#peer === undefined) return Promise.reject(linkClosedError(this.name, 'is closed'));
    if (bytes.byteLength === 0) return Promise.resolve();
    return this.#peer.#offer(bytes.slice(), this.name);
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
    if (!this.#isClosed && !this.#closeAsked) {
      this.#closeAsked = true;
      this.#inbox.discard();
      if (this.#peer !== undefined) this.#peer.#end();
    }
    await this.closed;
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#inbox.discard();
    this.#finish(undefined);
    if (this.#peer !== undefined) this.#peer.#finish(`was reset by ${this.name}`);
  }

  #offer(bytes: Uint8Array, sender: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused = (): void => reject(linkClosedError(sender, 'closed while sending'));
      this.#waiting.push({ bytes, accepted: resolve, refused });
      this.#admit();
    });
  }

  /** The other end has said that nothing follows what is under way. */
  #end(): void {
    this.#peerEnded = true;
    this.#deliverSoon();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const fits = this.#inTransitBytes + next.bytes.byteLength <= IN_TRANSIT_BYTES_MAX;
      if (!fits && this.#inTransitBytes > 0) return;
      this.#waiting.shift();
      this.#inTransit.push(next.bytes);
      this.#inTransitBytes += next.bytes.byteLength;
      next.accepted();
      this.#deliverSoon();
    }
  }

  #deliverSoon(): void {
    if (this.#deliveryDue) return;
    this.#deliveryDue = true;
    queueMicrotask(() => {
      this.#deliveryDue = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#stopped && !this.#isClosed) {
      const chunk = this.#inTransit.shift();
      if (chunk === undefined) break;
      this.#inTransitBytes -= chunk.byteLength;
      this.#inbox.accept(chunk);
      this.#admit();
    }
    if (!this.#peerEnded || this.#inTransit.length > 0 || this.#isClosed) return;
    this.#finish(undefined);
    if (this.#peer !== undefined) this.#peer.#finish(undefined);
  }

  /** @param reason - Why, when this end did not ask for it; undefined when the two parted in good order. */
  #finish(reason: string | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inTransit.length = 0;
    this.#inTransitBytes = 0;
    for (const waiting of this.#waiting.splice(0)) waiting.refused();
    const error = reason === undefined || this.#closeAsked ? undefined : linkClosedError(this.name, reason);
    this.#settleClosed({ error });
  }
}
