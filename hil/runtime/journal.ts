import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync, fsyncSync } from 'node:fs';
import { canonicalJson } from './canonical-json.ts';
import { FieldproofError, messageOf } from './errors.ts';
import { JOURNAL_ENTRIES_MAX } from './limits.ts';
import type { JsonValue, Observation } from './observation.ts';

/** One line of `events.ndjson`: an observation with its number and its link in the chain. */
export interface JournalEntry extends Observation {
  /** 0, 1, 2, ... without gaps. */
  readonly seq: number;
  /** SHA-256, hexadecimal, over the previous line's hash followed by the canonical JSON of this line without `hash`. */
  readonly hash: string;
}

/** The hash before the first entry: 64 zeros. */
export const JOURNAL_ROOT_HASH = '0'.repeat(64);

/** An append-only, hash-chained NDJSON file: changing, removing or swapping a line breaks every hash after it. */
export interface JournalWriter {
  append(observation: Observation): void;
  /** Writes out what is buffered, syncs the file to disk and closes it. Further appends throw FP_INTERNAL. */
  close(): { readonly entries: number; readonly headHash: string };
}

const BUFFER_CHARACTERS_MAX = 65_536;

/** @throws FieldproofError FP_FILE_UNREADABLE when the file cannot be created (it must not exist), FP_LIMIT when full. */
export function createJournal(path: string): JournalWriter {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot create the journal ${path}: ${messageOf(cause)}`, { cause });
  }
  let seq = 0;
  let headHash = JOURNAL_ROOT_HASH;
  let buffer = '';
  let open = true;
  const flush = (): void => {
    writeSync(file, buffer);
    buffer = '';
  };
  return {
    append({ t, source, type, data }) {
      if (!open) throw new FieldproofError('FP_INTERNAL', `observation ${type} after the journal was closed`);
      if (seq >= JOURNAL_ENTRIES_MAX) throw new FieldproofError('FP_LIMIT', `the journal holds ${seq} entries, its bound`);
      const body = { seq, t: Math.round(t * 1_000) / 1_000, source, type, data };
      headHash = chainHash(headHash, body);
      buffer += `${JSON.stringify({ ...body, hash: headHash })}\n`;
      seq += 1;
      if (buffer.length >= BUFFER_CHARACTERS_MAX) flush();
    },
    close() {
      if (open) {
        flush();
        fsyncSync(file);
        closeSync(file);
        open = false;
      }
      return { entries: seq, headHash };
    },
  };
}

/** The hash of an entry, from the hash before it. */
export function chainHash(previousHash: string, body: Omit<JournalEntry, 'hash'>): string {
  const { seq, t, source, type, data } = body;
  const canonical = canonicalJson({ seq, t, source, type, data } satisfies Record<string, JsonValue>);
  return createHash('sha256').update(previousHash).update(canonical).digest('hex');
}
