import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { checkYaml, yamlError } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { catalogFile, catalogNames } from './catalog.ts';
import { referenceProblems } from './scenario-references.ts';
import { scenarioSchema, type Scenario } from './scenario-schema.ts';
import { fillVariables } from './variables.ts';

/** A scenario that is known to be sound, with where it came from. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Its name in the catalogue, or its absolute path: enough to find it again from any folder. */
  readonly name: string;
  readonly file: string;
  /** The folder that relative paths in the file start from. */
  readonly folder: string;
  /** What the file holds, before variables are filled in. */
  readonly text: string;
  /** SHA-256 of `text`, hexadecimal. */
  readonly sha256: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Finds, reads and checks a scenario. Nothing is started here.
 * @param nameOrPath - A name in the catalogue (`offline/partition-30s`) or a path to a YAML file.
 * @param overrides - Values for `${name}` in the file; a name the file does not declare is an error.
 * @throws FieldproofError FP_SCENARIO_UNKNOWN, FP_FILE_UNREADABLE, FP_YAML_SYNTAX, FP_SCHEMA, FP_SCENARIO_REFERENCE with
 *   file, line and key.
 */
export function loadScenario(nameOrPath: string, overrides: Readonly<Record<string, string>> = {}): LoadedScenario {
  const file = findScenario(nameOrPath);
  return loadScenarioText(readScenario(file), { file, folder: dirname(file), name: catalogFile(nameOrPath) === undefined ? file : nameOrPath }, overrides);
}

/**
 * Checks the text of a scenario.
 * @param origin - `file` is shown in errors, `folder` is where relative paths start, `name` goes into the record.
 * @throws FieldproofError FP_YAML_SYNTAX, FP_SCHEMA, FP_SCENARIO_REFERENCE with file, line and key.
 */
export function loadScenarioText(
  original: string,
  origin: Pick<LoadedScenario, 'file' | 'folder' | 'name'>,
  overrides: Readonly<Record<string, string>>,
): LoadedScenario {
  const { text, variables } = fillVariables(original, origin.file, overrides);
  const checked = checkYaml(text, origin.file, scenarioSchema);
  if (checked.kind === 'invalid') throw yamlError(checked.code, checked.problems);
  const problems = referenceProblems(checked.value, origin.folder).map(({ path, message }) => ({ place: checked.placeOf(path), message }));
  if (problems.length > 0) throw yamlError('FP_SCENARIO_REFERENCE', problems);
  return { ...origin, scenario: checked.value, text: original, sha256: createHash('sha256').update(original).digest('hex'), variables };
}

function findScenario(nameOrPath: string): string {
  const fromCatalog = catalogFile(nameOrPath);
  if (fromCatalog !== undefined) return fromCatalog;
  const path = isAbsolute(nameOrPath) ? nameOrPath : resolve(nameOrPath);
  if (existsSync(path)) return path;
  const nearest = nearestWord(nameOrPath, catalogNames());
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  throw new FieldproofError('FP_SCENARIO_UNKNOWN', `no scenario and no file is called "${nameOrPath}"${suggestion}`, {
    hint: `The catalogue holds: ${catalogNames().join(', ')}.`,
  });
}

function readScenario(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}

/** A path in a scenario file, made absolute: relative to the folder of the file. */
export function resolveBeside(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
