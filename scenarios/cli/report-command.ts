import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { readRecord } from '../../reports/read-record.ts';
import { renderAll } from '../../reports/render-all.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../reports/report-writer.ts';
import { terminalSummary } from '../../reports/terminal-summary.ts';
import { EXIT } from '../engine/exit-code.ts';
import { judgeAgain } from '../engine/stored-run.ts';
import { shortPath } from './execute-run.ts';
import { parseFormats } from './option-parsers.ts';
import { createPaint } from './paint.ts';
import { say, type ProgramContext } from './program-context.ts';

interface ReportFlags {
  readonly format: readonly ReportFormat[];
  readonly judge: boolean;
}

/** `fieldproof report <run-dir>` */
export function addReportCommand(program: Command, context: ProgramContext, finish: (code: number) => void): void {
  program
    .command('report')
    .summary('render a stored run again')
    .description('Renders a stored run again from its record. With --judge the journal is checked and judged anew first, and the record is replaced.')
    .argument('<run-dir>', 'the folder that a run printed as its last lines')
    .addOption(new Option('--format <list>', `comma-separated: ${REPORT_FORMATS.join(', ')}`).argParser(parseFormats).default(REPORT_FORMATS, 'all'))
    .option('--judge', 'judge the stored journal again; the exit code is that of the verdict', false)
    .action((runDir: string, flags: ReportFlags) => finish(report(resolve(runDir), flags, context)));
}

function report(runDir: string, { format, judge }: ReportFlags, context: ProgramContext): number {
  const stored = readRecord(runDir);
  const record = judge ? judgeAgain(runDir, stored) : stored;
  const paths = renderAll(record, runDir, judge ? [...new Set<ReportFormat>(['json', ...format])] : format);
  for (const path of paths.values()) say(context, shortPath(path));
  if (!judge) return EXIT.pass;
  for (const line of terminalSummary(record, undefined, createPaint(context.colours))) say(context, line);
  return record.exitCode;
}
