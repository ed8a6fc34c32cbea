import type { RowCounts } from './row-counts.ts';

/** What was found wrong when a store was opened, from harmless to worst. */
export type StoreDamage =
  /** Everything that was committed is there. */
  | 'none'
  /** Rows are missing or damaged. */
  | 'rows'
  /** The table could not be read before it was repaired. */
  | 'repaired'
  /** It could not be repaired: it was set aside, and an empty one took its place. */
  | 'set-aside';

/** How a store came back at the start. */
export interface RecoveryReport {
  readonly damage: StoreDamage;
  readonly found: RowCounts;
  /** Rows that were committed and are not there or cannot be used, by kind; kinds without a loss are left out. */
  readonly lost: Partial<RowCounts>;
  /** Commits at the end that are known to have been made and are not there. */
  readonly lostCommits: number;
  /** More rows than were committed, because what took them away was lost: messages may come again. */
  readonly surplus: Partial<RowCounts>;
  /** Where the unusable table was put. */
  readonly setAside: string | undefined;
  readonly tookMs: number;
}

/** The state of a store. Totals since start only grow. */
export interface StoreStats {
  readonly policy: 'memory' | 'os' | 'fsync';
  /** Writes; each is the commit of one turn or of several that waited together. */
  readonly writes: number;
  readonly writtenBytes: number;
  /** Writes that failed. */
  readonly failures: number;
  /** Why nothing can be stored now. */
  readonly failure: string | undefined;
  /** Rows now. */
  readonly rows: RowCounts;
  /** Payload bytes of queued and retained messages now. */
  readonly payloadBytes: number;
  /** Rows lost by damage, at the start and since, by kind. */
  readonly lost: Readonly<Record<string, number>>;
  readonly recovery: RecoveryReport;
}
