import type { BrokerMessage } from '../broker/broker-engine.ts';
import { Fifo } from '../fifo.ts';

export interface StoreBounds {
  /** 1 or more. */
  readonly messagesMax: number;
  /** Bytes of topics and payloads together. */
  readonly bytesMax: number;
}

/**
 * Messages that wait for the uplink: first in, first out, in memory, bounded by number and by bytes. Reaching a bound
 * drops the oldest, because the newest says most about the plant. All operations are O(1) but for the drops they cause.
 */
export class StoreAndForward {
  readonly #bounds: StoreBounds;
  readonly #queue = new Fifo<BrokerMessage>();
  #bytes = 0;

  constructor(bounds: StoreBounds) {
    this.#bounds = bounds;
  }

  get messages(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns what had to be dropped, oldest first; the message itself when it is larger than the whole store. */
  push(message: BrokerMessage): readonly BrokerMessage[] {
    const bytes = sizeOf(message);
    if (bytes > this.#bounds.bytesMax) return [message];
    const dropped: BrokerMessage[] = [];
    while (this.#queue.length >= this.#bounds.messagesMax || this.#bytes + bytes > this.#bounds.bytesMax) {
      const oldest = this.take();
      if (oldest === undefined) break;
      dropped.push(oldest);
    }
    this.#queue.push(message);
    this.#bytes += bytes;
    return dropped;
  }

  /** Takes the oldest message; undefined when there is none. */
  take(): BrokerMessage | undefined {
    const oldest = this.#queue.shift();
    if (oldest !== undefined) this.#bytes -= sizeOf(oldest);
    return oldest;
  }
}

function sizeOf({ topic, payload }: BrokerMessage): number {
  return Buffer.byteLength(topic) + payload.byteLength;
}
