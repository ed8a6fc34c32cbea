import { caseBasis } from '../conformance/framework/case-basis.ts';
import type { CaseResult } from '../conformance/framework/case-result.ts';
import { printableLine } from './printable-text.ts';
import type { SuiteRecord } from './suite-record.ts';
import { VERDICT_MEANINGS_OF_SUITE, suiteHeadline } from './suite-summary.ts';
import type { Paint } from './terminal-summary.ts';
import { READING_ORDER } from './verdict-summary.ts';

/** Cases shown at most; the report holds all. */
const SHOWN_MAX = 60;

/** The last lines of a conformance run for a person. Text from the SUT is stripped of control characters. */
export function suiteTerminalSummary(record: SuiteRecord, reportPath: string, paint: Paint): string[] {
  const { verdict, suite, sut, reasons, cases, excluded, replayCommand } = record;
  const colour = verdict === 'pass' ? paint.pass : verdict === 'fail' || verdict === 'error' ? paint.fail : paint.warn;
  const notPassed = READING_ORDER.filter((one) => one !== 'pass').flatMap((one) => cases.filter((result) => result.verdict === one));
  const more = notPassed.length - SHOWN_MAX;
  return [
    ...notPassed.slice(0, SHOWN_MAX).flatMap((result) => caseLines(result, paint)),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `${colour(paint.bold(verdict.toUpperCase()))}  ${paint.bold(suite.name)} on ${printableLine(sut.address)}  ${suiteHeadline(record)}`,
    `  ${VERDICT_MEANINGS_OF_SUITE[verdict]}`,
    ...reasons.map((reason) => `  ${colour(printableLine(reason))}`),
    ...(excluded.length === 0 ? [] : [`  ${paint.dim('excluded')}  ${excluded.length} cases, each with its reason in the report`]),
    `  ${paint.dim('report')}  ${reportPath}`,
    `  ${paint.dim('again')}   ${printableLine(replayCommand)}`,
  ];
}

function caseLines({ verdict, level, cause, id, statements, source, purpose, because }: CaseResult, paint: Paint): string[] {
  const colour = verdict === 'fail' || verdict === 'error' ? paint.fail : paint.warn;
  const optional = level === 'must' ? '' : ` (${level})`;
  return [
    `  ${colour(verdict.padEnd(12))} ${id}${optional}  ${printableLine(purpose)}  ${paint.dim(`[${caseBasis({ statements, source }).join(' ')}]`)}`,
    `  ${' '.repeat(12)} ${cause === 'misbehaved' ? '' : `${cause}: `}${paint.dim(printableLine(because))}`,
  ];
}
