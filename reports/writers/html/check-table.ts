import { formatFigures, formatPairs } from '../../format-figure.ts';
import type { CheckRecord, RunRecord } from '../../record.ts';
import { checkName, checksWorstFirst, READING_ORDER, verdictTotals } from '../../verdict-summary.ts';
import type { FaultMark } from './fault-mark.ts';
import { findingList } from './finding-list.ts';
import { verdictBadge } from './icons.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** The verdict table: what did not pass comes first, with its evidence open. */
export function checkTable(record: RunRecord, faults: readonly FaultMark[]): SafeHtml {
  const { checks } = record;
  const body = checksWorstFirst(checks).map((check) => checkRow(check, checks, faults));
  return html`<section id="checks" aria-labelledby="checks-heading">
<div class="section-head"><h2 id="checks-heading">Checks</h2>${totals(checks)}</div>
${checks.length === 0 ? html`<p class="empty">No check was judged in this run.</p>` : table(body)}
</section>`;
}

/** Roles are spelled out, because narrow screens lay the table out as a list, which takes the native ones away. */
function table(body: readonly SafeHtml[]): SafeHtml {
  const heads = ['Verdict', 'Check, and what a pass means', 'Because'];
  return html`${filterBar()}<table class="checks" role="table" aria-labelledby="checks-heading">
<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
${body}</table><p class="empty" id="no-match" hidden>Nothing matches the filter.</p>`;
}

/** The id of a check's row, from its place in the record. */
export function checkAnchor(index: number): string {
  return `check-${index + 1}`;
}

function totals(checks: readonly CheckRecord[]): SafeHtml {
  const counts = verdictTotals(checks);
  return html`<ul class="totals" aria-label="Checks by verdict">${READING_ORDER.toReversed().map(
    (verdict) => html`<li class="${counts[verdict] === 0 ? 'zero' : `v-${verdict}`}"><b>${counts[verdict]}</b> ${verdict}</li>`,
  )}</ul>`;
}

function filterBar(): SafeHtml {
  return html`<div class="filter" data-scripted hidden><label for="filter">Filter</label>
<input id="filter" type="search" placeholder="check, device, text, fault…" autocomplete="off" spellcheck="false">
<output id="filter-count" class="dim" for="filter"></output></div>`;
}

function checkRow(check: CheckRecord, checks: readonly CheckRecord[], faults: readonly FaultMark[]): SafeHtml {
  const { verdict, because, figures } = check.judgement;
  const params = formatPairs(check.params);
  return html`<tbody role="rowgroup" data-check id="${checkAnchor(checks.indexOf(check))}" class="v-${verdict}">
<tr role="row"><td role="cell" class="cell-verdict">${verdictBadge(verdict)}</td>
<th role="rowheader" scope="row"><span class="check-name">${checkName(check, checks)}</span><span class="purpose">${check.purpose}</span>
${params.length > 0 && html`<ul class="params">${params.map((text) => html`<li>${text}</li>`)}</ul>`}</th>
<td role="cell"><p class="because">${because}</p>${figureList(figures)}${findingList(check, faults)}</td></tr></tbody>
`;
}

function figureList(figures: CheckRecord['judgement']['figures']): SafeHtml | undefined {
  const shown = formatFigures(figures);
  if (shown.length === 0) return undefined;
  const items = shown.map(({ name, label, text }) => html`<div title="${name}"><dt>${label}</dt><dd>${text}</dd></div>`);
  return html`<dl class="figures">${items}</dl>`;
}
