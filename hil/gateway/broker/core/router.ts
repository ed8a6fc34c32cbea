import { Fifo } from '../../fifo.ts';
import type { StoreChange } from './broker-store.ts';
import type { Counters } from './counters.ts';
import { NO_IDENTIFIERS } from './delivery.ts';
import { keepPayload, type Message } from './message.ts';
import type { RetainedStore } from './retained-store.ts';
import { RoutedMessage } from './routed-message.ts';
import type { Session } from './session.ts';
import type { SubscriptionIndex } from './subscription-index.ts';
import { lowerQos, type Subscription } from './subscription.ts';

export interface RouterDeps {
  readonly subscriptions: SubscriptionIndex;
  readonly retained: RetainedStore;
  readonly counters: Counters;
  readonly record: (change: StoreChange) => void;
  readonly nowMs: () => number;
}

/**
 * The way of an accepted message: retained, delivered, announced. All of it happens in the call, so the order of calls is
 * the order in which every session and every listener gets the messages (MQTT-4.6.0-5).
 */
export class Router {
  readonly #deps: RouterDeps;
  readonly #listeners: ((message: Message) => void)[] = [];
  readonly #unannounced = new Fifo<Message>();
  #isAnnouncing = false;

  constructor(deps: RouterDeps) {
    this.#deps = deps;
  }

  onAccepted(listener: (message: Message) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a message that is valid, permitted and no duplicate. @returns whether any subscription matched. */
  accept(message: Message): boolean {
    this.#deps.counters.messagesAccepted += 1;
    if (message.retain) this.#retain(message);
    const matched = this.#deliver(message);
    this.#announce(message);
    return matched;
  }

  /** The topic has no retained message from here on. */
  forgetRetained(topic: string): void {
    if (this.#deps.retained.remove(topic)) this.#deps.record({ kind: 'retained-gone', topic });
  }

  /** Takes over what an earlier process retained. */
  recoverRetained(messages: readonly Message[]): void {
    for (const message of messages) this.#retain(message, true);
  }

  /** Sends a subscription what is retained for it, with RETAIN 1 (MQTT-3.3.1-8 of 3.1.1). Shared ones get none (4.8.2). */
  sendRetained(session: Session, subscription: Subscription): void {
    if (subscription.shareName !== undefined) return;
    const { retained, record, nowMs } = this.#deps;
    const subscriptionIdentifiers = subscription.identifier === undefined ? NO_IDENTIFIERS : [subscription.identifier];
    const expired = retained.visitMatching(subscription.filter, nowMs(), (message) => {
      if (subscription.noLocal && message.publisherId === session.clientId) return;
      const qos = lowerQos(message.qos, subscription.qos);
      // To the store each of these is a message of its own: they are queued at different times.
      session.offer({ routed: new RoutedMessage({ ...message }), qos, retain: true, subscriptionIdentifiers, shared: undefined });
    });
    for (const topic of expired) record({ kind: 'retained-gone', topic });
  }

  #retain(message: Message, isStored = false): void {
    const { retained, counters, record } = this.#deps;
    const outcome = retained.put(message);
    if (outcome === 'refused') counters.refuse('retained-full');
    if (outcome === 'stored' && !isStored) record({ kind: 'retained', message });
    else if (outcome === 'removed' || outcome === 'refused') record({ kind: 'retained-gone', topic: message.topic });
  }

  /**
   * One copy for each session, at the highest QoS of its matching subscriptions and with all their identifiers
   * (MQTT-3.3.4-2 to MQTT-3.3.4-4), and one for each group of a shared subscription.
   */
  #deliver(message: Message): boolean {
    const { targets, groups } = this.#deps.subscriptions.routeOf(message.topic);
    if (targets.length === 0 && groups.length === 0) return false;
    const routed = new RoutedMessage(message);
    let matched = groups.length > 0;
    for (const { session, copy, ownCopy } of targets) {
      const chosen = copy !== ownCopy && message.publisherId === session.clientId ? ownCopy : copy;
      if (chosen === undefined) continue;
      matched = true;
      session.offer({
        routed,
        qos: lowerQos(message.qos, chosen.qos),
        retain: message.retain && chosen.retainAsPublished,
        subscriptionIdentifiers: chosen.identifiers,
        shared: undefined,
      });
    }
    for (const group of groups) group.offer(routed);
    return matched;
  }

  /** A listener may publish: what it publishes is announced after the message it was called with. */
  #announce(message: Message): void {
    if (this.#listeners.length === 0) return;
    keepPayload(message);
    this.#unannounced.push(message);
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    for (let next = this.#unannounced.shift(); next !== undefined; next = this.#unannounced.shift()) {
      for (const listener of this.#listeners) listener(next);
    }
    this.#isAnnouncing = false;
  }
}
