import type { Clock } from '../../../runtime/clock.ts';
import type { StoreChange } from './broker-store.ts';
import { NEVER_EXPIRES_S } from './core-options.ts';
import type { Counters } from './counters.ts';
import { setDeadline } from './deadline.ts';
import { Session, type SessionBounds, type StoredWill } from './session.ts';
import type { SubscriptionIndex } from './subscription-index.ts';

export interface RegistryDeps {
  readonly clock: Clock;
  readonly subscriptions: SubscriptionIndex;
  readonly counters: Counters;
  readonly bounds: SessionBounds;
  readonly absentSessionsMax: number;
  readonly record: (change: StoreChange) => void;
  readonly publishWill: (will: StoredWill) => void;
}

/** Every session by its client id, how long each lives, and when its will is published. */
export class SessionRegistry {
  readonly #deps: RegistryDeps;
  readonly #sessions = new Map<string, Session>();
  /** Without a connection, longest absent first. */
  readonly #absent = new Set<Session>();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(clientId: string): boolean {
    return this.#sessions.has(clientId);
  }

  /**
   * The session of a new connection. An earlier connection of that client id ends first (MQTT-3.1.4-3); Clean Start ends
   * the session too (MQTT-3.1.2-4), else it is resumed and a will that waits is not published (MQTT-3.1.3-9).
   */
  open(clientId: string, cleanStart: boolean, expiryIntervalS: number): { readonly session: Session; readonly isPresent: boolean } {
    this.#sessions.get(clientId)?.peer?.takeOver();
    const stored = this.#sessions.get(clientId);
    if (stored !== undefined && !cleanStart) {
      this.#absent.delete(stored);
      cancelTimers(stored);
      this.#forgetWill(stored);
      if (stored.expiryIntervalS !== expiryIntervalS) this.changeExpiry(stored, expiryIntervalS);
      return { session: stored, isPresent: true };
    }
    if (stored !== undefined) this.#end(stored);
    const { bounds, counters, record } = this.#deps;
    const session = new Session(clientId, 0, bounds, { record, dropped: (reason) => counters.refuse(reason) });
    this.#sessions.set(clientId, session);
    this.#grant(session, expiryIntervalS);
    return { session, isPresent: false };
  }

  setWill(session: Session, will: StoredWill): void {
    session.will = will;
    session.record({ kind: 'will', clientId: session.clientId, will: will.will, delayS: will.delayS });
  }

  /** The connection of the session ended. @param keepsWill - False after a normal DISCONNECT (MQTT-3.14.4-3). */
  leave(session: Session, keepsWill: boolean): void {
    session.part();
    if (!keepsWill) this.#forgetWill(session);
    if (session.expiryIntervalS === 0) {
      this.#end(session);
      return;
    }
    this.#absent.add(session);
    const { clientId, expiryIntervalS } = session;
    session.record({ kind: 'session-left', clientId, expiryIntervalS, wallMs: this.#deps.clock.wallMs() });
    this.#armWill(session);
    if (expiryIntervalS !== NEVER_EXPIRES_S) {
      session.expiryTimer = setDeadline(this.#deps.clock, expiryIntervalS * 1_000, () => this.#end(session));
    }
    this.#keepBound();
  }

  /** Sets what CONNECT or DISCONNECT asks for (MQTT 5.0 sections 3.1.2.11.2 and 3.14.2.2.2). */
  changeExpiry(session: Session, expiryIntervalS: number): void {
    const wasKept = session.isKept;
    session.expiryIntervalS = expiryIntervalS;
    if (wasKept && !session.isKept) this.#deps.record({ kind: 'session-gone', clientId: session.clientId });
    else this.#grant(session, expiryIntervalS);
  }

  /** Stops every timer; nothing is published any more. */
  stop(): void {
    for (const session of this.#sessions.values()) cancelTimers(session);
  }

  #grant(session: Session, expiryIntervalS: number): void {
    session.expiryIntervalS = expiryIntervalS;
    session.record({ kind: 'session', clientId: session.clientId, expiryIntervalS });
  }

  /** The will goes out when its delay has passed or the session ends, whichever is first (MQTT-3.1.2-8). */
  #armWill(session: Session): void {
    const { will } = session;
    if (will === undefined) return;
    if (will.delayS === 0) this.#publishWill(session);
    else session.willTimer = setDeadline(this.#deps.clock, will.delayS * 1_000, () => this.#publishWill(session));
  }

  #publishWill(session: Session): void {
    const { will } = session;
    if (will === undefined) return;
    this.#forgetWill(session);
    this.#deps.publishWill(will);
  }

  #forgetWill(session: Session): void {
    if (session.will === undefined) return;
    session.will = undefined;
    session.record({ kind: 'will-gone', clientId: session.clientId });
  }

  #end(session: Session): void {
    cancelTimers(session);
    this.#absent.delete(session);
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
    for (const fullFilter of session.subscriptions.keys()) this.#deps.subscriptions.delete(session, fullFilter);
    session.incoming.clear();
    session.record({ kind: 'session-gone', clientId: session.clientId });
    for (const delivery of session.outbox.abandon()) delivery.shared?.offerAgain(delivery);
    this.#publishWill(session);
  }

  #keepBound(): void {
    if (this.#absent.size <= this.#deps.absentSessionsMax) return;
    const [oldest] = this.#absent;
    if (oldest === undefined) return;
    this.#deps.counters.refuse('sessions-full');
    this.#end(oldest);
  }
}

function cancelTimers(session: Session): void {
  session.expiryTimer?.cancel();
  session.willTimer?.cancel();
  session.expiryTimer = undefined;
  session.willTimer = undefined;
}
