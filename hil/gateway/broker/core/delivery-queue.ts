import { Fifo } from '../../fifo.ts';
import type { Delivery, QueuedDelivery } from './delivery.ts';

/** Bounds of one queue; the oldest goes first, QoS 0 before the others. */
export interface QueueBounds {
  readonly messagesMax: number;
  /** Payload bytes. */
  readonly bytesMax: number;
}

/**
 * Messages for one session that have not been sent, in the order of their arrival. QoS 0 stands apart, so that it can pass
 * while the client's Receive Maximum holds the others back (MQTT 5.0 section 4.9), and goes when the client does.
 */
export class DeliveryQueue {
  readonly #qos0 = new Fifo<QueuedDelivery>();
  #acknowledged = new Fifo<QueuedDelivery>();
  #sequence = 0;
  #bytes = 0;

  get length(): number {
    return this.#qos0.length + this.#acknowledged.length;
  }

  /**
   * @param onDropped - Told of each message that had to go.
   * @returns undefined when the new one is larger than the bound and did not come in.
   */
  push(delivery: Delivery, bounds: QueueBounds, onDropped: (dropped: QueuedDelivery) => void): QueuedDelivery | undefined {
    const queued = this.number(delivery);
    const bytes = sizeOf(queued);
    if (bytes > bounds.bytesMax || bounds.messagesMax < 1) return undefined;
    while (this.length > 0 && (this.length >= bounds.messagesMax || this.#bytes + bytes > bounds.bytesMax)) {
      const oldest = this.#take(this.#qos0.length > 0 ? this.#qos0 : this.#acknowledged);
      if (oldest !== undefined) onDropped(oldest);
    }
    (queued.qos === 0 ? this.#qos0 : this.#acknowledged).push(queued);
    this.#bytes += bytes;
    return queued;
  }

  /** Gives a delivery its number without queueing it. */
  number({ routed, qos, retain, subscriptionIdentifiers, shared }: Delivery): QueuedDelivery {
    return { routed, qos, retain, subscriptionIdentifiers, shared, sequence: (this.#sequence += 1) };
  }

  /**
   * Takes the next message. @param quotaLeft - False when no QoS 1 or 2 message may be sent now: only QoS 0 comes then.
   */
  take(quotaLeft: boolean): QueuedDelivery | undefined {
    const first = this.#qos0.peek();
    const second = quotaLeft ? this.#acknowledged.peek() : undefined;
    if (first === undefined) return second === undefined ? undefined : this.#take(this.#acknowledged);
    return this.#take(second !== undefined && second.sequence < first.sequence ? this.#acknowledged : this.#qos0);
  }

  /** The client left: QoS 0 goes, and of the others what is more than the bound, oldest first. */
  cutDown(bounds: QueueBounds, onDropped: (dropped: QueuedDelivery) => void): void {
    while (this.#take(this.#qos0) !== undefined);
    while (this.#acknowledged.length > bounds.messagesMax || this.#bytes > bounds.bytesMax) {
      const oldest = this.#take(this.#acknowledged);
      if (oldest !== undefined) onDropped(oldest);
    }
  }

  /** Numbers what comes from here on behind this one. */
  startAfter(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** Puts older messages of QoS 1 and 2 before everything here. */
  putBefore(older: readonly QueuedDelivery[]): void {
    const newer = this.#acknowledged;
    this.#acknowledged = new Fifo();
    for (const delivery of older) this.#bytes += sizeOf(delivery);
    for (const delivery of older) this.#acknowledged.push(delivery);
    for (let next = newer.shift(); next !== undefined; next = newer.shift()) this.#acknowledged.push(next);
  }

  /** Visits what is of QoS 1 and 2, oldest first. */
  visitAcknowledged(visit: (delivery: QueuedDelivery) => void): void {
    this.#acknowledged.visit(visit);
  }

  /** Takes everything out. */
  drain(): QueuedDelivery[] {
    const all: QueuedDelivery[] = [];
    for (let next = this.take(true); next !== undefined; next = this.take(true)) all.push(next);
    return all;
  }

  #take(from: Fifo<QueuedDelivery>): QueuedDelivery | undefined {
    const taken = from.shift();
    if (taken !== undefined) this.#bytes -= sizeOf(taken);
    return taken;
  }
}

function sizeOf({ routed }: Delivery): number {
  return routed.message.payload.byteLength;
}
