import type { Delivery, SharedOrigin } from './delivery.ts';
import type { RoutedMessage } from './routed-message.ts';
import type { Session } from './session.ts';
import { lowerQos, type Subscription } from './subscription.ts';

/** The sessions that share one subscription: each message goes to one of them, in turn. @see MQTT 5.0, section 4.8.2 */
export class ShareGroup implements SharedOrigin {
  readonly #members = new Map<Session, Subscription>();
  #order: Session[] = [];
  #turn = 0;

  get size(): number {
    return this.#members.size;
  }

  set(session: Session, subscription: Subscription): void {
    if (!this.#members.has(session)) this.#order.push(session);
    this.#members.set(session, subscription);
  }

  delete(session: Session): void {
    if (!this.#members.delete(session)) return;
    this.#order = this.#order.filter((member) => member !== session);
  }

  /** Gives the message to the next member: a connected one if there is one, else it is queued for an absent one. */
  offer(routed: RoutedMessage): void {
    const chosen = this.#nextMember((session) => session.isConnected) ?? this.#nextMember(() => routed.message.qos > 0);
    if (chosen !== undefined) this.#give(chosen, routed);
  }

  /** The chosen member's session ended before it took the message. */
  offerAgain({ routed }: Delivery): void {
    this.offer(routed);
  }

  #nextMember(isFit: (session: Session) => boolean): Session | undefined {
    for (let step = 0; step < this.#order.length; step += 1) {
      const index = (this.#turn + step) % this.#order.length;
      const session = this.#order[index];
      if (session === undefined || !isFit(session)) continue;
      this.#turn = index + 1;
      return session;
    }
    return undefined;
  }

  #give(session: Session, routed: RoutedMessage): void {
    const subscription = this.#members.get(session);
    if (subscription === undefined) return;
    const { qos, retainAsPublished, identifier } = subscription;
    const { message } = routed;
    session.offer({
      routed,
      // MQTT-4.8.2-3: the QoS granted to the chosen client counts.
      qos: lowerQos(message.qos, qos),
      retain: retainAsPublished && message.retain,
      subscriptionIdentifiers: identifier === undefined ? [] : [identifier],
      shared: this,
    });
  }
}
