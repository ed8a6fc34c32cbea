import { join, relative } from 'node:path';
import { writeAtomically } from '../../reports/write-atomically.ts';
import { runFolder } from '../../reports/run-folder.ts';
import type { SuiteFormat } from '../../reports/suite-writer.ts';
import { loadPlan } from '../conformance/plan.ts';
import { planRecord, type FinishedPart, type PlanRecord } from '../conformance/plan-record.ts';
import { combineExitCodes, EXIT, exitCodeOf } from '../engine/exit-code.ts';
import { performSuiteRun } from './conformance-run.ts';
import { shortPath } from './execute-run.ts';
import { createPaint } from './paint.ts';
import { say, type ProgramContext } from './program-context.ts';

export interface PlanFlags {
  readonly seed?: number;
  /** Absolute. */
  readonly out: string;
  readonly reporter: readonly SuiteFormat[];
  readonly json: boolean;
}

/** `conformance plan <file>`: every part of a profile, one after another. @returns the exit code. */
export async function planFromFlags(file: string, flags: PlanFlags, context: ProgramContext): Promise<number> {
  const plan = loadPlan(file);
  const seed = flags.seed ?? plan.seed ?? context.drawSeed();
  const folder = runFolder(flags.out, `plan-${plan.profile.name}`, context.clock.wallMs(), seed);
  const finished: FinishedPart[] = [];
  const codes: number[] = [];
  for (const planned of plan.parts) {
    say(context, `${plan.profile.title}: ${planned.part.stage} (${planned.suite.name})`);
    const { only } = planned.part;
    const run = await performSuiteRun(
      planned.suite,
      { ...planned.reach, pics: planned.declarationFile, ...(only === undefined ? {} : { only }), seed, out: folder, reporter: flags.reporter, json: false, evidence: false, draft: false },
      context,
    );
    finished.push({ planned, record: run.record, folder: relative(folder, run.folder) });
    codes.push(run.record.exitCode);
    if (run.record.exitCode === EXIT.interrupted) break;
  }
  const record = planRecord(plan, finished);
  writeAtomically(folder, 'plan.json', new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`));
  show(record, join(folder, 'plan.json'), context);
  if (flags.json) context.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
  return combineExitCodes([...codes, exitCodeOf(record.verdict, false), ...(finished.length < plan.parts.length ? [EXIT.inconclusive] : [])]);
}

function show({ profile, product, verdict, parts }: PlanRecord, path: string, context: ProgramContext): void {
  const paint = createPaint(context.colours);
  const colour = verdict === 'pass' ? paint.pass : paint.fail;
  say(context, '');
  say(context, `${colour(paint.bold(verdict.toUpperCase()))}  ${product.vendor} ${product.model} ${product.version} as ${profile.title} (${profile.name} ${profile.version})`);
  for (const part of parts) {
    say(context, `  ${part.verdict.padEnd(12)}  ${part.stage} (${part.suite})${part.obstacles.length === 0 ? '' : `: ${part.obstacles.length} mandatory cases stand in the way`}`);
  }
  say(context, `  ${paint.dim('record')}  ${shortPath(path)}`);
}
