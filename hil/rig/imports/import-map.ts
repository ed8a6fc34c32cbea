import { readCheckedYaml } from '../../runtime/checked-yaml.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { z } from '../../runtime/schema.ts';
import type { ImportedMap } from './imported-map.ts';
import { importLabgridMap, labgridMapSchema, type LabgridMap } from './labgrid-map.ts';
import { importTwisterMap, twisterMapSchema } from './twister-map.ts';

/**
 * Reads hardware maps of other tools: one of twister, or the files of labgrid (exporter or environment, and places).
 * A twister map is a list, a labgrid file is a map: that tells them apart.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_YAML_SYNTAX, FP_SCHEMA (with file, line and key), FP_USAGE for a mix.
 */
export function importMaps(files: readonly string[]): ImportedMap {
  const isList = files.map((file) => Array.isArray(readCheckedYaml(file, z.unknown()).value));
  const [first, ...more] = files;
  if (first !== undefined && isList[0] === true) {
    if (more.length > 0) throw new FieldproofError('FP_USAGE', `${first} is a twister map, which is imported alone; ${more.join(', ')} would be left out`);
    return importTwisterMap(readCheckedYaml(first, twisterMapSchema).value);
  }
  return importLabgridMap(files.map((file): LabgridMap => readCheckedYaml(file, labgridMapSchema).value));
}
