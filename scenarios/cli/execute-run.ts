import { join, relative } from 'node:path';
import type { RunRecord } from '../../reports/record.ts';
import { renderAll } from '../../reports/render-all.ts';
import type { ReportFormat } from '../../reports/report-writer.ts';
import { runFolder } from '../../reports/run-folder.ts';
import { jsonWriter } from '../../reports/writers/json.ts';
import { terminalSummary } from '../../reports/terminal-summary.ts';
import type { CaptureMode } from '../engine/capture-mode.ts';
import type { CaptureOptions } from '../engine/capture-plan.ts';
import type { LoadedScenario } from '../engine/load-scenario.ts';
import type { RigAccess } from '../engine/rig-session.ts';
import { runScenario } from '../engine/run-scenario.ts';
import type { Schedule } from '../engine/schedule.ts';
import { createPaint } from './paint.ts';
import { say, type ProgramContext } from './program-context.ts';
import { showProgress } from './show-progress.ts';

export interface RunOrder {
  readonly loaded: LoadedScenario;
  readonly seed: number;
  readonly outFolder: string;
  readonly reporters: readonly ReportFormat[];
  readonly json: boolean;
  readonly schedule?: Schedule;
  /** The lab, for scenarios with real devices. */
  readonly rig: RigAccess | undefined;
  /** Undefined as `mode`: what the scenario says. */
  readonly capture: Pick<CaptureOptions, 'limits'> & { readonly mode: CaptureMode | undefined };
}

/** One run for a person: progress, record, renderings, last lines. @returns the record and the run folder. */
export async function performRun(order: RunOrder, context: ProgramContext): Promise<{ readonly record: RunRecord; readonly folder: string }> {
  const { loaded, seed } = order;
  const folder = runFolder(order.outFolder, loaded.scenario.name, context.clock.wallMs(), seed);
  const abort = new AbortController();
  const stopListening = context.onSignal((signal) => {
    say(context, abort.signal.aborted ? `${signal} again: still ending the children` : `${signal}: ending the run`);
    abort.abort(signal);
  });
  const display = showProgress(context);
  try {
    const record = await runScenario(
      { loaded, seed, folder, capture: { limits: order.capture.limits, mode: order.capture.mode ?? loaded.scenario.capture }, ...(order.schedule === undefined ? {} : { schedule: order.schedule }), ...(order.rig === undefined ? {} : { rig: order.rig }) },
      { clock: context.clock, cliEntry: context.cliEntry, version: context.version, signal: abort.signal, progress: display.show },
    );
    display.end();
    // run.json is the record itself, so it is written whatever was asked for.
    renderAll(record, folder, [...new Set<ReportFormat>(['json', ...order.reporters])]);
    return { record, folder };
  } finally {
    display.end();
    stopListening();
  }
}

/** Runs, prints the last lines, gives the exit code. */
export async function executeRun(order: RunOrder, context: ProgramContext): Promise<number> {
  const { record, folder } = await performRun(order, context);
  const report = order.reporters.includes('html') ? join(folder, 'report.html') : folder;
  say(context, '');
  for (const line of terminalSummary(record, shortPath(report), createPaint(context.colours))) say(context, line);
  if (order.json) context.stdout.write(jsonWriter.render(record));
  return record.exitCode;
}

/** Relative to the working directory when that is shorter: it can be clicked in most terminals. */
export function shortPath(path: string): string {
  const fromHere = relative('.', path);
  return fromHere !== '' && fromHere.length < path.length && !fromHere.startsWith('..') ? fromHere : path;
}
