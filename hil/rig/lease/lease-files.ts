import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FieldproofError, messageOf, systemCodeOf } from '../../runtime/errors.ts';
import { leaseRecordSchema, type LeaseRecord } from './lease-record.ts';

/** So that names sort like tokens. */
const TOKEN_DIGITS = 16;
const LEASE_FILE = /^\d{16}\.json$/u;

/**
 * The files of one key: `<folder>/<key>/<token>.json`. A file appears whole (hard link of a finished one) and changes
 * whole (rename), so a reader never sees half of one, and of several that create the same token exactly one succeeds.
 */
export interface LeaseFiles {
  /** The record of the highest token; undefined when there never was one. */
  latest(): LeaseRecord | undefined;
  /** Creates the file of `record.token`. @returns false when that token is taken or was overtaken. */
  create(record: LeaseRecord): boolean;
  /** Replaces the file of `record.token`. */
  replace(record: LeaseRecord): void;
}

/**
 * @param writer - Names our unfinished files: different for every process that may write here.
 * @throws FieldproofError FP_FILE_UNREADABLE, here and from every member, when the folder does not let us.
 */
export function leaseFiles(folder: string, key: string, writer: string): LeaseFiles {
  const home = join(folder, key);
  guarded(home, () => mkdirSync(home, { recursive: true }));
  const draft = join(home, `draft-${writer}`);
  const pathOf = (token: number): string => join(home, `${String(token).padStart(TOKEN_DIGITS, '0')}.json`);
  const tokens = (): number[] =>
    readdirSync(home)
      .filter((name) => LEASE_FILE.test(name))
      .map((name) => Number(name.slice(0, TOKEN_DIGITS)))
      .toSorted((a, b) => b - a);

  const latest = (): LeaseRecord | undefined => {
    // Between listing and reading, a later holder may clear the file away: then there is a higher one.
    for (let [token] = tokens(); token !== undefined; [token] = tokens()) {
      const record = readRecord(pathOf(token));
      if (record !== undefined) return record;
    }
    return undefined;
  };

  const create = (record: LeaseRecord): boolean => {
    writeWhole(draft, record);
    try {
      linkSync(draft, pathOf(record.token));
    } catch (cause) {
      if (systemCodeOf(cause) === 'EEXIST') return false;
      throw cause;
    } finally {
      rmSync(draft, { force: true });
    }
    const after = tokens();
    // Who slept since reading the latest token may create one that was used and cleared away long ago.
    if (after.some((token) => token > record.token)) {
      rmSync(pathOf(record.token), { force: true });
      return false;
    }
    for (const token of after) if (token < record.token) rmSync(pathOf(token), { force: true });
    return true;
  };

  return {
    latest: () => guarded(home, latest),
    create: (record) => guarded(home, () => create(record)),
    replace: (record) =>
      guarded(home, () => {
        writeWhole(draft, record);
        renameSync(draft, pathOf(record.token));
      }),
  };
}

/** The keys of a folder that ever had a lease; empty when there is no folder. */
export function leasedKeys(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted();
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return [];
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read the leases in ${folder}: ${messageOf(cause)}`, { place: { file: folder }, cause });
  }
}

function readRecord(file: string): LeaseRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
  const parsed = leaseRecordSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const hint = 'Nobody but fieldproof writes there. When no run uses the device, remove the file.';
  throw new FieldproofError('FP_FILE_UNREADABLE', `${file} holds no lease`, { place: { file }, hint });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema says the rest.
    return undefined;
  }
}

/** On disk before it gets its name, so that a power cut leaves no empty lease. */
function writeWhole(path: string, record: LeaseRecord): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, `${JSON.stringify(record)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function guarded<T>(home: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot keep leases in ${home}: ${messageOf(cause)}`, { place: { file: home }, cause });
  }
}
