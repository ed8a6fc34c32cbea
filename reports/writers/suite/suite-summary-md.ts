import type { CaseResult } from '../../../conformance/framework/case-result.ts';
import { formatDuration, formatUtc } from '../../format-quantity.ts';
import type { StatementRecord, SuiteRecord } from '../../suite-record.ts';
import { suiteHeadline, VERDICT_MEANINGS_OF_SUITE } from '../../suite-summary.ts';
import type { SuiteWriter } from '../../suite-writer.ts';
import { READING_ORDER } from '../../verdict-summary.ts';
import { boundedText, type BoundedText } from '../bounded-text.ts';
import { markdownBlock, markdownCode, markdownText } from '../markdown-text.ts';
import { SUMMARY_BYTES_MAX } from '../summary.ts';
import { VERDICT_MARKS } from '../verdict-marks.ts';

/** Room for the sentences that say what was left out. */
const LAST_WORDS_BYTES = 65_536;

/** `summary.md` of a conformance run, for CI job summaries: verdict, what did not pass, statements by state, how to repeat. */
export const suiteSummaryWriter: SuiteWriter = {
  format: 'summary',
  fileName: 'summary.md',
  render: (record) => {
    const text = boundedText(SUMMARY_BYTES_MAX, LAST_WORDS_BYTES);
    addVerdict(text, record);
    addStatements(text, record.statements);
    addCases(text, record.cases);
    addExcluded(text, record.excluded);
    return text.toBytes();
  },
};

function addVerdict(text: BoundedText, record: SuiteRecord): void {
  const { suite, sut, verdict, reasons, seed, tier, startedAt, durationMs, replayCommand } = record;
  text.add(`## ${VERDICT_MARKS[verdict]} ${verdict.toUpperCase()}: ${markdownText(suite.name)} on ${markdownCode(sut.address)}`);
  text.add('');
  text.add(`**${markdownText(suiteHeadline(record))}.** ${VERDICT_MEANINGS_OF_SUITE[verdict]}`);
  text.add('');
  text.addAll(reasons, (reason) => `- ${markdownText(reason)}`, (count) => `- ${count} more reasons are left out here.`);
  if (reasons.length > 0) text.add('');
  text.add(`Seed ${seed}, tier ${tier}, started ${markdownText(formatUtc(startedAt))}, took ${formatDuration(durationMs)}.`);
  text.add('');
  for (const line of markdownBlock(replayCommand, 'sh')) text.add(line);
}

/** A row for each catalogue: how many statements are in which state. */
function addStatements(text: BoundedText, statements: readonly StatementRecord[]): void {
  const catalogues = [...new Set(statements.map(({ key }) => key.slice(0, key.indexOf('/'))))];
  if (catalogues.length === 0) return;
  text.add('\n### Statements\n');
  text.add('| Catalogue | Statements | Covered | Kept | Broken | Not judged | Excluded | Not observable | Not covered |');
  text.add('| --- | --: | --: | --: | --: | --: | --: | --: | --: |');
  for (const catalogue of catalogues) {
    const of = statements.filter(({ key }) => key.startsWith(`${catalogue}/`));
    const inState = (state: StatementRecord['state']): StatementRecord[] => of.filter((statement) => statement.state === state);
    const covered = inState('covered');
    const kept = covered.filter(({ verdict }) => verdict === 'pass').length;
    const broken = covered.filter(({ verdict }) => verdict === 'fail').length;
    const cells = [of.length, covered.length, kept, broken, covered.length - kept - broken, inState('excluded').length, inState('not-observable').length, inState('not-covered').length];
    text.add(`| ${[markdownText(catalogue), ...cells].join(' | ')} |`);
  }
}

function addCases(text: BoundedText, cases: readonly CaseResult[]): void {
  const notPassed = READING_ORDER.filter((verdict) => verdict !== 'pass').flatMap((verdict) => cases.filter((result) => result.verdict === verdict));
  if (notPassed.length === 0) return;
  text.add('\n### Cases that did not pass\n');
  text.add('| Verdict | Case | Statements | Purpose | Because |');
  text.add('| --- | --- | --- | --- | --- |');
  text.addAll(notPassed, caseRow, (count) => `\n${count} more cases are left out here; report.html and run.json hold them.`);
}

function caseRow({ id, verdict, level, statements, source, purpose, because }: CaseResult): string {
  const word = `${VERDICT_MARKS[verdict]} ${verdict}${level === 'must' ? '' : ` (${level})`}`;
  return `| ${[word, markdownCode(id), [...statements.map(markdownCode), ...(source === undefined ? [] : [markdownText(source)])].join(' '), markdownText(purpose), markdownText(because)].join(' | ')} |`;
}

function addExcluded(text: BoundedText, excluded: SuiteRecord['excluded']): void {
  if (excluded.length === 0) return;
  text.add('\n### Cases that do not apply\n');
  text.addAll(excluded, ({ id, reason }) => `- ${markdownCode(id)}: ${markdownText(reason)}`, (count) => `- ${count} more are left out here.`);
}
