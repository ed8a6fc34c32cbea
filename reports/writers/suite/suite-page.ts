import { formatDuration, formatNumber, formatUtc } from '../../format-quantity.ts';
import { NO_CASE_FILES, type CaseFileTable } from '../../case-files.ts';
import type { SuiteRecord } from '../../suite-record.ts';
import { suiteHeadline, VERDICT_MEANINGS_OF_SUITE } from '../../suite-summary.ts';
import type { CaseEvidence, SuiteWriter } from '../../suite-writer.ts';
import { verdictIcon } from '../html/icons.ts';
import { PAGE_SCRIPT } from '../html/page-script.ts';
import { pageShell } from '../html/page-shell.ts';
import { PAGE_STYLE } from '../html/page-style.ts';
import { PRINT_STYLE } from '../html/print-style.ts';
import { html, type SafeHtml } from '../html/safe-html.ts';
import { TABLE_STYLE } from '../html/table-style.ts';
import { themeStyle } from '../html/theme-style.ts';
import { caseTable } from './case-table.ts';
import { catalogueTiles, statementTable } from './statement-table.ts';

/** `report.html` of a conformance run: one file that opens offline. Works without script; prints. */
export const suiteHtmlWriter: SuiteWriter = {
  format: 'html',
  fileName: 'report.html',
  render: (record, evidence, files = NO_CASE_FILES) => new TextEncoder().encode(suitePage(record, evidence, files).markup),
};

const SUITE_STYLE = `.packets{font-size:.75rem;line-height:1.5;white-space:pre;margin:0;padding:.6rem .8rem}
.statement{white-space:nowrap}
.checks td .statements{display:flex;flex-wrap:wrap;gap:.15rem .6rem;margin-top:.35rem;font-size:.75rem;color:var(--dim)}`;

function suitePage(record: SuiteRecord, evidence: CaseEvidence, files: CaseFileTable): SafeHtml {
  const { suite, verdict, sut, schemaVersion, environment } = record;
  return pageShell({
    title: `${verdict.toUpperCase()}: ${suite.name} on ${sut.address}`,
    verdict,
    sections: [
      ['checks', 'Cases'],
      ['statements', 'Statements'],
      ['declaration', 'Declaration'],
      ['evidence', 'Evidence'],
    ],
    skipTo: ['checks', 'Skip to the cases'],
    main: [header(record), catalogueTiles(record), caseTable(record, evidence, files), statementTable(record), declaration(record), environmentOf(record)],
    footer: html`<p>Rendered by fieldproof ${environment.fieldproof} from run.json (schema ${schemaVersion}) and the journal it names. This file fetches nothing.</p>`,
    styles: [themeStyle(), PAGE_STYLE, TABLE_STYLE, SUITE_STYLE, PRINT_STYLE],
    script: PAGE_SCRIPT,
  });
}

function header(record: SuiteRecord): SafeHtml {
  const { suite, sut, verdict, reasons, startedAt, durationMs, seed, tier, repeats, runId, replayCommand } = record;
  return html`<header class="hero">
<p class="eyebrow">Conformance suite</p>
<h1>${suite.name}</h1>
<p class="lead">${suite.subject} at <code>${sut.address}</code></p>
<div class="verdict v-${verdict}">
<div class="verdict-word">${verdictIcon(verdict, 56)}<strong>${verdict}</strong></div>
<div class="verdict-text"><p class="headline">${suiteHeadline(record)}</p><p class="meaning">${VERDICT_MEANINGS_OF_SUITE[verdict]}</p>
${reasons.length > 0 && html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</div>
</div>
<dl class="facts"><div><dt>Started</dt><dd><time datetime="${startedAt}">${formatUtc(startedAt)}</time></dd></div>
<div><dt>Took</dt><dd>${formatDuration(durationMs)}</dd></div><div><dt>Seed</dt><dd><code>${seed}</code></dd></div>
<div><dt>Run</dt><dd><code>${runId}</code></dd></div><div><dt>Tier</dt><dd><b>${tier}</b>. The same seed repeats ${repeats}.</dd></div></dl>
<div class="replay"><span class="replay-label">Run it again</span><code id="replay-command">${replayCommand}</code>
<button type="button" class="button" id="copy" data-scripted hidden>Copy</button></div>
</header>`;
}

/** What the vendor declared: PICS answers and PIXIT values. */
function declaration({ pics, pixit }: SuiteRecord): SafeHtml {
  const answers = Object.entries(pics.answers);
  const values = Object.entries(pixit).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  return html`<section id="declaration" aria-labelledby="declaration-heading">
<div class="section-head"><h2 id="declaration-heading">Declaration</h2></div>
<div class="columns"><dl class="pairs">${answers.map(([name, answer]) => html`<div><dt>${name}</dt><dd>${answer ? 'yes' : 'no'}</dd></div>`)}</dl>
<dl class="pairs">${values.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
<div><dt>Digest of the PICS</dt><dd><code class="hash">${pics.sha256}</code></dd></div></dl></div></section>`;
}

function environmentOf({ environment, journal, exitCode }: SuiteRecord): SafeHtml {
  const rows = [
    ['fieldproof', environment.fieldproof],
    ['Node', environment.node],
    ['Platform', environment.platform],
    ['Processor', `${environment.cpu}, ${environment.cpus} cores`],
    ['Exit code', String(exitCode)],
  ] as const;
  return html`<section id="evidence" aria-labelledby="evidence-heading">
<div class="section-head"><h2 id="evidence-heading">Environment and evidence</h2></div>
<div class="columns"><dl class="pairs">${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<dl class="pairs"><div><dt>Journal, ${formatNumber(journal.entries)} entries</dt><dd>${journal.file}<code class="hash">${journal.headHash}</code></dd></div></dl></div></section>`;
}
