import { join } from 'node:path';
import type { Clock, Timer } from '../../../runtime/clock.ts';
import { FieldproofError, messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { observeNothing, type Observe } from '../../../runtime/observation.ts';
import type { BrokerStore } from '../core/broker-store.ts';
import type { RecoveredState } from '../core/recovered-state.ts';
import { CommitQueue } from './commit-queue.ts';
import { levelTable } from './level-table.ts';
import { openTable } from './open-table.ts';
import { recoverRows, type RecoveredRows } from './recover-rows.ts';
import { missingRows, noRows, ROW_KINDS, type RowCounts } from './row-counts.ts';
import { readMark, writeMark, type StoreMark } from './store-mark.ts';
import type { RecoveryReport, StoreDamage, StoreStats } from './store-report.ts';
import type { StoredTable } from './stored-table.ts';
import { TableStore, type StoreBounds } from './table-store.ts';

/** A store that outlives the process. */
export interface BrokerStoreOptions extends StoreBounds {
  /** `os`: the operating system has it (a killed process loses nothing). `fsync`: the medium has it (a cut supply loses nothing). */
  readonly policy: 'os' | 'fsync';
  /** A folder of its own; made when it is not there. */
  readonly path: string;
}

export interface BrokerStoreDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** For the journal: `broker.recovered`, `broker.store-failed`, `broker.store-restored`. */
  readonly observe?: Observe;
  /** Default: LevelDB. */
  readonly makeTable?: (folder: string) => StoredTable;
}

export interface OpenedBrokerStore extends BrokerStore {
  readonly recovered: RecoveredState;
  stats(): StoreStats;
  /** Stores what is left and closes. Safe to call again. */
  close(): Promise<void>;
}

/** How far the mark may lag behind the commits, milliseconds. */
const MARK_EVERY_MS = 100;

/**
 * Opens a store and reads what an earlier process left in it. What is damaged is left out, told in the log and counted.
 * @throws FieldproofError FP_BROKER_STORE when it is in use, or its folder cannot be read or written.
 */
export async function openBrokerStore(options: BrokerStoreOptions, deps: BrokerStoreDeps): Promise<OpenedBrokerStore> {
  const { path } = options;
  const { clock, makeTable = levelTable } = deps;
  const startMs = clock.nowMs();
  const markFile = join(path, 'mark.json');
  const mark = await readMark(markFile);
  const lostLater: Record<string, number> = {};
  const read = async (table: StoredTable): Promise<Opening> => readOpening(table, options, deps, () => (lostLater['queued'] = (lostLater['queued'] ?? 0) + 1));
  const { table, read: opening, damage, setAside } = await openTable({ path, makeTable, wallMs: () => clock.wallMs(), isExpected: mark !== undefined }, read);
  const { rows, store, commits, sealing } = opening;
  sealing.commit = Math.max(rows.commit, mark?.commit ?? 0);
  await firstCommit(opening, path);
  const report = { ...reportOf(rows, store.counts, mark, damage), setAside, tookMs: clock.nowMs() - startMs };
  tell(report, path, deps);
  const keeper = markKeeper(markFile, deps);
  sealing.written = () => keeper.touch({ commit: sealing.commit, rows: sealing.rows });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await commits.close();
    await keeper.stop();
    await table.close();
  };
  return {
    recovered: rows.state,
    record: (change) => store.record(change),
    commit: () => store.commit(),
    obstacle: () => store.obstacle(),
    stats: () => ({
      policy: options.policy,
      writes: commits.writes,
      writtenBytes: commits.writtenBytes,
      failures: commits.failures,
      failure: commits.failure,
      rows: { ...store.counts },
      payloadBytes: store.storedBytes,
      lost: added(report.lost, lostLater),
      recovery: report,
    }),
    close: () => (closed ??= close()),
  };
}

interface Opening {
  readonly rows: RecoveredRows;
  readonly store: TableStore;
  readonly commits: CommitQueue;
  /** The number of the last write and what there is from then on. `written`: called when it is done. */
  readonly sealing: { commit: number; rows: RowCounts; written: () => void };
}

async function readOpening(table: StoredTable, options: BrokerStoreOptions, { clock, log, observe = observeNothing }: BrokerStoreDeps, lost: () => void): Promise<Opening> {
  const sealing = { commit: 0, rows: noRows(), written: (): void => undefined };
  const commits: CommitQueue = new CommitQueue({
    table,
    isSynced: options.policy === 'fsync',
    clock,
    log,
    observe,
    seal: () => {
      sealing.commit += 1;
      sealing.rows = { ...store.counts };
      return [store.commitRow(sealing.commit, sealing.rows)];
    },
    written: () => sealing.written(),
  });
  const store: TableStore = new TableStore(commits, clock, options);
  const rows = await recoverRows({ table, store, clock, lost });
  return { rows, store, commits, sealing };
}

/** Takes out what is of no use, and shows that the store can be written before anybody relies on it. */
async function firstCommit({ rows, commits, store, sealing }: Opening, path: string): Promise<void> {
  for (const change of rows.cleaning) commits.add(change);
  commits.add(store.commitRow(sealing.commit, store.counts));
  try {
    await commits.commit();
  } catch (cause) {
    await commits.close();
    throw new FieldproofError('FP_BROKER_STORE', `the broker's store cannot be written: ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** What the table's own last commit says is compared with what is there; the mark, where that commit is older. */
function reportOf(rows: RecoveredRows, found: RowCounts, mark: StoreMark | undefined, damage: StoreDamage): Omit<RecoveryReport, 'setAside' | 'tookMs'> {
  const lostCommits = Math.max(0, (mark?.commit ?? 0) - rows.commit);
  const expected = lostCommits > 0 || rows.expected === undefined ? (mark?.rows ?? rows.expected ?? found) : rows.expected;
  const lost = { ...missingRows(expected, found) };
  for (const kind of ROW_KINDS) if (rows.damaged[kind] > (lost[kind] ?? 0)) lost[kind] = rows.damaged[kind];
  const surplus = missingRows(found, expected);
  const isWhole = lostCommits === 0 && Object.keys(lost).length === 0 && Object.keys(surplus).length === 0;
  return { damage: damage === 'none' && !isWhole ? 'rows' : damage, found: { ...found }, lost, lostCommits, surplus };
}

function tell({ damage, found, lost, lostCommits, surplus, setAside, tookMs }: RecoveryReport, path: string, { log, observe = observeNothing }: BrokerStoreDeps): void {
  const facts = { path, ...found, tookMs: Math.round(tookMs) };
  if (damage === 'none') log.info('the broker has its store', facts);
  else log.error("the broker's store was damaged", { damage, lost, lostCommits, surplus, ...(setAside === undefined ? {} : { setAside }), ...facts });
  observe('broker.recovered', { damage, found: { ...found }, lost: { ...lost }, lostCommits, surplus: { ...surplus }, tookMs });
}

function added(a: Partial<RowCounts>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [kind, count] of Object.entries(b)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}

/** Writes the mark behind the commits, never more often than it has to. */
function markKeeper(file: string, { clock, log }: BrokerStoreDeps): { touch(mark: StoreMark): void; stop(): Promise<void> } {
  let timer: Timer | undefined;
  let writing: Promise<void> = Promise.resolve();
  let due: StoreMark | undefined;
  const write = (): Promise<void> => {
    const mark = due;
    timer = undefined;
    due = undefined;
    if (mark === undefined) return writing;
    // Without a mark a loss is not noticed; nothing is lost by that.
    writing = writing.then(() => writeMark(file, mark)).catch((error: unknown) => log.warn('the mark of the store was not written', { error: messageOf(error) }));
    return writing;
  };
  return {
    touch(mark) {
      due = mark;
      timer ??= clock.setTimer(MARK_EVERY_MS, () => void write());
    },
    async stop() {
      timer?.cancel();
      await write();
    },
  };
}
