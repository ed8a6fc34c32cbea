import { html, type SafeHtml } from './safe-html.ts';
import type { RunRecord } from '../../record.ts';

/** The shared horizontal axis: 0 to `spanMs`; positions are percent of the width, so one drawing fits every screen. */
export interface TimeAxis {
  readonly spanMs: number;
  readonly ticks: readonly { readonly t: number; readonly label: string }[];
  readonly percent: (t: number) => number;
}

const TICKS_MAX = 10;
const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
];
const HOUR_MS = 3_600_000;

/** The axis of a record: as long as the longest thing to draw on it. */
export function timeAxis({ durationMs, phases, faults, series }: RunRecord): TimeAxis {
  const lastPoints = series.map(({ points }) => points.at(-1)?.[0] ?? 0);
  const ends = [...phases.map(({ endMs }) => endMs), ...faults.map(({ endMs }) => endMs ?? 0), ...lastPoints];
  const spanMs = ends.reduce((longest, end) => Math.max(longest, end), Math.max(1, durationMs));
  const stepMs = STEPS_MS.find((step) => spanMs / step <= TICKS_MAX) ?? Math.ceil(spanMs / TICKS_MAX / HOUR_MS) * HOUR_MS;
  const count = Math.floor(spanMs / stepMs);
  return {
    spanMs,
    ticks: Array.from({ length: count + 1 }, (_none, index) => ({ t: index * stepMs, label: tickLabel(index * stepMs, spanMs) })),
    percent: (t) => Math.round(Math.min(100, Math.max(0, (t / spanMs) * 100)) * 1_000) / 1_000,
  };
}

/** `15 s` below two minutes, `2:30` below two hours, `3:05 h` above. */
function tickLabel(t: number, spanMs: number): string {
  if (spanMs < 1_000) return `${t} ms`;
  if (spanMs <= 120_000) return `${Number((t / 1_000).toPrecision(6))} s`;
  const seconds = Math.round(t / 1_000);
  if (spanMs <= 2 * HOUR_MS) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${Math.floor(seconds / 3_600)}:${String(Math.floor((seconds % 3_600) / 60)).padStart(2, '0')} h`;
}

/** The axis with its labels. Every second label is dropped on narrow screens by the style. */
export function timeAxisSvg({ ticks, percent }: TimeAxis): SafeHtml {
  return html`<svg class="time-axis" width="100%" height="24" aria-hidden="true"><line class="axis" x1="0" x2="100%" y1="0.5" y2="0.5"/>
${ticks.map(({ t, label }, index) => {
  const at = percent(t);
  return html`<line class="axis" x1="${at}%" x2="${at}%" y1="0" y2="5"/>
<text class="tick${index % 2 === 1 && ' odd'}" x="${at}%" y="18" text-anchor="${anchor(at)}">${label}</text>`;
})}</svg>`;
}

function anchor(percent: number): string {
  return percent < 1 ? 'start' : percent > 98 ? 'end' : 'middle';
}
