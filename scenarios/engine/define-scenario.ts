import { loadScenarioText, type LoadedScenario } from './load-scenario.ts';
import type { ScenarioInput } from './scenario-schema.ts';

/**
 * A scenario written in TypeScript: the same model as the YAML file, with the compiler's help. The result runs, replays
 * and reports like one from a file, for its text is kept in the run folder (JSON is YAML).
 * @param folder - Where relative paths in it start.
 * @throws FieldproofError FP_SCHEMA, FP_SCENARIO_REFERENCE with the key.
 */
export function defineScenario(input: ScenarioInput, folder: string): LoadedScenario {
  const text = `${JSON.stringify(input, undefined, 2)}\n`;
  return loadScenarioText(text, { file: `${folder}/${input.name}`, folder, name: `${folder}/${input.name}` }, {});
}
