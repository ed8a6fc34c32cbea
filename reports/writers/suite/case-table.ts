import { caseBasis } from '../../../conformance/framework/case-basis.ts';
import type { CaseResult } from '../../../conformance/framework/case-result.ts';
import type { CaseFiles, CaseFileTable } from '../../case-files.ts';
import { formatDuration } from '../../format-quantity.ts';
import type { SuiteRecord } from '../../suite-record.ts';
import { caseTotals } from '../../suite-summary.ts';
import type { CaseEvidence } from '../../suite-writer.ts';
import { READING_ORDER } from '../../verdict-summary.ts';
import { verdictBadge } from '../html/icons.ts';
import { html, type SafeHtml } from '../html/safe-html.ts';

/** Lines of evidence shown for one case; its file holds all. */
const LINES_MAX = 200;

/** The cases, what did not pass first with its evidence open, then those that do not apply. */
export function caseTable(record: SuiteRecord, evidence: CaseEvidence, files: CaseFileTable): SafeHtml {
  const { cases, excluded } = record;
  const ordered = READING_ORDER.flatMap((verdict) => cases.filter((result) => result.verdict === verdict));
  const { byVerdict } = caseTotals(record);
  return html`<section id="checks" aria-labelledby="checks-heading">
<div class="section-head"><h2 id="checks-heading">Cases</h2><ul class="totals" aria-label="Cases by verdict">${READING_ORDER.toReversed().map(
    (verdict) => html`<li class="${byVerdict[verdict] === 0 ? 'zero' : `v-${verdict}`}"><b>${byVerdict[verdict]}</b> ${verdict}</li>`,
  )}</ul></div>
${cases.length === 0 ? html`<p class="empty">No case was run.</p>` : table(ordered.map((result) => caseRow(result, evidence.get(result.id) ?? [], files.get(result.id) ?? {})))}
${excluded.length > 0 && html`<details class="excluded"><summary>${excluded.length} cases do not apply</summary><ul>${excluded.map(({ id, reason }) => html`<li><code>${id}</code> ${reason}</li>`)}</ul></details>`}
</section>`;
}

function table(rows: readonly SafeHtml[]): SafeHtml {
  const heads = ['Verdict', 'Case, and what it checks', 'Because'];
  return html`<div class="filter" data-scripted hidden><label for="filter">Filter</label>
<input id="filter" type="search" placeholder="case, statement, text…" autocomplete="off" spellcheck="false">
<output id="filter-count" class="dim" for="filter"></output></div>
<table class="checks" role="table" aria-labelledby="checks-heading">
<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
${rows}</table><p class="empty" id="no-match" hidden>Nothing matches the filter.</p>`;
}

function caseRow(result: CaseResult, lines: readonly string[], files: CaseFiles): SafeHtml {
  const { id, verdict, level, purpose, statements, source, because, cause, durationMs, attempts, evidenceSha256, alsoViolated } = result;
  const more = lines.length - LINES_MAX;
  return html`<tbody role="rowgroup" data-check id="${id}" class="v-${verdict}">
<tr role="row"><td role="cell" class="cell-verdict">${verdictBadge(verdict)}${level !== 'must' && html` <span class="dim">${level}</span>`}</td>
<th role="rowheader" scope="row"><span class="check-name">${id}</span><span class="purpose">${purpose}</span></th>
<td role="cell"><p class="because">${cause !== 'none' && cause !== 'misbehaved' && html`<b>${cause}</b>: `}${because}</p>
<div class="statements">${caseBasis({ statements, source }).map((key) => html`<span class="statement">${key}</span>`)}${alsoViolated.map((key) => html`<span class="statement">also ${key}</span>`)}<span>${formatDuration(durationMs)}</span>${attempts > 1 && html`<span>attempt ${attempts}</span>`}</div>
${lines.length > 0 && html`<details class="evidence"${verdict !== 'pass' && html` open`}><summary>Packets</summary><div class="scroll" tabindex="0"><pre class="packets">${lines.slice(0, LINES_MAX).join('\n')}${more > 0 && `\n${more} more lines in evidence/${id}.txt`}</pre></div><p class="dim">${filesOf(files)}SHA-256 <code class="hash">${evidenceSha256}</code></p></details>`}</td></tr></tbody>
`;
}

/** What lies beside the report: relative links, which work as long as the run folder stays together. */
function filesOf({ capture, reproducer }: CaseFiles): SafeHtml {
  return html`${capture !== undefined && html`Wireshark: <a href="${capture}">${capture}</a> `}${reproducer !== undefined && html`Do it again: <code>node <a href="${reproducer}">${reproducer}</a></code> `}`;
}
