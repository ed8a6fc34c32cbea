import type { Timer } from '../../../runtime/clock.ts';
import type { StoreChange } from './broker-store.ts';
import type { QueueBounds } from './delivery-queue.ts';
import type { Delivery } from './delivery.ts';
import { Outbox, type SendWindow } from './outbox.ts';
import type { StoredWill } from './stored-will.ts';
import type { Subscription } from './subscription.ts';

/** The connection of a session, as the session and its registry see it. */
export interface SessionPeer {
  /** There is, or may be, something to send. */
  wake(): void;
  /** Sends a message past the queue, which is empty. @returns false when it has to be queued. */
  deliver(delivery: Delivery): boolean;
  /** Another connection came with the same client id: ends this one, and leaves the session before it returns. */
  takeOver(): void;
}

export interface SessionBounds {
  /** While nobody is connected. */
  readonly absent: QueueBounds;
  /** While the client is connected. */
  readonly live: QueueBounds;
}

export interface SessionEvents {
  record(change: StoreChange): void;
  dropped(reason: string): void;
}

/** The session state of one client at the server. @see MQTT 3.1.1 section 3.1.2.4, MQTT 5.0 section 4.1 */
export class Session {
  readonly clientId: string;
  /** By the filter as the client wrote it. */
  readonly subscriptions = new Map<string, Subscription>();
  /** QoS 2 messages taken from the client whose PUBREL has not come: a copy of them is not delivered again. */
  readonly incoming = new Set<number>();
  readonly outbox: Outbox;
  /** Seconds that it outlives its connection; 0 ends it with it. */
  expiryIntervalS: number;
  will: StoredWill | undefined;
  /** Ends it, or publishes its will, while nobody is connected. */
  expiryTimer: Timer | undefined;
  willTimer: Timer | undefined;
  readonly #bounds: SessionBounds;
  readonly #events: SessionEvents;
  #peer: SessionPeer | undefined;

  constructor(clientId: string, expiryIntervalS: number, bounds: SessionBounds, events: SessionEvents) {
    this.clientId = clientId;
    this.expiryIntervalS = expiryIntervalS;
    this.#bounds = bounds;
    this.#events = events;
    this.outbox = new Outbox(clientId, { isKept: () => this.isKept, record: (change) => this.record(change), dropped: (reason) => events.dropped(reason) });
  }

  get peer(): SessionPeer | undefined {
    return this.#peer;
  }

  get isConnected(): boolean {
    return this.#peer !== undefined;
  }

  /** Whether it outlives its connection, so that its changes are worth storing. */
  get isKept(): boolean {
    return this.expiryIntervalS > 0;
  }

  /** A connection was accepted for it. What is in flight is sent again, then what is queued. */
  join(peer: SessionPeer, window: SendWindow): void {
    this.#peer = peer;
    this.outbox.open(window);
    peer.wake();
  }

  /** The connection is gone. */
  part(): void {
    this.#peer = undefined;
    this.outbox.close(this.#bounds.absent);
  }

  /** Takes a message for the client. Without a connection QoS 0 is not kept. */
  offer(delivery: Delivery): void {
    const peer = this.#peer;
    if (peer === undefined) {
      if (delivery.qos > 0) this.outbox.offer(delivery, this.#bounds.absent);
      return;
    }
    if (this.outbox.isClear && peer.deliver(delivery)) return;
    this.outbox.offer(delivery, this.#bounds.live);
    peer.wake();
  }

  record(change: StoreChange): void {
    if (this.isKept) this.#events.record(change);
  }
}
