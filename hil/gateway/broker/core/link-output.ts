import type { ByteLink } from '../../../transport/byte-link.ts';
import type { Outlet } from './turn-gate.ts';

/** What the connection does for its output. */
export interface LinkOutputOwner {
  /** Pushes what is queued, while there is room. */
  fill(): void;
  /** Bytes left for the peer, so that there is room again. */
  drained(): void;
  /** What was to be said could not be stored. */
  revoked(): void;
}

/**
 * The sending half of a connection: one write for each turn of the event loop, and a count of what the peer has not taken.
 */
export class LinkOutput implements Outlet {
  readonly #link: ByteLink;
  readonly #unsentBytesMax: number;
  readonly #owner: LinkOutputOwner;
  #frames: Uint8Array[] = [];
  #framesBytes = 0;
  /** Collected and not yet taken by the link. */
  #unsentBytes = 0;
  #isEnding = false;
  #isRefusal = false;

  constructor(link: ByteLink, unsentBytesMax: number, owner: LinkOutputOwner) {
    this.#link = link;
    this.#unsentBytesMax = unsentBytesMax;
    this.#owner = owner;
  }

  /** Whether messages may be added; beyond it they wait in their session's queue, where they are bounded. */
  get hasRoom(): boolean {
    return this.#framesBytes + this.#unsentBytes < this.#unsentBytesMax;
  }

  /**
   * Whether the peer leaves too much untaken to be read any further. Messages alone stay below it, so that a slow subscriber's
   * acknowledgements are still read; it is answers that pile up here.
   */
  get isCongested(): boolean {
    return this.#framesBytes + this.#unsentBytes >= 2 * this.#unsentBytesMax;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#framesBytes += frame.byteLength;
  }

  /** What was pushed refuses a connection that never was: it may be said while nothing can be stored. */
  refuse(): void {
    this.#isRefusal = true;
  }

  /** Closes the link behind what was pushed. */
  end(): void {
    this.#isEnding = true;
  }

  collect(): Uint8Array | undefined {
    if (!this.#isEnding) this.#owner.fill();
    const [only] = this.#frames;
    if (only === undefined) return undefined;
    const bytes = this.#frames.length === 1 ? only : Buffer.concat(this.#frames, this.#framesBytes);
    this.#frames = [];
    this.#framesBytes = 0;
    this.#unsentBytes += bytes.byteLength;
    return bytes;
  }

  release(bytes: Uint8Array | undefined): void {
    if (bytes !== undefined) {
      const taken = (): void => {
        this.#unsentBytes -= bytes.byteLength;
        this.#owner.drained();
      };
      // A link that fails while it sends is closed; who owns it is told by its `closed`.
      this.#link.send(bytes).then(taken, () => undefined);
    }
    if (this.#isEnding) void this.#link.close();
  }

  revoke(bytes: Uint8Array | undefined): void {
    if (this.#isRefusal) this.release(bytes);
    else this.#owner.revoked();
  }
}
