import { NO_IDENTIFIERS, type QueuedDelivery } from '../core/delivery.ts';
import type { Message } from '../core/message.ts';
import type { LoadedInFlight, LoadedQueue, StoredQueue } from '../core/recovered-state.ts';
import { RoutedMessage } from '../core/routed-message.ts';
import { queuedRow, type QueuedRow } from './queued-row.ts';
import { bodyKey, queuedKey } from './stored-keys.ts';
import { bodyOfBytes, uncheckedValue, type StoredBody } from './stored-values.ts';
import { TableFault, type StoredTable } from './stored-table.ts';
import type { KnownSession, TableStore } from './table-store.ts';

/** Rows that are read in one go. */
const ROWS_PER_READ = 1_000;

/** What is kept in memory of a message that is not: a few numbers. */
interface Stub {
  readonly sequence: number;
  readonly payloadBytes: number;
  /** The number of its body, when that stands in a row of its own. */
  readonly body: number | undefined;
  /** Set when its PUBLISH was sent. */
  readonly packetId: number | undefined;
  readonly isReleased: boolean;
}

export interface UnloadedQueueDeps {
  readonly table: Pick<StoredTable, 'read'>;
  readonly store: TableStore;
  /** The instant of a wall time on the monotonic clock, milliseconds. */
  readonly monotonicOf: (wallMs: number) => number;
  /** A message could not be read. */
  readonly lost: () => void;
}

/** The messages of one recovered session, as numbers: see `StoredQueue`. */
export class UnloadedMessages implements StoredQueue {
  payloadBytes = 0;
  lastSequence = 0;
  readonly #session: KnownSession;
  readonly #deps: UnloadedQueueDeps;
  readonly #inFlight: Stub[] = [];
  /** Not sent yet, oldest first; what is before `#head` was dropped. Columns, because there may be a million of them. */
  readonly #sequences: number[] = [];
  readonly #payloadBytes: number[] = [];
  /** Numbers of bodies that stand in rows of their own, by place. */
  #bodies: Map<number, number> | undefined;
  #head = 0;

  constructor(session: KnownSession, deps: UnloadedQueueDeps) {
    this.#session = session;
    this.#deps = deps;
  }

  get length(): number {
    return this.#sequences.length - this.#head;
  }

  /** A row was found; rows come in the order of their numbers. @param inFlight - Its packet identifier and state, when it was sent. */
  found(sequence: number, { payloadBytes, body }: QueuedRow, inFlight: { readonly packetId: number; readonly isReleased: boolean } | undefined): void {
    this.lastSequence = sequence;
    if (inFlight !== undefined) {
      this.#inFlight.push({ sequence, payloadBytes, body, ...inFlight });
      return;
    }
    if (body !== undefined) (this.#bodies ??= new Map()).set(this.#sequences.length, body);
    this.#sequences.push(sequence);
    this.#payloadBytes.push(payloadBytes);
    this.payloadBytes += payloadBytes;
  }

  dropOldest(): void {
    const stub = this.#stubAt(this.#head);
    if (stub === undefined) return;
    this.#head += 1;
    this.payloadBytes -= stub.payloadBytes;
    this.#forget(stub);
  }

  /** The session is gone. */
  dropAll(): void {
    for (const stub of this.#inFlight.splice(0)) this.#forget(stub);
    while (this.length > 0) this.dropOldest();
    this.#session.queue = undefined;
  }

  async load(): Promise<LoadedQueue> {
    const begun = [...this.#inFlight];
    const waiting = this.#sequences.slice(this.#head).map((_sequence, index) => this.#stubAt(this.#head + index));
    const stubs = [...begun, ...waiting.filter((stub) => stub !== undefined)];
    const read: (QueuedDelivery | undefined)[] = [];
    for (let at = 0; at < stubs.length; at += ROWS_PER_READ) read.push(...(await this.#read(stubs.slice(at, at + ROWS_PER_READ))));
    return this.#handOver(stubs, read);
  }

  /** What was dropped while it was read is left out; so is what could not be read, which is lost. */
  #handOver(stubs: readonly Stub[], read: readonly (QueuedDelivery | undefined)[]): LoadedQueue {
    const session = this.#session;
    const inFlight: LoadedInFlight[] = [];
    const queued: QueuedDelivery[] = [];
    // A second connection waited for the same: the first one has it.
    if (session.queue !== this) return { inFlight, queued };
    session.queue = undefined;
    const firstSequence = this.#sequences[this.#head] ?? Infinity;
    for (const [index, stub] of stubs.entries()) {
      const { sequence, packetId, isReleased } = stub;
      if (packetId === undefined && sequence < firstSequence) continue;
      const delivery = read[index];
      if (delivery === undefined) {
        this.#deps.lost();
        this.#forget(stub);
      } else if (packetId === undefined) queued.push(delivery);
      else inFlight.push({ delivery, packetId, state: isReleased ? 'released' : 'published' });
    }
    return { inFlight, queued };
  }

  async #read(stubs: readonly Stub[]): Promise<(QueuedDelivery | undefined)[]> {
    const keys = stubs.map(({ sequence }) => queuedKey(this.#session.number, sequence));
    const values = await this.#values(keys);
    const rows = keys.map((key, index) => contentOf(key, values[index])).map((content) => (content === undefined ? undefined : queuedRow(content)));
    const bodyKeys = rows.flatMap((row) => (row?.body === undefined ? [] : [bodyKey(row.body)]));
    const bodyValues = await this.#values(bodyKeys);
    let next = 0;
    return rows.map((row, index) => {
      if (row === undefined) return undefined;
      if (row.body === undefined) return this.#delivery(stubs[index]?.sequence ?? 0, row, bodyOfBytes(row.rest));
      const key = bodyKeys[next];
      const content = key === undefined ? undefined : contentOf(key, bodyValues[next]);
      next += 1;
      return this.#delivery(stubs[index]?.sequence ?? 0, row, content === undefined ? undefined : bodyOfBytes(content));
    });
  }

  /** One damaged block must not hide what stands around it. */
  async #values(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      return keys.length === 0 ? [] : await this.#deps.table.read(keys);
    } catch (error) {
      if (!(error instanceof TableFault) || error.kind !== 'corrupt') throw error;
    }
    const values: (Uint8Array | undefined)[] = [];
    for (const key of keys) values.push(await this.#deps.table.read([key]).then(([value]) => value, () => undefined));
    return values;
  }

  #delivery(sequence: number, row: QueuedRow, body: StoredBody | undefined): QueuedDelivery | undefined {
    if (body === undefined) return undefined;
    const { qos, retain, subscriptionIdentifiers } = row;
    const { topic, payload, properties } = body;
    const acceptedAtMs = this.#deps.monotonicOf(row.acceptedWallMs);
    const message: Message = { topic, payload, qos: body.qos, retain: body.retain, properties, publisherId: undefined, acceptedAtMs };
    const { bodies } = this.#deps.store;
    if (row.body !== undefined) bodies.loaded(message, bodies.recovered(row.body, row.payloadBytes));
    const identifiers = subscriptionIdentifiers.length === 0 ? NO_IDENTIFIERS : subscriptionIdentifiers;
    return { routed: new RoutedMessage(message), qos, retain, subscriptionIdentifiers: identifiers, shared: undefined, sequence };
  }

  #stubAt(index: number): Stub | undefined {
    const sequence = this.#sequences[index];
    if (sequence === undefined) return undefined;
    const payloadBytes = this.#payloadBytes[index] ?? 0;
    return { sequence, payloadBytes, body: this.#bodies?.get(index), packetId: undefined, isReleased: false };
  }

  #forget({ sequence, packetId, body, payloadBytes }: Stub): void {
    const { store } = this.#deps;
    const session = this.#session;
    store.forgetQueued(session.number, sequence, packetId);
    if (body === undefined) {
      store.storedBytes -= payloadBytes;
      return;
    }
    const shared = store.bodies.recovered(body, payloadBytes);
    if (store.bodies.release(shared)) store.forgetSharedBody(shared.number, shared.payloadBytes);
  }
}

function contentOf(key: Uint8Array, value: Uint8Array | undefined): Buffer | undefined {
  return value === undefined ? undefined : uncheckedValue(key, value);
}
