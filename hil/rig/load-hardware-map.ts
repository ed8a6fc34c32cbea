import { dirname, resolve } from 'node:path';
import { shippedProfiles } from '../gateway/southbound/load-profile.ts';
import { readCheckedYaml, yamlError, type PlaceOf } from '../runtime/checked-yaml.ts';
import { FieldproofError } from '../runtime/errors.ts';
import { nearestWord } from '../runtime/nearest-word.ts';
import { hardwareMapProblems } from './hardware-map-problems.ts';
import { hardwareMapSchema, type Dut, type HardwareMap } from './hardware-map.ts';

/** A hardware map that is known to be sound. */
export interface LoadedHardwareMap {
  readonly file: string;
  /** Where relative profile paths start. */
  readonly folder: string;
  readonly map: HardwareMap;
  readonly placeOf: PlaceOf;
}

/**
 * Reads and checks a hardware map, the profiles that it names included.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_YAML_SYNTAX, FP_SCHEMA with file, line and key.
 */
export function loadHardwareMap(file: string): LoadedHardwareMap {
  const { value: map, placeOf } = readCheckedYaml(file, hardwareMapSchema);
  const folder = dirname(file);
  const problems = hardwareMapProblems(map, folder).map(({ path, message }) => ({ place: placeOf(path), message }));
  if (problems.length > 0) throw yamlError('FP_SCHEMA', problems);
  return { file, folder, map, placeOf };
}

/** The DUT of that id. @throws FieldproofError FP_RIG_UNKNOWN_DUT naming the nearest id. */
export function findDut({ file, map }: Pick<LoadedHardwareMap, 'file' | 'map'>, id: string): Dut {
  const found = map.duts.find((dut) => dut.id === id);
  if (found !== undefined) return found;
  const ids = map.duts.map((dut) => dut.id);
  const nearest = nearestWord(id, ids);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  throw new FieldproofError('FP_RIG_UNKNOWN_DUT', `no DUT is called "${id}"${suggestion} (there are: ${ids.join(', ')})`, { place: { file } });
}

/** The profile of a DUT as `loadProfile` takes it from any folder: a shipped name, or an absolute path. */
export function profilePathOf(dut: Dut, folder: string): string | undefined {
  const { profile } = dut;
  return profile === undefined || shippedProfiles().includes(profile) ? profile : resolve(folder, profile);
}
