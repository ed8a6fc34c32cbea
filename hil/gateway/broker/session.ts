import type { Writable } from 'node:stream';
import { Fifo } from '../fifo.ts';
import type { QualityOfService } from './broker-engine.ts';
import { IncomingPacketIds } from './incoming-packet-ids.ts';
import { encodePublish, encodePubrel } from './publish-frame.ts';
import type { RoutedMessage } from './routed-message.ts';

/** QoS 1 and 2 messages sent to one client and not yet acknowledged. */
export const IN_FLIGHT_MAX = 256;
/** Messages queued for one connected client that takes or acknowledges them too slowly. */
export const LIVE_QUEUED_MESSAGES_MAX = 100_000;
/** Payload bytes queued for one session. */
export const QUEUED_BYTES_MAX = 67_108_864;
/** Bytes handed to a socket that its peer has not taken; beyond it messages wait in the queue, where they are bounded. */
export const UNSENT_BYTES_MAX = 1_048_576;
const PACKET_ID_MAX = 65_535;

/** What a session tells its owner. */
export interface SessionCounts {
  /** A message was sent for the first time. */
  delivered(): void;
  /** A queued message was dropped, because the queue was full. */
  dropped(): void;
}

interface Outgoing {
  readonly routed: RoutedMessage;
  readonly qos: QualityOfService;
  readonly retain: boolean;
}

/** `received` = the client sent PUBREC: from then on PUBREL is what has to be resent (MQTT 3.1.1 section 4.3.3). */
interface InFlight extends Outgoing {
  state: 'sent' | 'received';
}

/**
 * The state of one MQTT client (MQTT 3.1.1 section 3.1.2.4): subscriptions, messages to it that are queued or in
 * flight, and packet identifiers of QoS 2 messages from it. One queue keeps the order for every QoS. A session without
 * a connection keeps QoS 1 and 2 messages only.
 */
export class Session {
  readonly clientId: string;
  readonly isClean: boolean;
  /** Subscribed filters with the QoS granted. */
  readonly filters = new Map<string, QualityOfService>();
  readonly incoming = new IncomingPacketIds();
  readonly #queuedMessagesMax: number;
  readonly #counts: SessionCounts;
  readonly #queue = new Fifo<Outgoing>();
  readonly #inFlight = new Map<number, InFlight>();
  #queuedBytes = 0;
  #lastPacketId = 0;
  /** Opening: CONNECT was accepted, CONNACK has not been written. Nothing may be sent before it (MQTT-3.2.0-1). */
  #state: 'opening' | 'live' | 'absent' = 'opening';
  #socket: Writable | undefined;
  #flushScheduled = false;

  constructor(clientId: string, isClean: boolean, queuedMessagesMax: number, counts: SessionCounts) {
    this.clientId = clientId;
    this.isClean = isClean;
    this.#queuedMessagesMax = queuedMessagesMax;
    this.#counts = counts;
  }

  /** A connection was accepted for this session; from now on QoS 0 messages are kept for it too. */
  reopen(): void {
    this.#state = 'opening';
  }

  /** CONNACK was written: resends what is in flight, in its order (MQTT-4.4.0-1), then what is queued. */
  attach(socket: Writable): void {
    this.#state = 'live';
    this.#socket = socket;
    socket.on('drain', () => {
      if (this.#socket === socket) this.#scheduleFlush();
    });
    socket.cork();
    for (const [packetId, entry] of this.#inFlight) {
      const { routed, qos, retain, state } = entry;
      socket.write(state === 'received' ? encodePubrel(packetId) : encodePublish(routed.message, { qos, retain, dup: true, packetId }));
    }
    socket.uncork();
    this.#scheduleFlush();
  }

  /** The connection is gone. What is queued is cut down to what an absent session keeps. */
  detach(): void {
    this.#state = 'absent';
    this.#socket = undefined;
    const queued: Outgoing[] = [];
    for (let next = this.#takeOldest(); next !== undefined; next = this.#takeOldest()) queued.push(next);
    for (const { routed, qos, retain } of queued) this.offer(routed, qos, retain);
  }

  /** Queues a message. @param qos - The lower of the message's and the granted one (MQTT-3.8.4-6). */
  offer(routed: RoutedMessage, qos: QualityOfService, retain: boolean): void {
    if (qos === 0 && this.#state === 'absent') return;
    const bytes = routed.message.payload.byteLength;
    const messagesMax = this.#state === 'absent' ? this.#queuedMessagesMax : LIVE_QUEUED_MESSAGES_MAX;
    while (this.#queue.length > 0 && (this.#queue.length >= messagesMax || this.#queuedBytes + bytes > QUEUED_BYTES_MAX)) {
      this.#takeOldest();
      this.#counts.dropped();
    }
    this.#queue.push({ routed, qos, retain });
    this.#queuedBytes += bytes;
    this.#scheduleFlush();
  }

  /** The client sent PUBREC. An identifier that is not in flight is ignored. */
  markReceived(packetId: number): void {
    const entry = this.#inFlight.get(packetId);
    if (entry?.qos === 2) entry.state = 'received';
  }

  /** The client completed a delivery: PUBACK for QoS 1, PUBCOMP for QoS 2. Anything else is ignored. */
  complete(packetId: number, qos: QualityOfService): void {
    if (this.#inFlight.get(packetId)?.qos !== qos) return;
    this.#inFlight.delete(packetId);
    this.#scheduleFlush();
  }

  /** All that is offered within one turn of the event loop leaves in one write. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#socket === undefined) return;
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      if (this.#socket !== undefined) this.#flush(this.#socket);
    });
  }

  #flush(socket: Writable): void {
    if (socket.destroyed || socket.writableEnded) return;
    socket.cork();
    while (socket.writableLength < UNSENT_BYTES_MAX) {
      const next = this.#queue.peek();
      if (next === undefined || (next.qos > 0 && this.#inFlight.size >= IN_FLIGHT_MAX)) break;
      this.#takeOldest();
      socket.write(this.#frameOf(next));
      this.#counts.delivered();
    }
    socket.uncork();
  }

  #takeOldest(): Outgoing | undefined {
    const oldest = this.#queue.shift();
    this.#queuedBytes -= oldest?.routed.message.payload.byteLength ?? 0;
    return oldest;
  }

  #frameOf({ routed, qos, retain }: Outgoing): Uint8Array {
    if (qos === 0) return routed.qos0Frame(retain);
    const packetId = this.#nextPacketId();
    this.#inFlight.set(packetId, { routed, qos, retain, state: 'sent' });
    return encodePublish(routed.message, { qos, retain, dup: false, packetId });
  }

  /** The in-flight window is far smaller than the number of identifiers, so a free one is always found. */
  #nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % PACKET_ID_MAX) + 1;
    } while (this.#inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
