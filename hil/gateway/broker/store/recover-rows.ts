import type { Clock } from '../../../runtime/clock.ts';
import type { Message } from '../core/message.ts';
import type { RecoveredSession, RecoveredState, RecoveredWill } from '../core/recovered-state.ts';
import type { Subscription } from '../core/subscription.ts';
import { queuedRow, retainedRow } from './queued-row.ts';
import { noRows, ROW_KINDS, type RowCounts, type RowKind } from './row-counts.ts';
import { bodyKey, filterOfKey, isWholeKey, numberOfKey, packetIdOfKey, packetKey, ROW, sequenceOfKey, textOfKey } from './stored-keys.ts';
import { numbersOf, sessionOfBytes, subscriptionOfBytes, uncheckedValue, willOfBytes, type SessionRow } from './stored-values.ts';
import type { StoredTable, TableChange } from './stored-table.ts';
import type { KnownSession, TableStore } from './table-store.ts';
import { UnloadedMessages, type UnloadedQueueDeps } from './unloaded-queue.ts';

/** What was found in a table. */
export interface RecoveredRows {
  readonly state: RecoveredState;
  /** The number of the last commit that is in the table; 0 in a new one. */
  readonly commit: number;
  /** How many rows that commit says there are; undefined when its row is not there. */
  readonly expected: RowCounts | undefined;
  /** Rows that cannot be used: damaged, or of a session or body that is not there. */
  readonly damaged: RowCounts;
  /** Takes them out. */
  readonly cleaning: readonly TableChange[];
}

/** A session while its rows are gathered. */
interface FoundSession {
  readonly clientId: string;
  readonly row: SessionRow;
  readonly known: KnownSession;
  readonly subscriptions: Subscription[];
  readonly incoming: number[];
  /** By sequence; undefined while there is none, as for most. */
  inFlight: Map<number, { readonly packetId: number; readonly isReleased: boolean }> | undefined;
  queue: UnloadedMessages | undefined;
}

export interface RecoverDeps {
  readonly table: StoredTable;
  /** Is told what there is, so that it can go on counting. */
  readonly store: TableStore;
  readonly clock: Clock;
  /** A message could not be read when its session was loaded. */
  readonly lost: () => void;
}

/** Reads everything but the bodies of queued messages. @throws TableFault when a part of the table cannot be read at all. */
export async function recoverRows(deps: RecoverDeps): Promise<RecoveredRows> {
  return new Recovery(deps).run();
}

class Recovery {
  readonly #deps: RecoverDeps;
  /** One for all, because there may be a hundred thousand queues. */
  readonly #queueDeps: UnloadedQueueDeps;
  readonly #byClient = new Map<string, FoundSession>();
  readonly #byNumber = new Map<number, FoundSession>();
  readonly #damaged = noRows();
  readonly #cleaning: TableChange[] = [];
  readonly #bodies = new Set<number>();
  /** Bodies that a queue refers to. */
  readonly #used = new Set<number>();

  constructor(deps: RecoverDeps) {
    this.#deps = deps;
    const { table, store, lost } = deps;
    this.#queueDeps = { table, store, lost, monotonicOf: (wallMs) => this.#monotonicOf(wallMs) };
  }

  async run(): Promise<RecoveredRows> {
    const { store } = this.#deps;
    let last: readonly number[] | undefined;
    await this.#each(ROW.commit, undefined, (_key, content) => (last = numbersOf(content, 1 + ROW_KINDS.length)) !== undefined);
    await this.#each(ROW.session, 'sessions', (key, content) => this.#session(textOfKey(key), content));
    await this.#each(ROW.subscription, 'subscriptions', (key, content) => this.#subscription(key, content));
    await this.#each(ROW.incoming, 'incoming', (key) => this.#incoming(key));
    await this.#each(ROW.inFlight, 'inFlight', (key, content) => this.#inFlight(key, content));
    await this.#each(ROW.body, undefined, (key) => this.#bodies.add(numberOfKey(key)) !== undefined);
    await this.#each(ROW.queued, 'queued', (key, content) => this.#queued(key, content));
    this.#dropOrphans();
    const retained: Message[] = [];
    await this.#each(ROW.retained, 'retained', (key, content) => this.#retained(textOfKey(key), content, retained));
    const wills: RecoveredWill[] = [];
    await this.#each(ROW.will, 'wills', (key, content) => this.#will(textOfKey(key), content, wills));
    store.bodies.forgetSingles();
    const sessions = [...this.#byClient.values()].map(recoveredSession);
    const [commit = 0, ...counts] = last ?? [];
    const expected = last === undefined ? undefined : { ...noRows(), ...Object.fromEntries(ROW_KINDS.map((kind, index) => [kind, counts[index] ?? 0])) };
    return { state: { sessions, retained, wills }, commit, expected, damaged: this.#damaged, cleaning: this.#cleaning };
  }

  /** Visits the sound rows of one kind. @param use - False when the row is of no use after all. */
  async #each(firstByte: number, kind: RowKind | undefined, use: (key: Uint8Array, content: Buffer) => boolean): Promise<void> {
    for await (const rows of this.#deps.table.scan(firstByte)) {
      for (const [key, value] of rows) {
        const content = isWholeKey(key) ? uncheckedValue(key, value) : undefined;
        if (content === undefined || !use(key, content)) this.#useless(key, kind);
        else if (kind !== undefined) this.#deps.store.counts[kind] += 1;
      }
    }
  }

  #useless(key: Uint8Array, kind: RowKind | undefined): void {
    if (kind !== undefined) this.#damaged[kind] += 1;
    this.#cleaning.push({ type: 'del', key });
  }

  #session(clientId: string, content: Buffer): boolean {
    const row = sessionOfBytes(content);
    if (row === undefined) return false;
    const { store } = this.#deps;
    const known: KnownSession = { number: row.number, queue: undefined };
    const found = { clientId, row, known, subscriptions: [], incoming: [], inFlight: undefined, queue: undefined };
    this.#byClient.set(clientId, found);
    this.#byNumber.set(row.number, found);
    store.sessions.set(clientId, known);
    store.lastSessionNumber = Math.max(store.lastSessionNumber, row.number);
    return true;
  }

  #subscription(key: Uint8Array, content: Buffer): boolean {
    const session = this.#byNumber.get(numberOfKey(key));
    const subscription = subscriptionOfBytes(filterOfKey(key), content);
    if (session === undefined || subscription === undefined) return false;
    session.subscriptions.push(subscription);
    return true;
  }

  #incoming(key: Uint8Array): boolean {
    const session = this.#byNumber.get(numberOfKey(key));
    session?.incoming.push(packetIdOfKey(key));
    return session !== undefined;
  }

  #inFlight(key: Uint8Array, content: Buffer): boolean {
    const session = this.#byNumber.get(numberOfKey(key));
    const [sequence, released] = numbersOf(content, 2) ?? [];
    if (session === undefined || sequence === undefined) return false;
    session.inFlight ??= new Map();
    session.inFlight.set(sequence, { packetId: packetIdOfKey(key), isReleased: released === 1 });
    return true;
  }

  #queued(key: Uint8Array, content: Buffer): boolean {
    const session = this.#byNumber.get(numberOfKey(key));
    const row = queuedRow(content);
    if (session === undefined || row === undefined) return false;
    if (row.body !== undefined && !this.#bodies.has(row.body)) return false;
    const sequence = sequenceOfKey(key);
    session.queue ??= this.#queueOf(session.known);
    session.queue.found(sequence, row, session.inFlight?.get(sequence));
    session.inFlight?.delete(sequence);
    const { store } = this.#deps;
    if (row.body === undefined || store.bodies.recoverReference(row.body, row.payloadBytes)) store.storedBytes += row.payloadBytes;
    if (row.body !== undefined) this.#used.add(row.body);
    return true;
  }

  /** In flight without a message, bodies without a queue: only damage leaves them behind. */
  #dropOrphans(): void {
    const { store } = this.#deps;
    for (const { known, inFlight } of this.#byNumber.values()) {
      for (const { packetId } of inFlight?.values() ?? []) {
        store.counts.inFlight -= 1;
        this.#useless(packetKey(ROW.inFlight, known.number, packetId), 'inFlight');
      }
    }
    for (const body of this.#bodies) if (!this.#used.has(body)) this.#useless(bodyKey(body), undefined);
  }

  #queueOf(session: KnownSession): UnloadedMessages {
    const queue = new UnloadedMessages(session, this.#queueDeps);
    session.queue = queue;
    return queue;
  }

  #retained(topic: string, content: Buffer, retained: Message[]): boolean {
    const row = retainedRow(content);
    if (row === undefined) return false;
    const { body, publisherId, acceptedWallMs } = row;
    const { payload, qos, retain, properties } = body;
    retained.push({ topic, payload, qos, retain, properties, publisherId, acceptedAtMs: this.#monotonicOf(acceptedWallMs) });
    const { store } = this.#deps;
    store.retainedBytes.set(topic, payload.byteLength);
    store.storedBytes += payload.byteLength;
    return true;
  }

  #will(clientId: string, content: Buffer, wills: RecoveredWill[]): boolean {
    const will = willOfBytes(content);
    if (will === undefined) return false;
    wills.push({ clientId, will });
    this.#deps.store.willClients.add(clientId);
    return true;
  }

  /** A wall clock that was set back in between makes nothing younger than now. */
  #monotonicOf(wallMs: number): number {
    const { clock } = this.#deps;
    return clock.nowMs() - Math.max(0, clock.wallMs() - wallMs);
  }
}

function recoveredSession({ clientId, row, subscriptions, incoming, queue }: FoundSession): RecoveredSession {
  return { clientId, expiryIntervalS: row.expiryIntervalS, leftWallMs: row.leftWallMs, subscriptions, incoming, queue };
}
