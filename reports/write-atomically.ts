import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FieldproofError, messageOf } from '../hil/runtime/errors.ts';

/**
 * Writes a file of a report beside its place and renames it, so that nobody reads half of it and a full disk leaves the
 * old one. The folder is made if it is not there.
 * @returns The path of the file.
 * @throws FieldproofError FP_FILE_UNREADABLE.
 */
export function writeAtomically(folder: string, fileName: string, bytes: Uint8Array): string {
  const path = join(folder, fileName);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
    return path;
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}
