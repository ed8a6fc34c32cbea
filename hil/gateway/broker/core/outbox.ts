import type { StoreChange } from './broker-store.ts';
import { DeliveryQueue, type QueueBounds } from './delivery-queue.ts';
import type { Delivery, QueuedDelivery } from './delivery.ts';
import { isExpired, keepPayload } from './message.ts';
import { PacketIds } from './packet-ids.ts';
import type { LoadedQueue, StoredQueue } from './recovered-state.ts';

/** What the outbox tells its session. */
export interface OutboxEvents {
  /** Whether changes are worth telling: the session outlives its connection. */
  isKept(): boolean;
  /** A change of a session that outlives its connection. */
  record(change: StoreChange): void;
  dropped(reason: 'queue-full' | 'expired'): void;
}

/** How much may be under way to a connected client. */
export interface SendWindow {
  /** The lower of the client's Receive Maximum and our bound. */
  readonly inFlightMax: number;
}

/** The next packet of this session. */
export type OutboxPacket =
  | { readonly kind: 'publish'; readonly delivery: QueuedDelivery; readonly packetId: number | undefined; readonly dup: boolean }
  | { readonly kind: 'pubrel'; readonly packetId: number };

/** State of a QoS 1 or 2 delivery (MQTT 5.0 figures 4.2 and 4.3): PUBLISH sent, or PUBREC received and PUBREL sent. */
interface InFlight {
  readonly delivery: QueuedDelivery;
  readonly packetId: number;
  state: 'published' | 'released';
  /** Its PUBLISH was sent on this connection, so its end gives the quota back (section 4.9). */
  isCounted: boolean;
}

/**
 * Messages from the server to one session: the sending side of MQTT 5.0 sections 4.3, 4.4 and 4.9. Packet identifiers, what
 * is in flight, and the queue before it.
 */
export class Outbox {
  readonly #clientId: string;
  readonly #events: OutboxEvents;
  readonly #queue = new DeliveryQueue();
  /** In the order of the first sending: that is the order of resending (MQTT-4.6.0-1). */
  readonly #inFlight = new Map<number, InFlight>();
  /** What an earlier process left, until it is loaded. It comes before everything here. */
  #stored: StoredQueue | undefined;
  readonly #ids = new PacketIds();
  /** Of an earlier connection, not sent on this one yet. */
  #toResend: InFlight[] = [];
  #inFlightMax = 0;
  /** PUBLISH packets of QoS 1 and 2 that may still be sent on this connection. */
  #quota = 0;

  constructor(clientId: string, events: OutboxEvents) {
    this.#clientId = clientId;
    this.#events = events;
  }

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  get queuedCount(): number {
    return this.#queue.length;
  }

  /** Messages of an earlier process that are still where they are stored; undefined when there are none. */
  get stored(): StoredQueue | undefined {
    return this.#stored;
  }

  /** The session is recovered. */
  recover(stored: StoredQueue): void {
    this.#stored = stored;
    this.#queue.startAfter(stored.lastSequence);
  }

  /** Takes what `stored` was found to hold; before a connection begins. */
  load({ inFlight, queued }: LoadedQueue): void {
    if (this.#stored === undefined) return;
    this.#stored = undefined;
    for (const { delivery, packetId, state } of inFlight) this.#inFlight.set(packetId, { delivery, packetId, state, isCounted: false });
    this.#queue.putBefore(queued);
  }

  /** Nothing waits: what is offered now may be sent at once and keeps its place. */
  get isClear(): boolean {
    return this.#queue.length === 0 && this.#toResend.length === 0 && this.#stored === undefined;
  }

  /**
   * Begins a QoS 1 or 2 message without queueing it, when nothing waits.
   * @returns its packet identifier; undefined when the window is full, so that it has to be queued.
   */
  beginAtOnce(delivery: Delivery): number | undefined {
    if (this.#quota <= 0 || this.#inFlight.size >= Math.max(this.#inFlightMax, 1)) return undefined;
    const numbered = this.#queue.number(delivery);
    keepPayload(numbered.routed.message);
    this.#recordQueued(numbered);
    return this.#begin(numbered);
  }

  /** Queues a message behind what waits. */
  offer(delivery: Delivery, bounds: QueueBounds): void {
    const left = this.#stored === undefined ? bounds : this.#boundsBehind(this.#stored, delivery, bounds);
    const queued = this.#queue.push(delivery, left, (dropped) => this.#drop(dropped, 'queue-full'));
    if (queued === undefined) this.#events.dropped('queue-full');
    if (queued === undefined) return;
    keepPayload(queued.routed.message);
    if (queued.qos > 0) this.#recordQueued(queued);
  }

  /** A connection begins: what is in flight is sent again, in its order and under its identifiers (MQTT-4.4.0-1). */
  open({ inFlightMax }: SendWindow): void {
    this.#inFlightMax = inFlightMax;
    this.#quota = inFlightMax;
    this.#toResend = [...this.#inFlight.values()].toReversed();
    for (const entry of this.#toResend) entry.isCounted = false;
  }

  /** The connection ended. */
  close(bounds: QueueBounds): void {
    this.#toResend = [];
    this.#queue.cutDown(bounds, (dropped) => this.#drop(dropped, 'queue-full'));
  }

  /** The next packet that may be sent now; undefined when there is none. */
  next(nowMs: number): OutboxPacket | undefined {
    return this.#nextResent() ?? this.#nextQueued(nowMs);
  }

  /** PUBACK, of any reason code: the message is done (MQTT-4.4.0-2). @returns false when it was not expected. */
  acknowledge(packetId: number): boolean {
    const entry = this.#inFlight.get(packetId);
    if (entry?.delivery.qos !== 1) return false;
    this.#settle(entry);
    return true;
  }

  /** PUBREC below 0x80: from now on the message is not resent, PUBREL is (MQTT-4.3.3-6). @returns false when unknown. */
  release(packetId: number): boolean {
    const entry = this.#inFlight.get(packetId);
    if (entry?.delivery.qos !== 2) return false;
    if (entry.state === 'published') {
      entry.state = 'released';
      this.#events.record({ kind: 'released', clientId: this.#clientId, sequence: entry.delivery.sequence, packetId });
    }
    return true;
  }

  /** PUBREC of 0x80 or above ends the message. */
  refuse(packetId: number): void {
    const entry = this.#inFlight.get(packetId);
    if (entry?.delivery.qos === 2 && entry.state === 'published') this.#settle(entry);
  }

  /** PUBCOMP. One without a PUBREC before it is ignored: the message may not have arrived. */
  complete(packetId: number): void {
    const entry = this.#inFlight.get(packetId);
    if (entry?.state === 'released') this.#settle(entry);
  }

  /** A packet that cannot be sent to this client, now or ever, counts as sent and done (MQTT-3.1.2-25). */
  discard(packetId: number | undefined): void {
    const entry = packetId === undefined ? undefined : this.#inFlight.get(packetId);
    if (entry !== undefined) this.#settle(entry);
  }

  /** The session ends. @returns what a shared subscription may give to another member: QoS 1, and QoS 2 not yet begun. */
  abandon(): readonly Delivery[] {
    const begun = [...this.#inFlight.values()].filter(({ delivery }) => delivery.qos === 1).map(({ delivery }) => delivery);
    this.#inFlight.clear();
    this.#toResend = [];
    this.#stored = undefined;
    return [...begun, ...this.#queue.drain()].filter(({ shared }) => shared !== undefined);
  }

  /** The session will not outlive its connection any more: nothing of this is worth keeping. */
  unstore(): void {
    const clientId = this.#clientId;
    this.#stored = undefined;
    for (const { packetId, delivery } of this.#inFlight.values()) {
      this.#events.record({ kind: 'settled', clientId, sequence: delivery.sequence, packetId, message: delivery.routed.message });
    }
    this.#queue.visitAcknowledged(({ sequence, routed }) => this.#events.record({ kind: 'unqueued', clientId, sequence, message: routed.message }));
  }

  /** Makes room among what is stored, which is older, and gives what is left of the bounds. */
  #boundsBehind(stored: StoredQueue, { routed }: Delivery, bounds: QueueBounds): QueueBounds {
    const bytes = routed.message.payload.byteLength;
    const isOver = (): boolean => this.#queue.length + stored.length >= bounds.messagesMax || stored.payloadBytes + bytes > bounds.bytesMax;
    while (stored.length > 0 && isOver()) {
      stored.dropOldest();
      this.#events.dropped('queue-full');
    }
    return { messagesMax: bounds.messagesMax - stored.length, bytesMax: bounds.bytesMax - stored.payloadBytes };
  }

  #nextResent(): OutboxPacket | undefined {
    for (let index = this.#toResend.length - 1; index >= 0; index -= 1) {
      const entry = this.#toResend[index];
      const isCurrent = entry !== undefined && this.#inFlight.get(entry.packetId) === entry;
      // PUBREL is no PUBLISH: a full Receive Maximum does not hold it back (MQTT-3.3.4-10).
      if (isCurrent && entry.state === 'published' && this.#quota === 0) continue;
      this.#toResend.splice(index, 1);
      if (!isCurrent) continue;
      if (entry.state === 'released') return { kind: 'pubrel', packetId: entry.packetId };
      this.#quota -= 1;
      entry.isCounted = true;
      return { kind: 'publish', delivery: entry.delivery, packetId: entry.packetId, dup: true };
    }
    return undefined;
  }

  #nextQueued(nowMs: number): OutboxPacket | undefined {
    for (;;) {
      // What was sent before goes out again before anything new: that keeps the order.
      const hasQuota = this.#quota > 0 && this.#inFlight.size < Math.max(this.#inFlightMax, 1) && this.#toResend.length === 0;
      const delivery = this.#queue.take(hasQuota);
      if (delivery === undefined) return undefined;
      if (isExpired(delivery.routed.message, nowMs)) this.#drop(delivery, 'expired');
      else return { kind: 'publish', delivery, packetId: delivery.qos === 0 ? undefined : this.#begin(delivery), dup: false };
    }
  }

  #recordQueued({ sequence, routed, qos, retain, subscriptionIdentifiers }: QueuedDelivery): void {
    if (!this.#events.isKept()) return;
    const { message } = routed;
    this.#events.record({ kind: 'queued', clientId: this.#clientId, sequence, message, qos, retain, subscriptionIdentifiers });
  }

  #begin(delivery: QueuedDelivery): number {
    const packetId = this.#ids.next((used) => this.#inFlight.has(used));
    this.#inFlight.set(packetId, { delivery, packetId, state: 'published', isCounted: true });
    this.#quota -= 1;
    if (this.#events.isKept()) this.#events.record({ kind: 'sent', clientId: this.#clientId, sequence: delivery.sequence, packetId });
    return packetId;
  }

  #settle({ packetId, delivery, isCounted }: InFlight): void {
    this.#inFlight.delete(packetId);
    if (isCounted) this.#quota += 1;
    this.#events.record({ kind: 'settled', clientId: this.#clientId, sequence: delivery.sequence, packetId, message: delivery.routed.message });
  }

  #drop(delivery: QueuedDelivery, reason: 'queue-full' | 'expired'): void {
    this.#events.dropped(reason);
    const { qos, sequence, routed } = delivery;
    if (qos > 0) this.#events.record({ kind: 'unqueued', clientId: this.#clientId, sequence, message: routed.message });
  }
}
