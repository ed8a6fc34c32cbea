import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';

/** Refuses a file that is there, before the work whose result it would hold. @throws FieldproofError FP_USAGE. */
export function mustBeNew(file: string, force: boolean): void {
  if (force || !existsSync(file)) return;
  throw new FieldproofError('FP_USAGE', `${file} exists`, { hint: 'Give another name, or --force to replace it.' });
}

/** @throws FieldproofError FP_USAGE when the file exists and `force` is off; FP_FILE_UNREADABLE. */
export function writeNewFile(file: string, text: string, force: boolean): void {
  mustBeNew(file, force);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot write ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}
