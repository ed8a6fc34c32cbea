import { ClassicLevel } from 'classic-level';
import { messageOf } from '../../../runtime/errors.ts';
import { TableFault, type StoredTable, type TableChange, type TableFaultKind, type TableRow } from './stored-table.ts';

/**
 * Changes gathered in memory and in the log before they become a sorted file, bytes: twice as much is held at most. Short-lived
 * messages are mostly deleted before they get that far.
 */
const WRITE_BUFFER_BYTES = 16 * 1_024 * 1_024;
const CACHE_BYTES = 8 * 1_024 * 1_024;
const ROWS_PER_READ = 1_000;
const READ_BYTES = 1_048_576;

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * A table in a LevelDB folder. After a failed write LevelDB's log ends in an unknown place, so the owner must close and open the
 * table before it writes again.
 * @param folder - Made when it is not there; its parent must be.
 */
export function levelTable(folder: string): StoredTable {
  let level: Level | undefined;
  const opened = (): Level => {
    if (level === undefined) throw new TableFault('io', `${folder} is not open`, undefined);
    return level;
  };
  return {
    async open() {
      if (level !== undefined) return;
      const made: Level = new ClassicLevel(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer', writeBufferSize: WRITE_BUFFER_BYTES, cacheSize: CACHE_BYTES });
      await guarded(made.open());
      level = made;
    },
    async close() {
      const closing = level;
      level = undefined;
      if (closing !== undefined) await guarded(closing.close());
    },
    write: (changes, isSynced) => guarded(writeAll(opened(), changes, isSynced)),
    read: (keys) => guarded(opened().getMany([...keys])),
    scan: (firstByte) => scanRows(opened(), firstByte),
    repair: () => guarded(ClassicLevel.repair(folder)),
  };
}

function writeAll(level: Level, changes: readonly TableChange[], isSynced: boolean): Promise<void> {
  return level.batch([...changes], { sync: isSynced });
}

async function* scanRows(level: Level, firstByte: number): AsyncGenerator<readonly TableRow[]> {
  const range = { gte: Uint8Array.of(firstByte), lt: Uint8Array.of(firstByte + 1) };
  const iterator = level.iterator({ ...range, fillCache: false, highWaterMarkBytes: READ_BYTES });
  try {
    for (;;) {
      const rows = await guarded(iterator.nextv(ROWS_PER_READ));
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await iterator.close();
  }
}

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // The reason of a failed `open` is one level down.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new TableFault(kindOf(cause), messageOf(cause), error);
  }
}

function kindOf(error: unknown): TableFaultKind {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'LEVEL_LOCKED') return 'locked';
  // A file that another one names and that is not there, or is too short for what should stand in it, is damage as well.
  const isCorrupt = code === 'LEVEL_CORRUPTION' || /^(?:Corruption|Invalid argument)\b|: (?:No such file or directory|Invalid argument)$/u.test(messageOf(error));
  return isCorrupt ? 'corrupt' : 'io';
}
