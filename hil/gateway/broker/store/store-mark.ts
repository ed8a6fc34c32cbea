import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from '../../../runtime/schema.ts';
import type { RowCounts } from './row-counts.ts';

const count = z.number().int().min(0);
const markSchema = z.object({
  commit: count,
  rows: z.object({ sessions: count, subscriptions: count, wills: count, retained: count, queued: count, inFlight: count, incoming: count }),
});

/**
 * What the table held at least, in a file beside it: what a damaged table says of itself cannot tell what it has lost. Written
 * after the commit that it names, some times a second.
 */
export interface StoreMark {
  readonly commit: number;
  readonly rows: RowCounts;
}

/** Undefined when there is none that can be read. */
export async function readMark(file: string): Promise<StoreMark | undefined> {
  try {
    return markSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    // No file or no JSON: nothing is known.
    return undefined;
  }
}

/** Replaces it whole. */
export async function writeMark(file: string, mark: StoreMark): Promise<void> {
  const next = `${file}.next`;
  await writeFile(next, JSON.stringify(mark));
  await rename(next, file);
}
