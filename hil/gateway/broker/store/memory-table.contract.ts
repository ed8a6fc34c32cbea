import { TableFault, type StoredTable, type TableChange, type TableRow } from './stored-table.ts';

/** A table in memory that a test can break, and that outlives the store that uses it, as a disk does. */
export interface MemoryTable extends StoredTable {
  /** By key in hexadecimal digits. */
  readonly rows: Map<string, Uint8Array>;
  /** The next writes fail; nothing of them is kept, and no later one is before the table is opened anew, as with LevelDB. */
  failsToWrite: boolean;
  /** Called before a write is kept; a promise holds it back. */
  beforeWrite: (changes: readonly TableChange[]) => Promise<void> | undefined;
  /** Called before a read is answered; a promise holds it back. */
  beforeRead: () => Promise<void> | undefined;
  /** The process is gone: nothing that comes later is kept. */
  kill(): void;
}

export function memoryTable(rows = new Map<string, Uint8Array>()): MemoryTable {
  let isOpen = false;
  let isDead = false;
  let isBroken = false;
  const table: MemoryTable = {
    rows,
    failsToWrite: false,
    beforeWrite: () => undefined,
    beforeRead: () => undefined,
    kill: () => void (isDead = true),
    async open() {
      isBroken &&= isOpen;
      isOpen = true;
    },
    async close() {
      isOpen = false;
    },
    async write(changes) {
      if (!isOpen) throw new TableFault('io', 'not open', undefined);
      const held = table.beforeWrite(changes);
      if (held !== undefined) await held;
      if (isDead) throw new TableFault('io', 'the process is gone', undefined);
      if (isBroken) throw new TableFault('io', 'the log ends in an unknown place', undefined);
      isBroken = table.failsToWrite;
      if (isBroken) throw new TableFault('io', 'No space left on device', undefined);
      for (const change of changes) {
        const key = Buffer.from(change.key).toString('hex');
        if (change.type === 'put') rows.set(key, Uint8Array.from(change.value));
        else rows.delete(key);
      }
    },
    async read(keys) {
      const held = table.beforeRead();
      if (held !== undefined) await held;
      if (!isOpen) throw new TableFault('io', 'not open', undefined);
      return keys.map((key) => rows.get(Buffer.from(key).toString('hex')));
    },
    async *scan(firstByte) {
      const prefix = Buffer.of(firstByte).toString('hex');
      const found: TableRow[] = [...rows].filter(([key]) => key.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [Buffer.from(key, 'hex'), value]);
      if (found.length > 0) yield found;
    },
    repair: async () => undefined,
  };
  return table;
}
