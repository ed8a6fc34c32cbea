import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink, LinkClosed } from '../../hil/transport/byte-link.ts';
import type { LineFaults } from './active-modbus-faults.ts';
import { createFrameRelay, type FrameRelay } from './frame-relay.ts';

/** A server's link with the faults of its line in between. */
export interface FaultedLink extends ByteLink {
  readonly relay: FrameRelay;
}

/**
 * Puts the faults of a line between a server and the link to its client: the server reads requests from it and sends its
 * responses to it as it would without.
 */
export function throughModbusFaults(link: ByteLink, faults: LineFaults, deps: { readonly clock: Clock }): FaultedLink {
  return new LinkWithFaults(link, faults, deps);
}

class LinkWithFaults implements FaultedLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly relay: FrameRelay;
  readonly #link: ByteLink;
  #receiver: ((chunk: Uint8Array) => void) | undefined;
  /** Bytes that the relay lets out while the server sends are what the server waits for. */
  #sent: Promise<void> = Promise.resolve();

  constructor(link: ByteLink, faults: LineFaults, deps: { readonly clock: Clock }) {
    this.name = link.name;
    this.#link = link;
    this.closed = link.closed;
    this.relay = createFrameRelay(faults, { toClient: (bytes) => this.#write(bytes), toDevice: (bytes) => this.#receiver?.(bytes) }, deps);
    void link.closed.then(() => this.relay.stop());
  }

  send(bytes: Uint8Array): Promise<void> {
    this.#sent = Promise.resolve();
    this.relay.fromDevice(bytes);
    return this.#sent;
  }

  onBytes(receiver: (chunk: Uint8Array) => void): void {
    const isFirst = this.#receiver === undefined;
    this.#receiver = receiver;
    if (isFirst) this.#link.onBytes((chunk) => this.relay.fromClient(chunk));
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  async close(): Promise<void> {
    this.relay.stop();
    await this.#link.close();
  }

  destroy(): void {
    this.relay.stop();
    this.#link.destroy();
  }

  #write(bytes: Uint8Array): void {
    this.#sent = this.#link.send(bytes);
    // Who sends gets the failure too; a piece that is due later has nobody to tell, and its client is gone.
    this.#sent.catch(() => undefined);
  }
}
