import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { readRecord } from '../../reports/read-record.ts';
import type { RunRecord } from '../../reports/record.ts';
import { REPORT_FORMATS } from '../../reports/report-writer.ts';
import { jsonWriter } from '../../reports/writers/json.ts';
import { terminalSummary } from '../../reports/terminal-summary.ts';
import { loadStoredScenario } from '../engine/stored-run.ts';
import { performRun, shortPath } from './execute-run.ts';
import { createPaint } from './paint.ts';
import { addRunCaptureOptions, captureOf, type RunCaptureFlags } from './run-capture-options.ts';
import { say, type ProgramContext } from './program-context.ts';
import { addRigAccessOptions, rigAccess, type RigAccessFlags } from './rig-access-options.ts';

interface ReplayFlags extends RigAccessFlags, RunCaptureFlags {
  readonly out?: string;
  readonly json: boolean;
}

/** `fieldproof replay <run-dir>` */
export function addReplayCommand(program: Command, context: ProgramContext, finish: (code: number) => void): void {
  addRunCaptureOptions(addRigAccessOptions(program.command('replay')))
    .summary('run a stored run again: same scenario, seed and schedule')
    .description('Runs a stored run again with the scenario, seed and schedule that its folder holds, and compares the verdicts. The exit code is that of the new run.')
    .argument('<run-dir>', 'the folder that a run printed as its last lines')
    .option('--out <folder>', 'where the new run folder goes (default: beside the old one)')
    .option('--json', 'print the new record on stdout', false)
    .action(async (runDir: string, flags: ReplayFlags) => finish(await replay(resolve(runDir), flags, context)));
}

async function replay(runDir: string, flags: ReplayFlags, context: ProgramContext): Promise<number> {
  const before = readRecord(runDir);
  const { loaded, schedule } = loadStoredScenario(runDir, before);
  const { record, folder } = await performRun(
    { loaded, seed: before.seed, schedule, outFolder: resolve(flags.out ?? join(runDir, '..', '..')), reporters: REPORT_FORMATS, json: flags.json, rig: rigAccess(flags, `replay ${runDir}`, context), capture: captureOf(flags) },
    context,
  );
  say(context, '');
  for (const line of terminalSummary(record, shortPath(join(folder, 'report.html')), createPaint(context.colours))) say(context, line);
  for (const line of comparison(before, record)) say(context, line);
  if (flags.json) context.stdout.write(jsonWriter.render(record));
  return record.exitCode;
}

/** What was the same and what was not, without promising more than the tier gives. */
export function comparison(before: RunRecord, after: RunRecord): string[] {
  if (before.scheduleSha256 !== after.scheduleSha256) {
    throw new FieldproofError('FP_INTERNAL', `the replay ran schedule ${after.scheduleSha256}, the stored run ${before.scheduleSha256}`);
  }
  const changed = after.checks.filter((check) => before.checks.find(({ id }) => id === check.id)?.judgement.verdict !== check.judgement.verdict);
  return [
    `  same  seed ${after.seed}, scenario ${after.scenario.sha256.slice(0, 12)}, schedule ${after.scheduleSha256.slice(0, 12)}`,
    `  tier  ${after.tier}: the same seed repeats ${after.repeats}`,
    changed.length === 0
      ? `  again every check has the verdict it had before (${after.verdict})`
      : `  other ${changed.map(({ id, judgement }) => `${id}: ${before.checks.find((old) => old.id === id)?.judgement.verdict ?? 'absent'} before, ${judgement.verdict} now`).join('; ')}`,
  ];
}
