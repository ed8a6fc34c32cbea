/**
 * The public names of fieldproof for programs: define a scenario in TypeScript, run it, judge and render what was stored.
 * Everything else is reached by the file that defines it and may change.
 */
export { defineScenario } from './engine/define-scenario.ts';
export { loadScenario, type LoadedScenario } from './engine/load-scenario.ts';
export { runScenario, type RunDeps, type RunOptions } from './engine/run-scenario.ts';
export type { Scenario, ScenarioInput } from './engine/scenario-schema.ts';
export { judgeAgain } from './engine/stored-run.ts';
export { VERDICTS, type Verdict } from '../conformance/verdict.ts';
export { realClock } from '../hil/runtime/real-clock.ts';
export { FieldproofError } from '../hil/runtime/errors.ts';
export { readRecord } from '../reports/read-record.ts';
export type { RunRecord } from '../reports/record.ts';
export { renderAll } from '../reports/render-all.ts';
export { runFolder } from '../reports/run-folder.ts';
