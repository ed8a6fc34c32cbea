import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../runtime/log.ts';
import { coreBench, manualClock, type CoreBench, type ManualClock } from '../core/core-client.contract.ts';
import type { CoreBrokerOptions } from '../core/core-options.ts';
import { memoryTable, type MemoryTable } from './memory-table.contract.ts';
import { openBrokerStore, type BrokerStoreOptions, type OpenedBrokerStore } from './open-broker-store.ts';

/** A broker with a store on a table in memory; `again` is the next process on the same rows. */
export interface StoredBench extends CoreBench {
  readonly table: MemoryTable;
  readonly store: OpenedBrokerStore;
  /** Kills this one and starts the next. @param afterMs - So much later, on the wall clock too. */
  again(afterMs?: number, options?: Partial<CoreBrokerOptions>): Promise<StoredBench>;
}

export interface StoredBenchOptions {
  readonly core?: Partial<CoreBrokerOptions>;
  readonly store?: Partial<BrokerStoreOptions>;
}

export async function storedBench(given: StoredBenchOptions = {}, rows = new Map<string, Uint8Array>(), clock: ManualClock = manualClock()): Promise<StoredBench> {
  const table = memoryTable(rows);
  // The folder holds the mark only; each process has its own, so that a test of damage says what it expects.
  const path = mkdtempSync(join(tmpdir(), 'fp-store-'));
  const options = { policy: 'os', path, bytesMax: 1e9, messagesMax: 1e6, ...given.store } as const;
  const store = await openBrokerStore(options, { clock, log: silentLogger, makeTable: () => table });
  const bench = coreBench(given.core ?? {}, { store, clock });
  bench.broker.recover(store.recovered);
  return {
    ...bench,
    clock,
    table,
    store,
    async again(afterMs = 0, core = given.core ?? {}) {
      table.kill();
      // The monotonic clock of the next process begins anywhere; only the wall clock goes on.
      return storedBench({ ...given, core }, rows, manualClock(clock.wallMs() + afterMs - 1_000));
    },
  };
}
