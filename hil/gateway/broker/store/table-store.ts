import type { Clock } from '../../../runtime/clock.ts';
import type { BrokerStore, StoreChange, StoreObstacle } from '../core/broker-store.ts';
import type { Message } from '../core/message.ts';
import type { CommitQueue } from './commit-queue.ts';
import { queuedValue, retainedValue, sharedQueuedValue, type QueuedHead } from './queued-row.ts';
import { noRows, type RowCounts } from './row-counts.ts';
import { SharedBodies } from './shared-bodies.ts';
import { bodyKey, packetKey, queuedKey, ROW, subscriptionKey, textKey } from './stored-keys.ts';
import { bodyBytes, checkedValue, jsonBytes, numberBytes, subscriptionBytes, willBytes, type SessionRow } from './stored-values.ts';

export interface StoreBounds {
  /** Payload bytes of queued and retained messages. */
  readonly bytesMax: number;
  /** Queued and retained messages. */
  readonly messagesMax: number;
}

/** A queue of an earlier process that was not loaded: it goes with its session. */
export interface UnloadedQueue {
  dropAll(): void;
}

/** What the store knows of a session. */
export interface KnownSession {
  readonly number: number;
  queue: UnloadedQueue | undefined;
}

type ChangeOf<Kind extends StoreChange['kind']> = Extract<StoreChange, { readonly kind: Kind }>;

const NO_CONTENT = new Uint8Array(0);

/** The broker's store as rows of a table (`stored-keys.ts`), with a count of each kind and bounds on what messages take. */
export class TableStore implements BrokerStore {
  readonly counts = noRows();
  readonly bodies = new SharedBodies();
  readonly sessions = new Map<string, KnownSession>();
  /** Payload bytes by topic. */
  readonly retainedBytes = new Map<string, number>();
  readonly willClients = new Set<string>();
  storedBytes = 0;
  lastSessionNumber = 0;
  readonly #commits: CommitQueue;
  readonly #clock: Clock;
  readonly #bounds: StoreBounds;
  /** The last message queued, and its row, until the next write: a second queue that gets it makes its body a shared one. */
  #last: { readonly message: Message; readonly index: number; readonly key: Uint8Array; readonly head: QueuedHead; readonly writes: number } | undefined;

  constructor(commits: CommitQueue, clock: Clock, bounds: StoreBounds) {
    this.#commits = commits;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  record(change: StoreChange): void {
    switch (change.kind) {
      case 'queued':
        return this.#queued(change);
      case 'unqueued':
        return this.#unqueued(change);
      case 'sent':
        return this.#sent(change);
      case 'released':
        return this.#inFlight(change, true);
      case 'settled':
        return this.#settled(change);
      case 'incoming':
      case 'incoming-gone':
        return this.#incoming(change);
      case 'session':
        return this.#session(change.clientId, { expiryIntervalS: change.expiryIntervalS });
      case 'session-left':
        return this.#session(change.clientId, { expiryIntervalS: change.expiryIntervalS, leftWallMs: change.wallMs });
      case 'session-gone':
        return this.#sessionGone(change);
      case 'subscription':
      case 'subscription-gone':
        return this.#subscription(change);
      case 'will':
      case 'will-gone':
        return this.#will(change);
      case 'retained':
        return this.#retained(change);
      case 'retained-gone':
        return this.#retainedGone(change);
    }
  }

  commit(): Promise<void> | undefined {
    return this.#commits.commit();
  }

  obstacle(): StoreObstacle | undefined {
    if (this.#commits.failure !== undefined) return 'store-failed';
    const { bytesMax, messagesMax } = this.#bounds;
    return this.storedBytes >= bytesMax || this.counts.queued + this.counts.retained >= messagesMax ? 'store-full' : undefined;
  }

  /** A message of a row that is gone: its body goes with it, unless other queues hold it. */
  forgetBody(message: Message): void {
    const shared = this.bodies.of(message);
    if (shared === undefined) this.storedBytes -= message.payload.byteLength;
    else if (this.bodies.release(shared)) this.forgetSharedBody(shared.number, shared.payloadBytes);
  }

  forgetSharedBody(number: number, payloadBytes: number): void {
    this.storedBytes -= payloadBytes;
    this.#delete(bodyKey(number));
  }

  /** Takes rows of a queue out by their numbers. */
  forgetQueued(session: number, sequence: number, packetId: number | undefined): void {
    this.#delete(queuedKey(session, sequence));
    this.counts.queued -= 1;
    if (packetId === undefined) return;
    this.#delete(packetKey(ROW.inFlight, session, packetId));
    this.counts.inFlight -= 1;
  }

  /** The last row of every write: how many of each kind there are from then on. */
  commitRow(commit: number, counts: RowCounts): { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array } {
    const key = Uint8Array.of(ROW.commit);
    return { type: 'put', key, value: checkedValue(key, numberBytes(commit, ...Object.values(counts))) };
  }

  #queued({ clientId, sequence, message, qos, retain, subscriptionIdentifiers }: ChangeOf<'queued'>): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    const key = queuedKey(session.number, sequence);
    const acceptedWallMs = this.#wallOf(message);
    const head = { qos, retain, subscriptionIdentifiers, payloadBytes: message.payload.byteLength, acceptedWallMs };
    this.counts.queued += 1;
    const shared = this.#sharedWithLast(message);
    if (shared !== undefined) {
      shared.references += 1;
      this.#put(key, sharedQueuedValue(key, head, shared.number));
      return;
    }
    this.storedBytes += head.payloadBytes;
    const index = this.#commits.add({ type: 'put', key, value: queuedValue(key, head, message) });
    this.#last = { message, index, key, head, writes: this.#commits.begun };
  }

  /** The shared body of a message that the queue before got too, in the same write; its row is changed to refer to it. */
  #sharedWithLast(message: Message): ReturnType<SharedBodies['create']> | undefined {
    const known = this.bodies.of(message);
    if (known !== undefined && known.references > 0) return known;
    const last = this.#last;
    if (last?.message !== message || last.writes !== this.#commits.begun) return undefined;
    const body = this.bodies.create(message);
    const key = bodyKey(body.number);
    this.#put(key, checkedValue(key, bodyBytes(message)));
    this.#commits.replace(last.index, { type: 'put', key: last.key, value: sharedQueuedValue(last.key, last.head, body.number) });
    return body;
  }

  #unqueued({ clientId, sequence, message }: ChangeOf<'unqueued'>): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    this.forgetQueued(session.number, sequence, undefined);
    this.forgetBody(message);
  }

  #sent(change: ChangeOf<'sent'>): void {
    this.counts.inFlight += 1;
    this.#inFlight(change, false);
  }

  #inFlight({ clientId, sequence, packetId }: ChangeOf<'sent' | 'released'>, isReleased: boolean): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    const key = packetKey(ROW.inFlight, session.number, packetId);
    this.#put(key, checkedValue(key, numberBytes(sequence, isReleased ? 1 : 0)));
  }

  #settled({ clientId, sequence, packetId, message }: ChangeOf<'settled'>): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    this.forgetQueued(session.number, sequence, packetId);
    this.forgetBody(message);
  }

  #incoming({ kind, clientId, packetId }: ChangeOf<'incoming' | 'incoming-gone'>): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    const key = packetKey(ROW.incoming, session.number, packetId);
    this.counts.incoming += kind === 'incoming' ? 1 : -1;
    if (kind === 'incoming') this.#put(key, checkedValue(key, NO_CONTENT));
    else this.#delete(key);
  }

  #session(clientId: string, row: Omit<SessionRow, 'number'>): void {
    let session = this.sessions.get(clientId);
    if (session === undefined) {
      session = { number: (this.lastSessionNumber += 1), queue: undefined };
      this.sessions.set(clientId, session);
      this.counts.sessions += 1;
    }
    const key = textKey(ROW.session, clientId);
    this.#put(key, checkedValue(key, jsonBytes({ number: session.number, ...row } satisfies SessionRow)));
  }

  #sessionGone({ clientId }: ChangeOf<'session-gone'>): void {
    const session = this.sessions.get(clientId);
    if (session === undefined) return;
    session.queue?.dropAll();
    this.sessions.delete(clientId);
    this.counts.sessions -= 1;
    this.#delete(textKey(ROW.session, clientId));
  }

  #subscription(change: ChangeOf<'subscription' | 'subscription-gone'>): void {
    const session = this.sessions.get(change.clientId);
    if (session === undefined) return;
    if (change.kind === 'subscription-gone') {
      this.counts.subscriptions -= 1;
      this.#delete(subscriptionKey(session.number, change.fullFilter));
      return;
    }
    const key = subscriptionKey(session.number, change.subscription.fullFilter);
    if (change.isNew) this.counts.subscriptions += 1;
    this.#put(key, checkedValue(key, subscriptionBytes(change.subscription)));
  }

  #will(change: ChangeOf<'will' | 'will-gone'>): void {
    const { clientId } = change;
    const key = textKey(ROW.will, clientId);
    if (change.kind === 'will') {
      this.willClients.add(clientId);
      this.#put(key, checkedValue(key, willBytes(change.will)));
    } else if (this.willClients.delete(clientId)) {
      this.#delete(key);
    }
    this.counts.wills = this.willClients.size;
  }

  #retained({ message }: ChangeOf<'retained'>): void {
    const { topic, payload } = message;
    const key = textKey(ROW.retained, topic);
    this.storedBytes += payload.byteLength - (this.retainedBytes.get(topic) ?? 0);
    this.retainedBytes.set(topic, payload.byteLength);
    this.counts.retained = this.retainedBytes.size;
    this.#put(key, retainedValue(key, message, this.#wallOf(message)));
  }

  #retainedGone({ topic }: ChangeOf<'retained-gone'>): void {
    const bytes = this.retainedBytes.get(topic);
    if (bytes === undefined) return;
    this.storedBytes -= bytes;
    this.retainedBytes.delete(topic);
    this.counts.retained = this.retainedBytes.size;
    this.#delete(textKey(ROW.retained, topic));
  }

  /** Monotonic instants mean nothing to the next process. */
  #wallOf({ acceptedAtMs }: Message): number {
    return Math.max(0, Math.round(this.#clock.wallMs() - this.#clock.nowMs() + acceptedAtMs));
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    this.#commits.add({ type: 'put', key, value });
  }

  #delete(key: Uint8Array): void {
    this.#commits.add({ type: 'del', key });
  }
}
