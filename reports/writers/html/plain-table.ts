import { html, type HtmlPart, type SafeHtml } from './safe-html.ts';

/** A column of a plain table; numbers are set flush right with figures of equal width. */
export interface Column<Row> {
  readonly head: string;
  readonly number?: true;
  readonly cell: (row: Row) => HtmlPart;
}

/** A section with a heading and one table, whose first column names the row. Wide tables scroll inside their own box. */
export function plainTableSection<Row>(id: string, heading: string, columns: readonly Column<Row>[], rows: readonly Row[]): SafeHtml {
  const numeric = ({ number }: Column<Row>): SafeHtml | false => number === true && html` class="number"`;
  const cell = (column: Column<Row>, index: number, row: Row): SafeHtml =>
    index === 0 ? html`<th scope="row">${column.cell(row)}</th>` : html`<td${numeric(column)}>${column.cell(row)}</td>`;
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<div class="section-head"><h2 id="${id}-heading">${heading}</h2></div>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-heading"><table class="plain">
<thead><tr>${columns.map((column) => html`<th scope="col"${numeric(column)}>${column.head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column, index) => cell(column, index, row))}</tr>\n`)}</tbody>
</table></div></section>`;
}
