import type { BrokerMessage } from '../broker/broker-engine.ts';

/** Messages handed to the session and not yet acknowledged, oldest first. */
export class InFlightWindow {
  readonly #max: number;
  readonly #tickets = new Set<{ readonly message: BrokerMessage }>();
  /** Taken back from a session that was given up; they go before anything else. At most `max`. */
  #returned: BrokerMessage[] = [];

  /** @param max - 1 or more. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#tickets.size;
  }

  get hasRoom(): boolean {
    return this.#tickets.size < this.#max;
  }

  /** Messages that wait to be sent again in a new session. */
  get returned(): number {
    return this.#returned.length;
  }

  /** @returns A function to call when the session is done with it; it returns false when the session was given up. */
  add(message: BrokerMessage): () => boolean {
    const ticket = { message };
    this.#tickets.add(ticket);
    return () => this.#tickets.delete(ticket);
  }

  takeReturned(): BrokerMessage | undefined {
    return this.#returned.shift();
  }

  /** Empties the window; all but the oldest will be sent again. @returns the oldest. */
  giveUpOldest(): BrokerMessage | undefined {
    const [oldest, ...others] = [...this.#tickets].map(({ message }) => message);
    this.#tickets.clear();
    // What had been returned before and not been sent yet is younger than what was in flight.
    this.#returned = [...others, ...this.#returned];
    return oldest;
  }
}
