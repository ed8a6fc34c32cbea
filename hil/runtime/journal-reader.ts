import { readFileSync } from 'node:fs';
import { FieldproofError, messageOf } from './errors.ts';
import { chainHash, JOURNAL_ROOT_HASH, type JournalEntry } from './journal.ts';
import type { ObservationData } from './observation.ts';
import { z } from './schema.ts';

const entrySchema = z.strictObject({
  seq: z.number().int().nonnegative(),
  t: z.number(),
  source: z.string(),
  type: z.string(),
  // What JSON.parse gave is JSON already; a copy by the schema library would leave `__proto__` out and break the chain.
  data: z.custom<ObservationData>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  hash: z.string().length(64),
});

/**
 * Reads a journal and checks its chain. Finds any line that is changed, removed, swapped or cut; that whole lines are
 * missing at the end shows only against the head hash that the record keeps.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_JOURNAL_CORRUPT with the line: a broken chain is no evidence.
 */
export function readJournal(path: string): JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read the journal ${path}: ${messageOf(cause)}`, { cause });
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else if (lines.length > 0) throw corrupt(path, lines.length, 'the last line is cut');
  let previousHash = JOURNAL_ROOT_HASH;
  return lines.map((line, index) => {
    const entry = parseLine(path, line, index);
    if (entry.seq !== index) throw corrupt(path, index + 1, `entry number ${entry.seq} stands where ${index} belongs`);
    // The chain is over values; without this a line could say the same in other bytes, or say something twice.
    if (JSON.stringify(entry) !== line) throw corrupt(path, index + 1, 'it is not as a journal writes it');
    if (entry.hash !== chainHash(previousHash, entry)) throw corrupt(path, index + 1, 'its hash does not continue the chain');
    previousHash = entry.hash;
    return entry;
  });
}

function parseLine(path: string, line: string, index: number): JournalEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw corrupt(path, index + 1, `it is not JSON: ${messageOf(cause)}`);
  }
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw corrupt(path, index + 1, 'it lacks a field of a journal entry');
  return parsed.data;
}

function corrupt(file: string, line: number, what: string): FieldproofError {
  return new FieldproofError('FP_JOURNAL_CORRUPT', `journal line ${line}: ${what}`, { place: { file, line } });
}
