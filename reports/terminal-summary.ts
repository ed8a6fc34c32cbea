import type { Verdict } from '../conformance/verdict.ts';
import { captureStops } from './capture-stops.ts';
import { printableLine } from './printable-text.ts';
import type { CheckRecord, RunRecord } from './record.ts';
import { checkName, checksWorstFirst, headline, READING_ORDER, verdictTotals } from './verdict-summary.ts';

/** Colours for a terminal, given by the CLI; each returns the text with its escape codes, or unchanged. */
export interface Paint {
  readonly pass: (text: string) => string;
  readonly fail: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** For pipes and logs: nothing is coloured. */
export const plainPaint: Paint = { pass: same, fail: same, warn: same, dim: same, bold: same };

const VERDICT_COLUMNS = 'inconclusive'.length;
const NAME_COLUMNS_MAX = 40;

/**
 * The last lines of a run for a person: verdict, each check with its reason, totals of every verdict, where the report
 * is, how to run it again. Text from devices is stripped of control characters, because a terminal would obey them.
 * @param reportPath - Path of `report.html` or of the run folder; undefined leaves the line out.
 */
export function terminalSummary(record: RunRecord, reportPath: string | undefined, paint: Paint): string[] {
  const { verdict, checks, reasons, scenario, seed, replayCommand } = record;
  const colour = verdictPaint(verdict, paint);
  return [
    `${colour(paint.bold(verdict.toUpperCase()))}  ${paint.bold(printableLine(scenario.name))}  ${headline(record)}`,
    ...reasons.map((reason) => `  ${colour(printableLine(reason))}`),
    ...checkLines(checks, paint),
    `  ${paint.dim('checks')}  ${totalsText(checks)}`,
    ...(record.capture === undefined || record.capture.stopped.length === 0 ? [] : [`  ${paint.warn('capture')} ${printableLine(`is not complete: ${captureStops(record.capture)}`)}`]),
    ...(reportPath === undefined ? [] : [`  ${paint.dim('report')}  ${reportPath}`]),
    `  ${paint.dim('replay')}  ${printableLine(replayCommand)}  ${paint.dim(`(seed ${seed})`)}`,
  ];
}

function checkLines(checks: readonly CheckRecord[], paint: Paint): string[] {
  const names = new Map(checks.map((check) => [check.id, printableLine(checkName(check, checks))]));
  const nameColumns = Math.min(NAME_COLUMNS_MAX, Math.max(0, ...[...names.values()].map((name) => name.length)));
  return checksWorstFirst(checks).map(({ id, judgement }) => {
    const word = verdictPaint(judgement.verdict, paint)(judgement.verdict.padEnd(VERDICT_COLUMNS));
    return `  ${word}  ${(names.get(id) ?? id).padEnd(nameColumns)}  ${paint.dim(printableLine(judgement.because))}`;
  });
}

function totalsText(checks: readonly CheckRecord[]): string {
  const totals = verdictTotals(checks);
  return READING_ORDER.toReversed().map((verdict) => `${totals[verdict]} ${verdict}`).join(', ');
}

function verdictPaint(verdict: Verdict, paint: Paint): (text: string) => string {
  if (verdict === 'pass') return paint.pass;
  return verdict === 'fail' || verdict === 'error' ? paint.fail : paint.warn;
}

function same(text: string): string {
  return text;
}
