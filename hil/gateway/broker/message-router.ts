import type { AcceptedMessage, BrokerMessage, QualityOfService } from './broker-engine.ts';
import { LevelTree } from './level-tree.ts';
import { RetainedMessages } from './retained-messages.ts';
import { RoutedMessage } from './routed-message.ts';
import { Session, type SessionCounts } from './session.ts';

/** Filters one client may hold; a further SUBSCRIBE is answered with 0x80. */
export const SUBSCRIPTIONS_PER_CLIENT_MAX = 1_000;

export interface RouterBounds {
  /** Messages queued for one session; the oldest is dropped first. */
  readonly queuedMessagesMax: number;
  /** Persistent sessions kept without a connection; the longest absent one is dropped first. */
  readonly absentSessionsMax: number;
}

/** Why something was refused or dropped by a bound of the router. */
export type RouterRefusal = 'queue-full' | 'sessions-full' | 'retained-full';

/**
 * Sessions, subscriptions and retained messages, and the way of a message through them. Everything happens at once, in
 * the call: the order of the `accept` calls is the order in which every session and every listener gets the messages.
 */
export class MessageRouter {
  readonly #bounds: RouterBounds;
  readonly #refuse: (reason: RouterRefusal) => void;
  readonly #counts: SessionCounts;
  readonly #sessions = new Map<string, Session>();
  /** Persistent sessions without a connection, longest absent first. */
  readonly #absent = new Set<Session>();
  readonly #subscriptions = new LevelTree<Map<Session, QualityOfService>>();
  readonly #retained = new RetainedMessages();
  readonly #listeners: ((message: AcceptedMessage) => void)[] = [];
  readonly #unannounced: AcceptedMessage[] = [];
  #announcing = false;
  accepted = 0;
  delivered = 0;

  constructor(bounds: RouterBounds, refuse: (reason: RouterRefusal) => void) {
    this.#bounds = bounds;
    this.#refuse = refuse;
    this.#counts = {
      delivered: () => {
        this.delivered += 1;
      },
      dropped: () => refuse('queue-full'),
    };
  }

  onAccepted(listener: (message: AcceptedMessage) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether a persistent session of this client is stored (the Session Present flag, MQTT 3.1.1 section 3.2.2.2). */
  hasStoredSession(clientId: string): boolean {
    return this.#sessions.get(clientId)?.isClean === false;
  }

  /** The session for a new connection. A clean one, or the end of one, discards what was stored (section 3.1.2.4). */
  open(clientId: string, isClean: boolean): Session {
    const stored = this.#sessions.get(clientId);
    if (stored !== undefined) {
      this.#absent.delete(stored);
      if (!isClean && !stored.isClean) {
        stored.reopen();
        return stored;
      }
      this.#discard(stored);
    }
    const session = new Session(clientId, isClean, this.#bounds.queuedMessagesMax, this.#counts);
    this.#sessions.set(clientId, session);
    return session;
  }

  /** The connection of a session ended. */
  leave(session: Session): void {
    session.detach();
    if (session.isClean) {
      this.#discard(session);
      return;
    }
    this.#absent.add(session);
    if (this.#absent.size <= this.#bounds.absentSessionsMax) return;
    const [oldest] = this.#absent;
    if (oldest === undefined) return;
    this.#absent.delete(oldest);
    this.#discard(oldest);
    this.#refuse('sessions-full');
  }

  /** @returns false when the client's bound on filters is reached. A known filter gets the new QoS (MQTT-3.8.4-3). */
  subscribe(session: Session, filter: string, qos: QualityOfService): boolean {
    if (!session.filters.has(filter) && session.filters.size >= SUBSCRIPTIONS_PER_CLIENT_MAX) return false;
    session.filters.set(filter, qos);
    const subscribers = this.#subscriptions.get(filter);
    if (subscribers === undefined) this.#subscriptions.set(filter, new Map([[session, qos]]));
    else subscribers.set(session, qos);
    return true;
  }

  unsubscribe(session: Session, filter: string): void {
    session.filters.delete(filter);
    const subscribers = this.#subscriptions.get(filter);
    subscribers?.delete(session);
    if (subscribers?.size === 0) this.#subscriptions.delete(filter);
  }

  /** Sends a new subscription its retained messages, RETAIN set (MQTT-3.3.1-6, MQTT-3.3.1-8). */
  sendRetained(session: Session, filter: string, granted: QualityOfService): void {
    this.#retained.visitMatching(filter, (message) => session.offer(new RoutedMessage(message), lower(message.qos, granted), true));
  }

  /** Takes a message that is valid and not a duplicate: retains, delivers and announces it. */
  accept(message: AcceptedMessage): void {
    this.accepted += 1;
    if (message.retain && !this.#retained.store(message)) this.#refuse('retained-full');
    this.#deliver(message);
    this.#unannounced.push(message);
    this.#announce();
  }

  /** Overlapping filters of one client give one delivery at the highest QoS granted (section 3.3.5). */
  #deliver(message: BrokerMessage): void {
    const granted = new Map<Session, QualityOfService>();
    this.#subscriptions.visitFiltersMatching(message.topic, (subscribers) => {
      for (const [session, qos] of subscribers) {
        if (qos >= (granted.get(session) ?? 0)) granted.set(session, qos);
      }
    });
    if (granted.size === 0) return;
    const routed = new RoutedMessage(message);
    for (const [session, qos] of granted) session.offer(routed, lower(message.qos, qos), false);
  }

  /** A listener may publish: what it publishes is announced after the message it was called with. */
  #announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    for (let message = this.#unannounced.shift(); message !== undefined; message = this.#unannounced.shift()) {
      for (const listener of this.#listeners) listener(message);
    }
    this.#announcing = false;
  }

  #discard(session: Session): void {
    for (const filter of session.filters.keys()) this.unsubscribe(session, filter);
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
  }
}

function lower(a: QualityOfService, b: QualityOfService): QualityOfService {
  return a < b ? a : b;
}
