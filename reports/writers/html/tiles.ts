import type { Verdict } from '../../../conformance/verdict.ts';
import { formatBytes, formatDuration, formatWithUnit } from '../../format-quantity.ts';
import type { RunRecord } from '../../record.ts';
import { READING_ORDER, verdictTotals } from '../../verdict-summary.ts';
import type { FaultMark } from './fault-mark.ts';
import { plotTitle } from './plot.ts';
import { html, type SafeHtml } from './safe-html.ts';

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** Marks a tile that deserves a second look, in the colour of this verdict. */
  readonly marked?: Verdict;
}

const NO_BREAK_SPACE = '\u00A0';

/** The key figures at one glance; a tile whose data the record lacks is left out. */
export function tiles(record: RunRecord, faults: readonly FaultMark[]): SafeHtml {
  const shown = [
    checksTile(record),
    faultsTile(record),
    peakTile(record, 'throughput', faults),
    peakTile(record, 'latency', faults),
    peakTile(record, 'backlog', faults),
    memoryTile(record),
  ].filter((tile) => tile !== undefined);
  return html`<section aria-label="Key figures"><ul class="tiles">${shown.map(tileMarkup)}</ul></section>`;
}

function tileMarkup({ label, value, note, marked }: Tile): SafeHtml {
  const [number, ...unit] = value.split(' ');
  const small = unit.length > 0 && html` <small>${unit.join(' ')}</small>`;
  return html`<li class="tile${marked !== undefined && ` marked v-${marked}`}"><span class="tile-label">${label}</span>
<span class="tile-value">${number}${small}</span><span class="tile-note">${note}</span></li>`;
}

function checksTile({ checks }: RunRecord): Tile {
  const totals = verdictTotals(checks);
  const others = READING_ORDER.filter((verdict) => verdict !== 'pass' && totals[verdict] > 0);
  const tile = { label: 'Checks passed', value: `${totals.pass} of ${checks.length}` };
  const [worst] = others;
  if (worst !== undefined) return { ...tile, note: others.map((verdict) => `${totals[verdict]} ${verdict}`).join(', '), marked: worst };
  return checks.length === 0 ? { ...tile, note: 'nothing was judged', marked: 'none' } : { ...tile, note: 'none left open' };
}

function faultsTile({ faults }: RunRecord): Tile | undefined {
  if (faults.length === 0) return undefined;
  const begun = faults.filter(({ startMs }) => startMs !== null);
  const left = begun.filter(({ restored }) => !restored).length;
  const never = faults.length - begun.length;
  const notes = [left > 0 ? `${left} not undone` : '', never > 0 ? `${never} did not begin` : ''].filter((note) => note !== '');
  const value = `${begun.length} of ${faults.length}`;
  if (notes.length > 0) return { label: 'Faults applied', value, note: notes.join(', '), marked: left > 0 ? 'error' : 'inconclusive' };
  return { label: 'Faults applied', value, note: 'all undone and verified' };
}

/** The highest point of a plot, with the line it is on and the fault it fell into. */
function peakTile({ series }: RunRecord, plot: string, faults: readonly FaultMark[]): Tile | undefined {
  const points = series
    .filter((one) => one.plot === plot)
    .flatMap(({ label, unit, points: list }) => list.map(([t, value]) => ({ label, unit, t, value })));
  const [first, ...rest] = points;
  if (first === undefined) return undefined;
  const peak = rest.reduce((most, point) => (point.value > most.value ? point : most), first);
  const during = faults.find(({ startMs, endMs }) => peak.t >= startMs && peak.t < endMs)?.mark;
  const at = formatDuration(peak.t).replace(' ', NO_BREAK_SPACE);
  const note = `${peak.label}, at ${at}${during === undefined ? '' : ` in ${during}`}`;
  return { label: `${plotTitle(plot)}, peak`, value: formatWithUnit(peak.value, peak.unit), note };
}

function memoryTile({ processes }: RunRecord): Tile | undefined {
  const gateways = processes.filter(({ role }) => role === 'gateway');
  const [largest] = gateways.toSorted((a, b) => b.rssMaxBytes - a.rssMaxBytes);
  if (largest === undefined) return undefined;
  return { label: 'Memory, peak', value: formatBytes(largest.rssMaxBytes), note: `${largest.id} (${largest.role})` };
}
