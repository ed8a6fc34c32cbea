import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FieldproofError, messageOf } from '../hil/runtime/errors.ts';
import { runRecordSchema, type RunRecord } from './record.ts';

/** Largest `run.json` read, bytes; a run with 40 full series stays below a tenth of it. */
export const RECORD_BYTES_MAX = 67_108_864;

/**
 * Reads `run.json` of a run folder and checks it against the record's schema.
 * @throws FieldproofError FP_RECORD_INVALID with the key at fault: no file, no JSON, too large, or refused by the schema.
 */
export function readRecord(runFolder: string): RunRecord {
  const file = join(runFolder, 'run.json');
  const parsed = runRecordSchema.safeParse(parse(file));
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const key = first?.path.map(String).join('.') ?? '';
  const more = parsed.error.issues.length > 1 ? ` (and ${parsed.error.issues.length - 1} more)` : '';
  const told = `${first?.message ?? 'refused'}${more}`;
  throw new FieldproofError('FP_RECORD_INVALID', `${file} is no run record: ${told}`, { place: { file, key } });
}

function parse(file: string): unknown {
  try {
    const { size } = statSync(file);
    if (size > RECORD_BYTES_MAX) {
      throw new FieldproofError('FP_RECORD_INVALID', `${file} has ${size} bytes; the bound is ${RECORD_BYTES_MAX}`, { place: { file } });
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    throw new FieldproofError('FP_RECORD_INVALID', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}
