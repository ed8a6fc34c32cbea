import { readFileSync, statSync } from 'node:fs';
import { FieldproofError, messageOf } from '../../runtime/errors.ts';
import { YAML_BYTES_MAX } from '../../runtime/limits.ts';
import { readRegisterMap, type RegisterMapOptions, type RegisterMapProblem } from './csv-register-map.ts';
import type { DeviceProfile } from './device-profile.ts';

/** Problems told at most; a map that is wrong throughout is wrong in the same way. */
const PROBLEMS_TOLD_MAX = 20;

/**
 * Makes a profile of a register map in a CSV file.
 * @returns The profile, sound, and what its reader should know.
 * @throws FieldproofError FP_FILE_UNREADABLE; FP_LIMIT when the file is too large; FP_CSV_SYNTAX or FP_SCHEMA at the first
 *   problem (line, and the column as `key`), the others in the message.
 */
export function loadRegisterMap(file: string, options: RegisterMapOptions): { readonly profile: DeviceProfile; readonly notes: readonly string[] } {
  const map = readRegisterMap(readBounded(file), options);
  if (map.kind === 'profile') return map;
  const [first, ...rest] = map.problems;
  const told = rest.slice(0, PROBLEMS_TOLD_MAX - 1).map((problem) => `\n  also ${lineOf(problem)}: ${problem.message}`);
  const more = rest.length > told.length ? `\n  and ${rest.length - told.length} more` : '';
  const place = { file, line: first?.line ?? 1, ...(first?.column === undefined ? {} : { key: first.column }) };
  throw new FieldproofError(map.code, `${first?.message ?? 'the map is not valid'}${told.join('')}${more}`, { place });
}

function lineOf({ line, column }: RegisterMapProblem): string {
  return column === undefined ? `line ${line}` : `line ${line} ${column}`;
}

function readBounded(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > YAML_BYTES_MAX) throw new FieldproofError('FP_LIMIT', `${file} has ${size} bytes; the bound is ${YAML_BYTES_MAX}`, { place: { file } });
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}
