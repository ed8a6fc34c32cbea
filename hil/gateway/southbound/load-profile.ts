import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCheckedYaml, yamlError } from '../../runtime/checked-yaml.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { nearestWord } from '../../runtime/nearest-word.ts';
import { packageRoot } from '../../runtime/package-root.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';
import { profileProblems } from './profile-problems.ts';

const EXTENSION = '.yaml';

/**
 * Loads a device profile and checks it, semantics included (`pointsOf` of the result does not throw).
 * @param nameOrPath - A shipped profile (`pump-station`), else a path to a YAML file.
 * @param baseFolder - Where a relative path starts: the folder of the file that names it. Default: the working directory.
 * @throws FieldproofError FP_PROFILE_UNKNOWN, FP_FILE_UNREADABLE, FP_YAML_SYNTAX, FP_SCHEMA (with file and line).
 */
export function loadProfile(nameOrPath: string, baseFolder = '.'): DeviceProfile {
  const file = fileOf(nameOrPath, baseFolder);
  const { value, placeOf } = readCheckedYaml(file, deviceProfileSchema);
  const problems = profileProblems(value);
  if (problems.length > 0) throw yamlError('FP_SCHEMA', problems.map(({ path, message }) => ({ place: placeOf(path), message })));
  return value;
}

/** The names of the profiles that ship with fieldproof, sorted. */
export function shippedProfiles(): string[] {
  const folder = shippedFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .toSorted();
}

function fileOf(nameOrPath: string, baseFolder: string): string {
  const shipped = shippedProfiles();
  if (shipped.includes(nameOrPath)) return join(shippedFolder(), `${nameOrPath}${EXTENSION}`);
  const path = resolve(baseFolder, nameOrPath);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const nearest = nearestWord(nameOrPath, shipped);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  const looked = `(shipped: ${shipped.join(', ')}; looked for the file ${path})`;
  throw new FieldproofError('FP_PROFILE_UNKNOWN', `no profile "${nameOrPath}"${suggestion} ${looked}`);
}

function shippedFolder(): string {
  return join(packageRoot(), 'hil', 'gateway', 'southbound', 'profiles');
}
