import type { StatementRecord, SuiteRecord } from '../../suite-record.ts';
import { plainTableSection } from '../html/plain-table.ts';
import { html, type SafeHtml } from '../html/safe-html.ts';

/** A tile for each catalogue: how many of its statements were kept, of those that a case could judge. */
export function catalogueTiles({ statements }: SuiteRecord): SafeHtml {
  const catalogues = [...new Set(statements.map(catalogueOf))];
  return html`<section class="tiles" aria-label="Statements by catalogue">${catalogues.map((catalogue) => {
    const of = statements.filter((statement) => catalogueOf(statement) === catalogue);
    const covered = of.filter(({ state }) => state === 'covered');
    const broken = covered.filter(({ verdict }) => verdict === 'fail').length;
    const kept = covered.filter(({ verdict }) => verdict === 'pass').length;
    return html`<div class="tile${broken > 0 && ' marked v-fail'}"><span class="tile-label">${catalogue}</span>
<span class="tile-value">${kept}<small>of ${of.length} statements kept</small></span>
<span class="tile-note">${broken} broken, ${covered.length - kept - broken} not judged, ${of.length - covered.length} without a case here</span></div>`;
  })}</section>`;
}

/** Every statement that binds the SUT, with its state, verdict and cases. */
export function statementTable({ statements }: SuiteRecord): SafeHtml {
  return plainTableSection<StatementRecord>(
    'statements',
    'Statements',
    [
      { head: 'Statement', cell: ({ key }) => html`<code class="statement">${key}</code>` },
      { head: 'State', cell: ({ state }) => state },
      { head: 'Verdict', cell: ({ state, verdict }) => (state === 'covered' ? html`<span class="badge v-${verdict}">${verdict}</span>` : '') },
      { head: 'What it says, and who judged it', cell: ({ summary, cases, because }) => html`${summary}<br><span class="dim">${cases.length > 0 ? cases.map((id) => html`<a href="#${id}">${id}</a> `) : because}</span>` },
    ],
    statements,
  );
}

function catalogueOf({ key }: StatementRecord): string {
  return key.slice(0, key.indexOf('/'));
}
