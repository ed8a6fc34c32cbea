import { FieldproofError } from '../runtime/errors.ts';
import { Fifo } from './fifo.ts';
import { MqttPacketIds } from './mqtt-packet-ids.ts';

/** Messages in flight at once; half of the packet identifiers, so that none is used again at once. */
const IN_FLIGHT_MESSAGES_MAX = 32_767;
/** Messages in flight and waiting together; the next one is refused with FP_LIMIT. */
export const PENDING_MESSAGES_MAX = 65_535;
/** Reason codes from here on say that a message was refused (MQTT 5.0 section 2.4). */
const REASON_REFUSED_MIN = 0x80;

/** A message of QoS 1 or 2 on its way out. The payload must not change before it is acknowledged. */
export interface OutboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 1 | 2;
  readonly retain: boolean;
}

/** The connection as the outbox sees it. */
export interface OutboxWire {
  publish(packetId: number, message: OutboundMessage, dup: boolean): void;
  /** Sends PUBREL. The first one for a message goes out by itself when its PUBREC comes. */
  release(packetId: number): void;
}

interface Pending {
  readonly message: OutboundMessage;
  readonly resolve: () => void;
  readonly reject: (error: FieldproofError) => void;
  /** Counts the PUBRECs of the session; 0 while there was none for this message. PUBRELs are resent in this order. */
  releasedAs: number;
  /** Whether its PUBLISH has gone out on the present connection and counts against the receive maximum. */
  onWire: boolean;
}

/**
 * The sending half of an MQTT session: keeps messages of QoS 1 and 2 from `publish` to their last acknowledgement, over
 * any number of connections.
 * After a loss of connection (MQTT 3.1.1 section 4.4), when the server still has the session: PUBREL again, in the order of
 * the PUBRECs, for what it has received; PUBLISH again, with DUP and the same identifier, in the order of publishing, for
 * the rest. When it has lost the session, everything is published again: a server that forgot a message before PUBREL has
 * not passed it on, so PUBREL alone would lose it.
 */
export class MqttOutbox {
  readonly ids = new MqttPacketIds((id) => this.#inFlight.has(id));
  readonly #inFlight = new Map<number, Pending>();
  /** Identifiers that are still to be sent again on the present connection. */
  readonly #resend = new Fifo<number>();
  readonly #waiting = new Fifo<Pending>();
  readonly #inFlightMax: number;
  #wire: OutboxWire | undefined;
  #onWireMax = 0;
  #onWire = 0;
  #released = 0;
  #failure: string | undefined;

  /** @param inFlightMax - PUBLISH packets that may be unacknowledged at once, at least 1. */
  constructor(inFlightMax: number = IN_FLIGHT_MESSAGES_MAX) {
    this.#inFlightMax = Math.min(inFlightMax, IN_FLIGHT_MESSAGES_MAX);
  }

  /**
   * Resolves at PUBACK or PUBCOMP.
   * @throws FieldproofError FP_LIMIT when too many are pending, FP_LINK_CLOSED when the session ends first,
   *   FP_BROKER_REFUSED when the broker refuses the message.
   */
  publish(message: OutboundMessage): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(closedError(message, this.#failure));
    if (this.#inFlight.size + this.#waiting.length >= PENDING_MESSAGES_MAX) {
      return Promise.reject(new FieldproofError('FP_LIMIT', `${PENDING_MESSAGES_MAX} messages of one MQTT session are pending already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject, releasedAs: 0, onWire: false });
      this.#sendNext();
    });
  }

  /**
   * A connection is there: sends again what was in flight, then what waits.
   * @param receiveMaximum - How many messages the server takes unacknowledged; 65,535 unless it said so (MQTT 5.0).
   */
  connected(wire: OutboxWire, sessionPresent: boolean, receiveMaximum: number): void {
    this.#wire = wire;
    this.#onWireMax = Math.min(receiveMaximum, this.#inFlightMax);
    const inFlight = [...this.#inFlight];
    if (!sessionPresent) for (const [, pending] of inFlight) pending.releasedAs = 0;
    const released = inFlight.filter(([, pending]) => pending.releasedAs > 0);
    for (const [id] of released.toSorted(([, one], [, other]) => one.releasedAs - other.releasedAs)) wire.release(id);
    for (const [id, pending] of inFlight) if (pending.releasedAs === 0) this.#resend.push(id);
    this.#sendNext();
  }

  /** The connection is gone; everything unacknowledged stays. */
  disconnected(): void {
    this.#wire = undefined;
    this.#onWire = 0;
    this.#resend.drain();
    for (const pending of this.#inFlight.values()) pending.onWire = false;
  }

  /** Nothing will be sent any more: rejects what is pending and what is yet published. */
  fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#wire = undefined;
    const pending = [...this.#inFlight.values(), ...this.#waiting.drain()];
    this.#inFlight.clear();
    for (const { message, reject } of pending) reject(closedError(message, reason));
  }

  /**
   * An acknowledgement came. One for an unknown identifier is ignored: it may be the second of a pair.
   * @returns False when it does not fit the message or has no identifier, which only a faulty server sends.
   */
  acknowledged(kind: 'puback' | 'pubrec' | 'pubcomp', id: number, reasonCode: number): boolean {
    const pending = this.#inFlight.get(id);
    if (pending === undefined) return id > 0;
    if ((kind === 'puback') !== (pending.message.qos === 1)) return false;
    // PUBCOMP with "packet identifier not found" says that an earlier PUBREL had done its work (MQTT 5.0 section 4.4).
    const refused = kind !== 'pubcomp' && reasonCode >= REASON_REFUSED_MIN;
    if (kind === 'pubrec' && !refused) {
      if (pending.releasedAs === 0) pending.releasedAs = this.#released += 1;
      return true;
    }
    this.#settle(id, pending, refused ? reasonCode : undefined);
    return true;
  }

  #settle(id: number, pending: Pending, refusedWith: number | undefined): void {
    this.#inFlight.delete(id);
    if (pending.onWire) this.#onWire -= 1;
    if (refusedWith === undefined) pending.resolve();
    else {
      const message = `the broker refused a message to '${pending.message.topic}' with reason code 0x${refusedWith.toString(16)}`;
      pending.reject(new FieldproofError('FP_BROKER_REFUSED', message));
    }
    this.#sendNext();
  }

  #sendNext(): void {
    let more = true;
    while (more && this.#wire !== undefined && this.#onWire < this.#onWireMax) {
      more = this.#sendAgain(this.#wire) || this.#sendFirst(this.#wire);
    }
  }

  /** @returns Whether there was an identifier to be sent again. */
  #sendAgain(wire: OutboxWire): boolean {
    const id = this.#resend.shift();
    if (id === undefined) return false;
    const pending = this.#inFlight.get(id);
    if (pending !== undefined) this.#send(wire, id, pending, true);
    return true;
  }

  #sendFirst(wire: OutboxWire): boolean {
    if (this.#inFlight.size >= IN_FLIGHT_MESSAGES_MAX) return false;
    const pending = this.#waiting.shift();
    if (pending === undefined) return false;
    const id = this.ids.next();
    this.#inFlight.set(id, pending);
    this.#send(wire, id, pending, false);
    return true;
  }

  #send(wire: OutboxWire, id: number, pending: Pending, dup: boolean): void {
    pending.onWire = true;
    this.#onWire += 1;
    wire.publish(id, pending.message, dup);
  }
}

function closedError(message: OutboundMessage, reason: string): FieldproofError {
  return new FieldproofError('FP_LINK_CLOSED', `a message to '${message.topic}' was not acknowledged: ${reason}`);
}
