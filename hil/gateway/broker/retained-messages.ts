import type { BrokerMessage } from './broker-engine.ts';
import { LevelTree } from './level-tree.ts';

/** Topics with a retained message; a further one is delivered, but not retained. */
export const RETAINED_MESSAGES_MAX = 100_000;
/** Payload bytes retained together. */
export const RETAINED_BYTES_MAX = 268_435_456;

/** The last retained message of each topic (MQTT 3.1.1 section 3.3.1.3). */
export class RetainedMessages {
  readonly #byTopic = new LevelTree<BrokerMessage>();
  #bytes = 0;

  /**
   * Stores a message whose RETAIN flag is set in place of the topic's former one; an empty payload removes it.
   * @returns false when a bound kept it from being retained. The topic then has none, rather than an outdated one.
   */
  store(message: BrokerMessage): boolean {
    const former = this.#byTopic.get(message.topic);
    if (former !== undefined) {
      this.#byTopic.delete(message.topic);
      this.#bytes -= former.payload.byteLength;
    }
    if (message.payload.byteLength === 0) return true;
    if (this.#byTopic.size >= RETAINED_MESSAGES_MAX || this.#bytes + message.payload.byteLength > RETAINED_BYTES_MAX) return false;
    this.#byTopic.set(message.topic, message);
    this.#bytes += message.payload.byteLength;
    return true;
  }

  /** Visits each retained message that a new subscription of `filter` must be sent. */
  visitMatching(filter: string, visit: (message: BrokerMessage) => void): void {
    this.#byTopic.visitTopicsMatching(filter, visit);
  }
}
