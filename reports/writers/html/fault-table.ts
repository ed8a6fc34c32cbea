import { formatPairs } from '../../format-figure.ts';
import { formatDuration, formatInstant } from '../../format-quantity.ts';
import type { FaultMark } from './fault-mark.ts';
import { plainTableSection, type Column } from './plain-table.ts';
import { html, type HtmlPart, type SafeHtml } from './safe-html.ts';

const COLUMNS: readonly Column<FaultMark>[] = [
  { head: 'Fault', cell: ({ mark, label }) => html`<span class="fault-tag">${mark}</span> ${label}` },
  { head: 'Parameters', cell: ({ fault }) => formatPairs(fault.params).join(', ') },
  { head: 'Planned', number: true, cell: ({ fault }) => formatInstant(fault.plannedStartMs) },
  { head: 'Began', number: true, cell: began },
  { head: 'Lasted', number: true, cell: ({ fault, startMs, endMs }) => (fault.startMs === null ? '-' : formatDuration(endMs - startMs)) },
  { head: 'Undone', cell: undone },
  { head: 'What it did', cell: ({ fault }) => formatPairs(fault.effects).join(', ') },
];

/** Every fault: what was asked for, when it was in force, what it did, and whether it was undone. Nothing without faults. */
export function faultTable(faults: readonly FaultMark[]): SafeHtml | undefined {
  return faults.length === 0 ? undefined : plainTableSection('faults', 'Faults', COLUMNS, faults);
}

function began({ fault }: FaultMark): HtmlPart {
  return fault.startMs === null ? html`<strong class="v-inconclusive">did not begin</strong>` : formatInstant(fault.startMs);
}

function undone({ fault }: FaultMark): HtmlPart {
  if (fault.startMs === null) return '-';
  return fault.restored ? 'yes' : html`<strong class="v-error">no</strong>`;
}
