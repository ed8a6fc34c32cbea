import type { Message } from '../core/message.ts';

/** A body that stands in a row of its own because several queues hold it, and how many still do. */
export interface SharedBody {
  readonly number: number;
  readonly payloadBytes: number;
  references: number;
}

/**
 * Which messages stand in a row of their own. Most stand in one queue, with their body in the queue's row, and are not known
 * here. Bodies that are recovered are known by number: only those that more than one queue holds.
 */
export class SharedBodies {
  readonly #byMessage = new WeakMap<Message, SharedBody>();
  readonly #recovered = new Map<number, SharedBody>();
  #lastNumber = 0;

  of(message: Message): SharedBody | undefined {
    return this.#byMessage.get(message);
  }

  /** A new body for a message that a second queue gets. */
  create(message: Message): SharedBody {
    const body = { number: (this.#lastNumber += 1), payloadBytes: message.payload.byteLength, references: 1 };
    this.#byMessage.set(message, body);
    return body;
  }

  /** A row of an earlier process refers to it. @returns whether it is the first. */
  recoverReference(number: number, payloadBytes: number): boolean {
    this.#lastNumber = Math.max(this.#lastNumber, number);
    const known = this.#recovered.get(number);
    if (known === undefined) this.#recovered.set(number, { number, payloadBytes, references: 1 });
    else known.references += 1;
    return known === undefined;
  }

  /** Everything is read: bodies that one queue holds need no count. */
  forgetSingles(): void {
    for (const [number, { references }] of this.#recovered) if (references === 1) this.#recovered.delete(number);
  }

  /** The body of a recovered row. */
  recovered(number: number, payloadBytes: number): SharedBody {
    return this.#recovered.get(number) ?? { number, payloadBytes, references: 1 };
  }

  /** The message was read from that body. */
  loaded(message: Message, body: SharedBody): void {
    this.#byMessage.set(message, body);
  }

  /** One queue less holds it. @returns whether none does. */
  release(body: SharedBody): boolean {
    body.references -= 1;
    if (body.references > 0) return false;
    this.#recovered.delete(body.number);
    return true;
  }
}
