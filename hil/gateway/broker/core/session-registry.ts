import type { Clock } from '../../../runtime/clock.ts';
import type { StoreChange } from './broker-store.ts';
import { NEVER_EXPIRES_S } from './core-options.ts';
import type { Counters } from './counters.ts';
import { setDeadline } from './deadline.ts';
import type { Eventual } from './eventual.ts';
import type { RecoveredSession, RecoveredState } from './recovered-state.ts';
import { Session, type SessionBounds } from './session.ts';
import type { StoredWill } from './stored-will.ts';
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
   * Before `open`: what an earlier process left for the session is loaded, which takes time. Without anything, at once.
   * Rejects when it cannot be read now.
   */
  prepare(clientId: string, cleanStart: boolean): Eventual<void> {
    const session = this.#sessions.get(clientId);
    const stored = session?.outbox.stored;
    if (cleanStart || session === undefined || stored === undefined) return undefined;
    // Two connections may come at the same time: the first that has it loads it.
    return stored.load().then((loaded) => session.outbox.load(loaded));
  }

  /**
   * Takes over what an earlier process left. Whoever was connected when it ended counts as disconnected now, so that its
   * session and its will wait as long as after any other loss of a connection.
   */
  recover({ sessions, wills }: Pick<RecoveredState, 'sessions' | 'wills'>): void {
    const nowWallMs = this.#deps.clock.wallMs();
    for (const recovered of sessions) this.#sessions.set(recovered.clientId, this.#revive(recovered));
    const unowned = wills.filter(({ clientId, will }) => {
      const session = this.#sessions.get(clientId);
      if (session !== undefined) session.will = will;
      return session === undefined;
    });
    const leftAt = ({ leftWallMs }: RecoveredSession): number => Math.min(leftWallMs ?? nowWallMs, nowWallMs);
    for (const recovered of sessions.toSorted((a, b) => leftAt(a) - leftAt(b))) {
      const session = this.#sessions.get(recovered.clientId);
      if (session === undefined) continue;
      this.#absent.add(session);
      if (recovered.leftWallMs === undefined) this.#recordLeft(session);
      this.#arm(session, nowWallMs - leftAt(recovered));
      this.#keepBound();
    }
    for (const { clientId, will } of unowned) {
      // Its session ended with its connection, and so the will is due.
      this.#deps.record({ kind: 'will-gone', clientId });
      this.#deps.publishWill(will);
    }
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
      this.changeExpiry(stored, expiryIntervalS);
      return { session: stored, isPresent: true };
    }
    if (stored !== undefined) this.#end(stored);
    const session = this.#create(clientId);
    this.#sessions.set(clientId, session);
    this.#grant(session, expiryIntervalS);
    return { session, isPresent: false };
  }

  setWill(session: Session, will: StoredWill): void {
    session.will = will;
    this.#deps.record({ kind: 'will', clientId: session.clientId, will });
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
    this.#recordLeft(session);
    this.#arm(session, 0);
    this.#keepBound();
  }

  /** Sets what CONNECT or DISCONNECT asks for (MQTT 5.0 sections 3.1.2.11.2 and 3.14.2.2.2). */
  changeExpiry(session: Session, expiryIntervalS: number): void {
    if (expiryIntervalS === 0) unstore(session);
    this.#grant(session, expiryIntervalS);
  }

  /** Stops every timer; nothing is published any more. */
  stop(): void {
    for (const session of this.#sessions.values()) cancelTimers(session);
  }

  #grant(session: Session, expiryIntervalS: number): void {
    session.expiryIntervalS = expiryIntervalS;
    session.record({ kind: 'session', clientId: session.clientId, expiryIntervalS });
  }

  #create(clientId: string): Session {
    const { bounds, counters, record } = this.#deps;
    return new Session(clientId, 0, bounds, { record, dropped: (reason) => counters.refuse(reason) });
  }

  #revive({ clientId, expiryIntervalS, subscriptions, incoming, queue }: RecoveredSession): Session {
    const session = this.#create(clientId);
    session.expiryIntervalS = expiryIntervalS;
    for (const subscription of subscriptions) this.#deps.subscriptions.set(session, subscription);
    for (const packetId of incoming) session.incoming.add(packetId);
    if (queue !== undefined) session.outbox.recover(queue);
    return session;
  }

  #recordLeft(session: Session): void {
    const { clientId, expiryIntervalS } = session;
    session.record({ kind: 'session-left', clientId, expiryIntervalS, wallMs: this.#deps.clock.wallMs() });
  }

  /**
   * The will goes out when its delay has passed or the session ends, whichever is first (MQTT-3.1.2-8).
   * @param goneMs - How long ago the connection ended.
   */
  #arm(session: Session, goneMs: number): void {
    const { will, expiryIntervalS } = session;
    const { clock } = this.#deps;
    const willLeftMs = (will?.delayS ?? 0) * 1_000 - goneMs;
    if (will !== undefined && willLeftMs <= 0) this.#publishWill(session);
    else if (will !== undefined) session.willTimer = setDeadline(clock, willLeftMs, () => this.#publishWill(session));
    if (expiryIntervalS === NEVER_EXPIRES_S) return;
    const leftMs = expiryIntervalS * 1_000 - goneMs;
    if (leftMs > 0) session.expiryTimer = setDeadline(clock, leftMs, () => this.#end(session));
    else this.#end(session);
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
    this.#deps.record({ kind: 'will-gone', clientId: session.clientId });
  }

  #end(session: Session): void {
    cancelTimers(session);
    this.#absent.delete(session);
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
    unstore(session);
    for (const fullFilter of session.subscriptions.keys()) this.#deps.subscriptions.delete(session, fullFilter);
    session.incoming.clear();
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

/** Takes everything of a session out of the store; in memory it may live on, as long as its connection. */
function unstore(session: Session): void {
  if (!session.isKept) return;
  const { clientId, subscriptions, incoming, outbox } = session;
  for (const fullFilter of subscriptions.keys()) session.record({ kind: 'subscription-gone', clientId, fullFilter });
  for (const packetId of incoming) session.record({ kind: 'incoming-gone', clientId, packetId });
  outbox.unstore();
  session.record({ kind: 'session-gone', clientId });
}

function cancelTimers(session: Session): void {
  session.expiryTimer?.cancel();
  session.willTimer?.cancel();
  session.expiryTimer = undefined;
  session.willTimer = undefined;
}
