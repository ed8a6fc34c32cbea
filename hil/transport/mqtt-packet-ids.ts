/** Packet identifiers are 16 bits, zero excluded (MQTT 3.1.1 section 2.3.1). */
const PACKET_ID_MAX = 65_535;

/**
 * The packet identifiers of one session, in the shape that mqtt.js asks for. They go round in order, so that one that
 * has just become free is used again as late as possible: mqtt.js still has a hand on it while an acknowledgement is
 * being handled. Identifiers of messages stay taken across connections; those of subscriptions end with theirs.
 */
export class MqttPacketIds {
  #last = 0;
  #chosen: number | undefined;
  readonly #isMessage: (id: number) => boolean;
  readonly #subscriptions = new Set<number>();

  /** @param isMessage - Whether an identifier belongs to a message in flight. */
  constructor(isMessage: (id: number) => boolean) {
    this.#isMessage = isMessage;
  }

  /** The next free identifier. There must be one: see `IN_FLIGHT_MESSAGES_MAX` in `mqtt-outbox.ts`. */
  next(): number {
    do this.#last = (this.#last % PACKET_ID_MAX) + 1;
    while (this.#isMessage(this.#last) || this.#subscriptions.has(this.#last));
    return this.#last;
  }

  /** Says which identifier the next packet gets. */
  choose(id: number): void {
    this.#chosen = id;
  }

  /** Called by mqtt.js for each packet: a message gets the one that was chosen for it, a subscription the next. */
  allocate(): number {
    const chosen = this.#chosen;
    this.#chosen = undefined;
    if (chosen !== undefined) return chosen;
    const id = this.next();
    this.#subscriptions.add(id);
    return id;
  }

  getLastAllocated(): number {
    return this.#last;
  }

  register(): boolean {
    return true;
  }

  deallocate(id: number): void {
    this.#subscriptions.delete(id);
  }

  /** Called by mqtt.js at each connection. */
  clear(): void {
    this.#subscriptions.clear();
  }
}
