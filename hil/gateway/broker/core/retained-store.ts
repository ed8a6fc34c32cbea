import { LevelTree } from '../level-tree.ts';
import { isExpired, keepPayload, type Message } from './message.ts';

export interface RetainedBounds {
  readonly messagesMax: number;
  /** Payload bytes of all of them. */
  readonly bytesMax: number;
  readonly levelsMax: number;
}

/** What became of a message with RETAIN set; `refused`: a bound kept it out, and its topic has none now. */
export type RetainOutcome = 'stored' | 'removed' | 'nothing' | 'refused';

/** The last retained message of each topic, as a tree of topic levels. @see MQTT 5.0, section 3.3.1.3 */
export class RetainedStore {
  readonly #byTopic = new LevelTree<Message>();
  readonly #bounds: RetainedBounds;
  #bytes = 0;

  constructor(bounds: RetainedBounds) {
    this.#bounds = bounds;
  }

  /** Replaces the topic's message (MQTT-3.3.1-5); an empty payload removes it and is not stored (MQTT-3.3.1-6, -7). */
  put(message: Message): RetainOutcome {
    const hadOne = this.remove(message.topic);
    const bytes = message.payload.byteLength;
    if (bytes === 0) return hadOne ? 'removed' : 'nothing';
    const { messagesMax, bytesMax, levelsMax } = this.#bounds;
    if (this.#byTopic.size >= messagesMax || this.#bytes + bytes > bytesMax || levelCount(message.topic) > levelsMax) return 'refused';
    keepPayload(message);
    this.#byTopic.set(message.topic, message);
    this.#bytes += bytes;
    return 'stored';
  }

  /** Visits what a new subscription of this filter is sent. @returns the topics whose message had expired; they are gone. */
  visitMatching(filter: string, nowMs: number, visit: (message: Message) => void): readonly string[] {
    const expired: string[] = [];
    this.#byTopic.visitTopicsMatching(filter, (message) => {
      if (isExpired(message, nowMs)) expired.push(message.topic);
      else visit(message);
    });
    for (const topic of expired) this.remove(topic);
    return expired;
  }

  /** @returns whether there was one. */
  remove(topic: string): boolean {
    const former = this.#byTopic.get(topic);
    if (former === undefined) return false;
    this.#byTopic.delete(topic);
    this.#bytes -= former.payload.byteLength;
    return true;
  }
}

/** Levels of a topic or filter, at least 1. */
export function levelCount(text: string): number {
  let levels = 1;
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) levels += 1;
  return levels;
}
