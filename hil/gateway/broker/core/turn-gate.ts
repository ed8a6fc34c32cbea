import type { BrokerStore, StoreChange } from './broker-store.ts';
import type { Eventual } from './eventual.ts';

/** What has something to send at the end of a turn. */
export interface Outlet {
  /** Everything to send now, as one piece; undefined when that is nothing. May record changes. */
  collect(): Uint8Array | undefined;
  /** Sends what `collect` gave: its turn is stored. */
  release(bytes: Uint8Array | undefined): void;
  /** Its turn could not be stored: what `collect` gave must not be said, unless it tells of nothing that is stored. */
  revoke(bytes: Uint8Array | undefined): void;
}

/** Calls back once at the end of the current turn of the event loop. */
export type EndOfTurn = (callback: () => void) => void;

/**
 * Holds back what a turn of the event loop has to say until the turn is stored. That gives one commit for all connections
 * and one write for each connection and turn, and it is the one place where "acknowledged means stored" is kept.
 */
export class TurnGate {
  readonly #store: BrokerStore;
  readonly #endOfTurn: EndOfTurn;
  readonly #outlets = new Set<Outlet>();
  readonly #waiters: (() => void)[] = [];
  #isDue = false;
  #hasChanges = false;
  /**
   * The last turn that is not stored; later turns wait for it, so that every connection's bytes keep their order. Gives
   * whether it could be stored.
   */
  #pending: Promise<boolean> | undefined;

  constructor(store: BrokerStore, endOfTurn: EndOfTurn) {
    this.#store = store;
    this.#endOfTurn = endOfTurn;
  }

  /** This outlet has, or may have, something to send. */
  touch(outlet: Outlet): void {
    this.#outlets.add(outlet);
    this.#schedule();
  }

  record(change: StoreChange): void {
    this.#store.record(change);
    this.#hasChanges = true;
    this.#schedule();
  }

  /** Resolves when everything recorded so far is stored; also when that failed. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#endOfTurn(() => {
      this.#isDue = false;
      this.#run();
    });
  }

  #run(): void {
    const outlets = [...this.#outlets];
    this.#outlets.clear();
    const waiters = this.#waiters.splice(0);
    const outputs = outlets.map((outlet) => ({ outlet, bytes: outlet.collect() }));
    const hasChanges = this.#hasChanges;
    this.#hasChanges = false;
    const stored: Eventual<void> | 'nothing' = hasChanges ? this.#store.commit() : 'nothing';
    const finish = (isStored: boolean): void => {
      for (const { outlet, bytes } of outputs) {
        if (isStored) outlet.release(bytes);
        else outlet.revoke(bytes);
      }
      for (const resolve of waiters) resolve();
    };
    if (!(stored instanceof Promise) && this.#pending === undefined) finish(true);
    else this.#wait(stored, finish);
  }

  #wait(stored: Eventual<void> | 'nothing', finish: (isStored: boolean) => void): void {
    const turn = settleInOrder(this.#pending, stored, (isStored) => {
      // What could not be stored stays in memory, so no turn may speak of it before a later commit has it.
      if (!isStored) this.#hasChanges = true;
      finish(isStored);
    }).then((isStored) => {
      if (this.#pending === turn) this.#pending = undefined;
      return isStored;
    });
    this.#pending = turn;
  }
}

/** Tells how a turn went, when every turn before it is known. A turn without changes went as the one before it. */
async function settleInOrder(
  earlier: Promise<boolean> | undefined,
  stored: Eventual<void> | 'nothing',
  finish: (isStored: boolean) => void,
): Promise<boolean> {
  const own = stored === 'nothing' ? undefined : Promise.resolve(stored).then(() => true, () => false);
  const before = (await earlier) ?? true;
  const isStored = (await own) ?? before;
  finish(isStored);
  return isStored;
}
