import { formatFigures, formatPairs } from '../format-figure.ts';
import { formatDuration, formatInstant, formatUtc } from '../format-quantity.ts';
import type { CheckRecord, FaultRecord, RunRecord } from '../record.ts';
import type { ReportWriter } from '../report-writer.ts';
import { checkName, checksNotPassed, checksWorstFirst, headline, VERDICT_MEANINGS } from '../verdict-summary.ts';
import { boundedText, type BoundedText } from './bounded-text.ts';
import { markdownBlock, markdownCode, markdownText } from './markdown-text.ts';
import { VERDICT_MARKS } from './verdict-marks.ts';

/** GitHub refuses a job summary above this; other CI systems allow more. */
export const SUMMARY_BYTES_MAX = 1_048_575;
/** Room for the sentences that say what was left out. */
const LAST_WORDS_BYTES = 65_536;
/** Findings of one check shown at most; the page holds all that were listed. */
const FINDINGS_SHOWN_MAX = 20;

/** `summary.md` for CI job summaries: verdict, checks, faults, how to replay. Always below SUMMARY_BYTES_MAX. */
export const summaryWriter: ReportWriter = {
  format: 'summary',
  fileName: 'summary.md',
  render(record) {
    const text = boundedText(SUMMARY_BYTES_MAX, LAST_WORDS_BYTES);
    addVerdict(text, record);
    addChecks(text, record);
    addFindings(text, record);
    addFaults(text, record);
    return text.toBytes();
  },
};

function addVerdict(text: BoundedText, record: RunRecord): void {
  const { scenario, verdict, seed, tier, startedAt, durationMs, reasons, replayCommand } = record;
  text.add(`## ${VERDICT_MARKS[verdict]} ${verdict.toUpperCase()}: ${markdownText(scenario.name)}`);
  text.add('');
  text.add(`**${markdownText(headline(record))}.** ${VERDICT_MEANINGS[verdict]}`);
  text.add('');
  text.addAll(reasons, (reason) => `- ${markdownText(reason)}`, (count) => `- ${count} more reasons are left out here.`);
  if (reasons.length > 0) text.add('');
  const when = `started ${markdownText(formatUtc(startedAt))}, took ${formatDuration(durationMs)}`;
  text.add(`Seed ${seed}, tier ${tier} (repeats ${markdownText(record.repeats)}), ${when}.`);
  text.add('');
  for (const line of markdownBlock(replayCommand, 'sh')) text.add(line);
}

function addChecks(text: BoundedText, { checks }: RunRecord): void {
  if (checks.length === 0) return;
  text.add('');
  text.add('### Checks');
  text.add('');
  text.add('| Verdict | Check | Because | Figures |');
  text.add('| --- | --- | --- | --- |');
  text.addAll(
    checksWorstFirst(checks),
    (check) => checkRow(check, checks),
    (count) => `\n${count} more checks are left out here; report.html and run.json hold them.`,
  );
}

function checkRow(check: CheckRecord, checks: readonly CheckRecord[]): string {
  const { verdict, because, figures } = check.judgement;
  const numbers = formatFigures(figures).map(({ label, text }) => `${label} ${text}`).join(', ');
  const cells = [`${VERDICT_MARKS[verdict]} ${verdict}`, markdownCode(checkName(check, checks)), markdownText(because), markdownText(numbers)];
  return `| ${cells.join(' | ')} |`;
}

function addFindings(text: BoundedText, { checks }: RunRecord): void {
  for (const check of checksNotPassed(checks)) {
    const { findings, findingsTotal, verdict } = check.judgement;
    if (findings.length === 0) continue;
    const shown = findings.slice(0, FINDINGS_SHOWN_MAX);
    const total = Math.max(findingsTotal, findings.length);
    if (!text.add(`\n### ${VERDICT_MARKS[verdict]} ${markdownCode(checkName(check, checks))}: ${shown.length} of ${total} findings\n`)) return;
    text.addAll(
      shown,
      (finding) => {
        const during = finding.faults.length === 0 ? '' : ` (during ${finding.faults.map(markdownCode).join(', ')})`;
        return `- ${finding.t === undefined ? '' : `${formatInstant(finding.t)} `}${markdownText(finding.text)}${during}`;
      },
      (count) => `- ${count} more findings are left out here.`,
    );
  }
}

function addFaults(text: BoundedText, { faults }: RunRecord): void {
  if (faults.length === 0) return;
  text.add('\n### Faults\n');
  text.add('| Fault | On | From | To | Undone | Effects |');
  text.add('| --- | --- | --- | --- | --- | --- |');
  text.addAll(faults, faultRow, (count) => `\n${count} more faults are left out here.`);
}

function faultRow(fault: FaultRecord): string {
  const from = fault.startMs === null ? 'did not begin' : formatInstant(fault.startMs);
  const to = fault.endMs === null ? '-' : formatInstant(fault.endMs);
  const kind = [markdownCode(fault.kind), markdownText(formatPairs(fault.params).join(', '))].filter((part) => part !== '').join(' ');
  const effects = markdownText(formatPairs(fault.effects).join(', '));
  const cells = [kind, markdownCode(fault.on), from, to, fault.restored ? 'yes' : '**no**', effects];
  return `| ${cells.join(' | ')} |`;
}
