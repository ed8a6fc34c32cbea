import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldproofError, messageOf } from '../../../runtime/errors.ts';
import { TableFault, type StoredTable } from './stored-table.ts';
import type { StoreDamage } from './store-report.ts';

/** The table's folder in that of the store. */
const TABLE_FOLDER = 'level';

export interface OpenTableDeps {
  /** The store's folder. */
  readonly path: string;
  readonly makeTable: (folder: string) => StoredTable;
  /** For the name of a folder that is set aside, milliseconds since 1970. */
  readonly wallMs: () => number;
  /** The table is known to have been there. */
  readonly isExpected: boolean;
}

export interface OpenedTable<T> {
  readonly table: StoredTable;
  readonly read: T;
  readonly damage: StoreDamage;
  readonly setAside: string | undefined;
}

/**
 * Opens the table and reads it; one that is corrupt is repaired, one that cannot be repaired is set aside for whoever wants to
 * look into it, and an empty one is made.
 * @throws FieldproofError FP_BROKER_STORE when it is in use, or the folder cannot be read or written.
 */
export async function openTable<T>(deps: OpenTableDeps, read: (table: StoredTable) => Promise<T>): Promise<OpenedTable<T>> {
  const { path, makeTable } = deps;
  const folder = join(path, TABLE_FOLDER);
  try {
    await mkdir(path, { recursive: true });
    const table = makeTable(folder);
    // LevelDB makes a new table over the files of one whose CURRENT is gone.
    const isHeadless = (deps.isExpected || (await hasFiles(folder))) && !existsSync(join(folder, 'CURRENT'));
    const whole = isHeadless ? undefined : await tryToRead(table, read);
    if (whole !== undefined) return { table, ...whole, damage: 'none', setAside: undefined };
    const repaired = await tryRepaired(table, read);
    if (repaired !== undefined) return { table, ...repaired, damage: 'repaired', setAside: undefined };
    return await startAnew(deps, folder, read);
  } catch (error) {
    if (error instanceof FieldproofError) throw error;
    const isLocked = error instanceof TableFault && error.kind === 'locked';
    const message = isLocked ? `${path} is in use by another process` : `${path}: ${messageOf(error)}`;
    throw new FieldproofError('FP_BROKER_STORE', `the broker's store cannot be opened: ${message}`, { cause: error });
  }
}

async function hasFiles(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).some((name) => /^MANIFEST-|\.(?:ldb|sst|log)$/u.test(name));
}

/** Undefined when the table is corrupt; it is closed then. */
async function tryToRead<T>(table: StoredTable, read: (table: StoredTable) => Promise<T>): Promise<{ readonly read: T } | undefined> {
  try {
    await table.open();
    return { read: await read(table) };
  } catch (error) {
    await table.close().catch(() => undefined);
    if (error instanceof TableFault && error.kind === 'corrupt') return undefined;
    throw error;
  }
}

async function tryRepaired<T>(table: StoredTable, read: (table: StoredTable) => Promise<T>): Promise<{ readonly read: T } | undefined> {
  try {
    await table.repair();
  } catch (error) {
    if (error instanceof TableFault && error.kind === 'locked') throw error;
    return undefined;
  }
  return tryToRead(table, read);
}

async function startAnew<T>({ path, makeTable, wallMs }: OpenTableDeps, folder: string, read: (table: StoredTable) => Promise<T>): Promise<OpenedTable<T>> {
  const setAside = join(path, `damaged-${Math.round(wallMs())}`);
  if (existsSync(folder)) await rename(folder, setAside);
  const table = makeTable(folder);
  await table.open();
  return { table, read: await read(table), damage: 'set-aside', setAside };
}
