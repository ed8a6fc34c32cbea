import { formatDuration, formatWithUnit } from '../../format-quantity.ts';
import { clipped } from '../../printable-text.ts';
import type { SeriesRecord } from '../../record.ts';
import { LABEL_PITCH_PX, placeLabels } from './end-labels.ts';
import type { FaultMark } from './fault-mark.ts';
import { html, type SafeHtml } from './safe-html.ts';
import { areaPath, DRAWING_WIDTH, drawnStretches, heldStretches, linePath, type Point } from './series-path.ts';
import type { TimeAxis } from './time-axis.ts';
import { PLOT_TOP_PX, valueAxis, type ValueAxis } from './value-axis.ts';

/** Series that share a plot: equal `plot` and equal unit. */
export interface PlotGroup {
  readonly plot: string;
  readonly series: readonly SeriesRecord[];
}

/** One plot with its scale and the points that were drawn, from which the script reads values. */
export interface DrawnPlot {
  readonly markup: SafeHtml;
  readonly axis: ValueAxis;
  /** The value of a point stands until the next one. */
  readonly held: boolean;
  readonly lines: readonly { readonly label: string; readonly stretches: readonly (readonly Point[])[] }[];
}

/** Colours that are told apart with every common colour vision; a second round is dashed. */
const COLOURS = 7;
const HEIGHT_PX = 124;
const LABEL_CHARACTERS_MAX = 21;
/** Room for the mark of a fault on a wide screen, percent of the width. */
const MARK_WIDTH_PERCENT = 2.5;
const PLOT_ORDER = ['throughput', 'latency', 'backlog', 'memory', 'loop-delay'];
/** Figures that are observed when they change (`uplink.backlog`); all others are sampled, and silence there is a gap. */
const HELD_PLOTS: ReadonlySet<string> = new Set(['backlog']);
const PLOT_TITLES: Readonly<Record<string, string>> = { 'loop-delay': 'Event-loop delay' };

/** The plots of a record: the known ones in the order of a reader's questions, others after them as they come. */
export function plotGroups(series: readonly SeriesRecord[]): PlotGroup[] {
  const groups = new Map<string, { plot: string; series: SeriesRecord[] }>();
  for (const one of series.filter(({ points }) => points.length > 0)) {
    const key = JSON.stringify([one.plot, one.unit]);
    const group = groups.get(key) ?? { plot: one.plot, series: [] };
    group.series.push(one);
    groups.set(key, group);
  }
  const rank = ({ plot }: PlotGroup): number => (PLOT_ORDER.includes(plot) ? PLOT_ORDER.indexOf(plot) : PLOT_ORDER.length);
  return [...groups.values()].toSorted((a, b) => rank(a) - rank(b));
}

/** The words for a plot's name. */
export function plotTitle(plot: string): string {
  return PLOT_TITLES[plot] ?? `${plot.charAt(0).toUpperCase()}${plot.slice(1)}`;
}

/** Draws one plot. Text keeps its size on every screen: only the lines are stretched. */
export function drawPlot({ plot, series }: PlotGroup, index: number, time: TimeAxis, faults: readonly FaultMark[]): DrawnPlot {
  const heightPx = Math.max(HEIGHT_PX, series.length * LABEL_PITCH_PX + PLOT_TOP_PX);
  const axis = valueAxis(series, heightPx);
  const held = HELD_PLOTS.has(plot);
  const stretchesOf = (points: readonly Point[]): Point[][] => (held ? heldStretches(points, time.spanMs) : drawnStretches(points));
  const lines = series.map(({ label, points }) => ({ label, stretches: stretchesOf(points) }));
  const title = plotTitle(plot);
  const scale = [axis.unit, axis.log ? 'log scale' : ''].filter((text) => text !== '').join(', ');
  const markup = html`<figure class="plot" data-plot="${index}">
<figcaption><span class="plot-title">${title} <span class="plot-unit">${scale}</span></span>
<ul class="legend">${series.map(legendItem)}</ul></figcaption>
<svg width="100%" height="${heightPx}" role="img" aria-labelledby="plot-${index}-title plot-${index}-desc">
<title id="plot-${index}-title">${title}</title><desc id="plot-${index}-desc">${description(series, time)}</desc>
${shades(faults, time)}
${time.ticks.map(({ t }) => html`<line class="grid" x1="${time.percent(t)}%" x2="${time.percent(t)}%" y1="${PLOT_TOP_PX}" y2="100%"/>`)}
${axis.ticks.map(valueTick)}
<svg width="100%" height="${heightPx}" viewBox="0 0 ${DRAWING_WIDTH} ${heightPx}" preserveAspectRatio="none" aria-hidden="true">
${series.length === 1 && !axis.log && html`<path class="area c0" d="${areaPath(lines[0]?.stretches ?? [], time, axis)}"/>`}
${lines.map(({ stretches }, line) => html`<path class="line ${colourClass(line)}" d="${linePath(stretches, time, axis)}"/>`)}
</svg>
${endLabels(lines, axis, heightPx)}
</svg></figure>`;
  return { markup, axis, held, lines };
}

function valueTick({ y, label }: ValueAxis['ticks'][number]): SafeHtml {
  return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/>
<text class="tick" x="-8" y="${y + 4}" text-anchor="end">${label}</text>`;
}

function colourClass(line: number): string {
  return `c${line % COLOURS}${line >= COLOURS ? ' dashed' : ''}`;
}

/** The windows of the faults that began. A mark is left out where it would cover the one before. */
function shades(faults: readonly FaultMark[], time: TimeAxis): SafeHtml[] {
  let markedUntil = -Infinity;
  return faults
    .filter(({ fault }) => fault.startMs !== null)
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((fault) => {
      const withMark = time.percent(fault.startMs) >= markedUntil;
      if (withMark) markedUntil = time.percent(fault.startMs) + MARK_WIDTH_PERCENT;
      return shade(fault, time, withMark);
    });
}

function shade({ mark, startMs, endMs }: FaultMark, time: TimeAxis, withMark: boolean): SafeHtml {
  const from = time.percent(startMs);
  const width = Math.max(0.2, time.percent(endMs) - from).toFixed(3);
  return html`<rect class="shade" x="${from}%" width="${width}%" y="0" height="100%"/>
<line class="shade-edge" x1="${from}%" x2="${from}%" y1="0" y2="100%"/>
${withMark && html`<text class="shade-mark" x="${from}%" dx="4" y="10">${mark}</text>`}`;
}

function legendItem({ label, unit, points }: SeriesRecord, index: number): SafeHtml {
  const peak = points.reduce((most, [, value]) => Math.max(most, value), -Infinity);
  const rest = `peak ${formatWithUnit(peak, unit)}`;
  return html`<li><span class="swatch ${colourClass(index)}"></span>${label} <span class="reading" data-rest="${rest}">${rest}</span></li>`;
}

function endLabels(lines: DrawnPlot['lines'], axis: ValueAxis, heightPx: number): SafeHtml[] {
  const wishes = lines.map(({ label, stretches }, index) => {
    const [, lastValue = 0] = stretches.at(-1)?.at(-1) ?? [];
    return { text: clipped(label, LABEL_CHARACTERS_MAX), index, y: axis.y(lastValue) };
  });
  return placeLabels(wishes, PLOT_TOP_PX - 4, heightPx - 4).map(
    ({ text, index, y }) => html`<text class="end-label ${colourClass(index)}" x="100%" dx="8" y="${y + 4}">${text}</text>`,
  );
}

function description(series: readonly SeriesRecord[], { spanMs }: TimeAxis): string {
  const lines = series.map(({ label, unit, points }) => {
    const values = points.map(([, value]) => value);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
    return `${label} between ${formatWithUnit(low, unit)} and ${formatWithUnit(high, unit)}`;
  });
  return `${lines.join('; ')}; over ${formatDuration(spanMs)}.`;
}
