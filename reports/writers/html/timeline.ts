import { formatDuration, formatInstant } from '../../format-quantity.ts';
import type { RunRecord } from '../../record.ts';
import { checkName, checksNotPassed, counted } from '../../verdict-summary.ts';
import type { FaultMark } from './fault-mark.ts';
import { html, type HtmlPart, type SafeHtml } from './safe-html.ts';
import type { TimeAxis } from './time-axis.ts';

/** Rows of findings drawn at most; a run with more failed checks has its reasons in the table. */
const FINDING_ROWS_MAX = 8;
/** With more faults than this, those of the same kind on the same thing share a row. */
const FAULT_ROWS_MAX = 12;

/** The upper part of the chart: phases as bands, bars for the faults, a row of marks for each check with dated findings. */
export function timeline(record: RunRecord, time: TimeAxis, faults: readonly FaultMark[]): SafeHtml {
  const rows = faultRows(faults);
  return html`<ol class="phases" aria-label="Phases">${record.phases.map((phase) => phaseBand(phase, time))}</ol>
${rows.length > 0 && html`<ol class="tracks" aria-label="Faults">${rows.map((row) => faultRow(row, time))}</ol>`}
${findingRows(record, time)}`;
}

function phaseBand({ name, startMs, endMs }: RunRecord['phases'][number], time: TimeAxis): SafeHtml {
  const when = `${name}: ${formatInstant(startMs)} to ${formatInstant(endMs)}`;
  return html`<li style="${span(time, startMs, endMs)}" title="${when}"><span>${name}</span></li>`;
}

/** One row for each fault while that stays readable, else one for each label. */
function faultRows(faults: readonly FaultMark[]): (readonly FaultMark[])[] {
  if (faults.length <= FAULT_ROWS_MAX) return faults.map((fault) => [fault]);
  const byLabel = new Map<string, FaultMark[]>();
  for (const fault of faults) byLabel.set(fault.label, [...(byLabel.get(fault.label) ?? []), fault]);
  return [...byLabel.values()];
}

function faultRow(row: readonly FaultMark[], time: TimeAxis): SafeHtml {
  const [startMs, endMs] = extent(row.flatMap((fault) => [fault.startMs, fault.endMs]));
  const left = row.filter(({ fault }) => fault.startMs !== null && !fault.restored).length;
  const warning = left > 0 && html` <strong class="v-error">${left < row.length && `${left} `}not undone</strong>`;
  const marks = row.length === 1 ? row[0]?.mark : `${row.length} ×`;
  return html`<li class="track" style="${span(time, startMs, endMs)}">
<span class="track-label ${side(time, startMs, endMs)}"><b>${marks}</b> ${row[0]?.label}
<span class="dim">${whenInForce(row)}</span>${warning}</span>
<svg class="bars" width="100%" height="22" aria-hidden="true">${row.map((fault) => bar(fault, time))}</svg></li>`;
}

function whenInForce(row: readonly FaultMark[]): string {
  const [only] = row;
  if (row.length > 1 || only === undefined) return `${counted(row.filter(({ fault }) => fault.startMs !== null).length, 'time')} in force`;
  if (only.fault.startMs === null) return `planned for ${formatInstant(only.startMs)}, did not begin`;
  return `${formatInstant(only.startMs)} for ${formatDuration(only.endMs - only.startMs)}`;
}

function bar({ startMs, endMs, fault }: FaultMark, time: TimeAxis): SafeHtml {
  const from = time.percent(startMs);
  if (fault.startMs === null) return html`<circle class="planned" cx="${from}%" cy="11" r="4"/>`;
  const width = Math.max(0.3, time.percent(endMs) - from);
  return html`<rect x="${from}%" width="${width.toFixed(3)}%" y="3" height="16" rx="3"/>`;
}

function findingRows(record: RunRecord, time: TimeAxis): SafeHtml | false {
  const rows = checksNotPassed(record.checks)
    .map((check) => ({ check, instants: check.judgement.findings.flatMap(({ t }) => (t === undefined ? [] : [t])) }))
    .filter(({ instants }) => instants.length > 0)
    .slice(0, FINDING_ROWS_MAX);
  if (rows.length === 0) return false;
  return html`<ol class="tracks findings-tracks" aria-label="When checks found something wrong">${rows.map(({ check, instants }) => {
    const [first, last] = extent(instants);
    const total = Math.max(check.judgement.findingsTotal, instants.length);
    const count = total > instants.length ? `${instants.length} of ${counted(total, 'finding')}` : counted(total, 'finding');
    const when = first === last ? `at ${formatInstant(first)}` : `${formatInstant(first)} to ${formatInstant(last)}`;
    const name = html`<b>${checkName(check, record.checks)}</b> <span class="dim">${count}, ${when}</span>`;
    return html`<li class="track v-${check.judgement.verdict}" style="${span(time, first, last)}">
<span class="track-label ${side(time, first, last)}">${name}</span>
<svg class="marks" width="100%" height="18" aria-hidden="true">${instants.map((t) => tick(time.percent(t)))}</svg></li>`;
  })}</ol>`;
}

function tick(percent: number): HtmlPart {
  return html`<line x1="${percent}%" x2="${percent}%" y1="2" y2="16"/>`;
}

function extent(instants: readonly number[]): readonly [first: number, last: number] {
  return [instants.reduce((a, b) => Math.min(a, b), Infinity), instants.reduce((a, b) => Math.max(a, b), -Infinity)];
}

/** Start and end as percent of the width, for the style to place the label. */
function span(time: TimeAxis, startMs: number, endMs: number): string {
  return `--from:${time.percent(startMs)}%;--to:${time.percent(endMs)}%`;
}

/** Where a wide screen has room for the label: behind the bar, before it, or, for long bars, above. */
function side(time: TimeAxis, startMs: number, endMs: number): string {
  const [before, after] = [time.percent(startMs), 100 - time.percent(endMs)];
  if (Math.max(before, after) < 38) return 'above';
  return after >= before ? 'after' : 'before';
}
