import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { loadScenario, type LoadedScenario } from '../engine/load-scenario.ts';
import { catalogNames } from '../engine/catalog.ts';
import { planReal } from '../engine/real-plan.ts';
import { combineExitCodes, EXIT } from '../engine/exit-code.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../reports/report-writer.ts';
import { executeRun } from './execute-run.ts';
import { addRunCaptureOptions, captureOf, type RunCaptureFlags } from './run-capture-options.ts';
import { parseFormats, parseSeed } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { addRigAccessOptions, rigAccess, type RigAccessFlags } from './rig-access-options.ts';

interface RunFlags extends RigAccessFlags, RunCaptureFlags {
  readonly seed?: number;
  readonly out: string;
  readonly reporter: readonly ReportFormat[];
  readonly var: Readonly<Record<string, string>>;
  readonly json: boolean;
  readonly list: boolean;
}

/** Where runs go when `--out` is not given; ignored by git. */
export function defaultOutFolder(): string {
  return join(packageRoot(), 'reports', 'runs');
}

/** `fieldproof run <scenario>...` */
export function addRunCommand(program: Command, context: ProgramContext, finish: (code: number) => void): void {
  addRunCaptureOptions(addRigAccessOptions(program.command('run')))
    .summary('run scenarios and judge them')
    .description('Runs scenarios, one after another: names in the catalogue (see --list) or paths to YAML files.')
    .argument('[scenario...]', 'name or file')
    .option('--seed <number>', 'draw the schedule and every random choice from this seed (0 to 2^53 - 1)', parseSeed)
    .option('--out <folder>', 'where run folders go', defaultOutFolder())
    .addOption(new Option('--reporter <list>', `comma-separated renderings: ${REPORT_FORMATS.join(', ')}`).argParser(parseFormats).default(REPORT_FORMATS, 'all'))
    .option('--var <name=value>', 'value of a variable of the scenario; may be given again', collectVariable, {})
    .option('--json', 'print the record (with --list: the catalogue) on stdout', false)
    .option('--list', 'list the catalogue and stop', false)
    .action(async (names: string[], flags: RunFlags) => finish(await run(names, flags, context)));
}

async function run(names: readonly string[], flags: RunFlags, context: ProgramContext): Promise<number> {
  if (flags.list) {
    context.stdout.write(flags.json ? `${JSON.stringify(catalogue(), undefined, 2)}\n` : listing());
    return EXIT.pass;
  }
  if (names.length === 0) {
    throw new FieldproofError('FP_USAGE', 'run needs the name of a scenario', { hint: `Try \`fieldproof run flagship\`; the catalogue holds: ${catalogNames().join(', ')}.` });
  }
  // Every file is checked before the first one is run: a typo in the last must not cost the time of the others.
  const loaded = loadAll(names, flags.var);
  const rig = rigAccess(flags, `run ${names.join(' ')}`, context);
  if (rig !== undefined) for (const { scenario } of loaded) planReal(scenario, rig.hardware);
  const codes: number[] = [];
  for (const scenario of loaded) {
    const code = await executeRun({ loaded: scenario, seed: flags.seed ?? scenario.scenario.seed ?? context.drawSeed(), outFolder: resolve(flags.out), reporters: flags.reporter, json: flags.json, rig, capture: captureOf(flags) }, context);
    codes.push(code);
    if (code === EXIT.interrupted) break;
  }
  return combineExitCodes(codes);
}

function loadAll(names: readonly string[], variables: Readonly<Record<string, string>>): LoadedScenario[] {
  return names.map((name) => loadScenario(name, variables));
}

function catalogue(): { name: string; expect: string; description: string }[] {
  return catalogNames().map((name) => {
    const { expect, description } = loadScenario(name).scenario;
    return { name, expect, description };
  });
}

function listing(): string {
  return catalogue()
    .map(({ name, expect, description }) => `${name.padEnd(34)} ${expect === 'fail' ? '(must fail) ' : ''}${description.split('\n')[0] ?? ''}\n`)
    .join('');
}

function collectVariable(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([a-z][A-Za-z0-9]*)=(.*)$/u.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new FieldproofError('FP_USAGE', `--var ${text}: expected name=value`);
  return { ...before, [name]: value };
}
