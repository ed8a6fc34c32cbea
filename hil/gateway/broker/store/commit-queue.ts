import type { Clock, Timer } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Observe } from '../../../runtime/observation.ts';
import type { StoredTable, TableChange } from './stored-table.ts';

/** How long a table that failed is left alone before it is tried again, milliseconds. */
const RETRY_MS = 1_000;

export interface CommitQueueDeps {
  readonly table: StoredTable;
  /** Every write reaches the medium before it counts. */
  readonly isSynced: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observe: Observe;
  /** The last changes of a write: called once for each, when it is put together. */
  readonly seal: () => readonly TableChange[];
  readonly written: () => void;
}

/**
 * Group commit: one write is under way at a time, and every turn that comes meanwhile goes into the next one. A write that fails
 * keeps its changes; the table is then opened anew, because its log ends in an unknown place, and the changes are written first.
 */
export class CommitQueue {
  readonly #deps: CommitQueueDeps;
  #changes: TableChange[] = [];
  /** The write that is under way. */
  #writing: Promise<void> | undefined;
  /** The one that takes what is added now; the same for all turns that wait for it. */
  #next: Promise<void> | undefined;
  #failure: { readonly because: string; retryAtMs: number } | undefined;
  #retry: Timer | undefined;
  #isClosed = false;
  /** Writes that took what was added: an index that `add` gave is good as long as this does not change. */
  begun = 0;
  writes = 0;
  writtenBytes = 0;
  failures = 0;

  constructor(deps: CommitQueueDeps) {
    this.#deps = deps;
  }

  /** Why the last write failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#failure?.because;
  }

  get pendingChanges(): number {
    return this.#changes.length;
  }

  /** @returns where the change stands until the next write begins. */
  add(change: TableChange): number {
    return this.#changes.push(change) - 1;
  }

  replace(index: number, change: TableChange): void {
    this.#changes[index] = change;
  }

  /** Resolves when everything added so far is stored; rejects when it could not be. */
  commit(): Promise<void> | undefined {
    if (this.#changes.length === 0) return this.#next ?? this.#writing;
    if (this.#next !== undefined) return this.#next;
    if (this.#writing === undefined) return this.#start();
    this.#next = this.#writing.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  /** Writes what is left, if the table allows it, and tries no more. */
  async close(): Promise<void> {
    this.#retry?.cancel();
    await this.commit()?.catch(() => undefined);
    this.#isClosed = true;
    this.#retry?.cancel();
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const writing = this.#write().finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  async #write(): Promise<void> {
    const { clock, table, isSynced, written } = this.#deps;
    if (this.#failure !== undefined && clock.nowMs() < this.#failure.retryAtMs) throw new Error(this.#failure.because);
    const changes = [...this.#changes, ...this.#deps.seal()];
    const kept = this.#changes;
    this.#changes = [];
    this.begun += 1;
    try {
      if (this.#failure !== undefined) await this.#reopen();
      await table.write(changes, isSynced);
    } catch (error) {
      this.#changes = [...kept, ...this.#changes];
      this.begun += 1;
      this.#failed(messageOf(error));
      throw error;
    }
    this.#succeeded(changes);
    written();
  }

  async #reopen(): Promise<void> {
    await this.#deps.table.close();
    await this.#deps.table.open();
  }

  #failed(because: string): void {
    const { clock, log, observe } = this.#deps;
    this.failures += 1;
    if (this.#failure === undefined) {
      log.error('the broker cannot store: nothing is acknowledged until it can', { because });
      observe('broker.store-failed', { because });
    }
    this.#failure = { because, retryAtMs: clock.nowMs() + RETRY_MS };
    this.#retry?.cancel();
    if (this.#isClosed) return;
    this.#retry = clock.setTimer(RETRY_MS + 1, () => void this.commit()?.catch(() => undefined));
  }

  #succeeded(changes: readonly TableChange[]): void {
    if (this.#failure !== undefined) {
      this.#deps.log.info('the broker stores again', { failures: this.failures, because: this.#failure.because });
      this.#deps.observe('broker.store-restored', { failures: this.failures });
    }
    this.#failure = undefined;
    this.writes += 1;
    for (const change of changes) this.writtenBytes += change.key.byteLength + (change.type === 'put' ? change.value.byteLength : 0);
  }
}
