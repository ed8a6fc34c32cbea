import type { RunRecord } from '../../record.ts';
import type { FaultMark } from './fault-mark.ts';
import { drawPlot, plotGroups, type DrawnPlot } from './plot.ts';
import { html, trusted, type SafeHtml } from './safe-html.ts';
import type { Point } from './series-path.ts';
import { timeAxis, timeAxisSvg } from './time-axis.ts';
import { timeline } from './timeline.ts';

/** Timeline and plots over one time axis, and the points of the plots as data for the reading line. */
export function chartSection(record: RunRecord, faults: readonly FaultMark[]): SafeHtml {
  const time = timeAxis(record);
  const plots = plotGroups(record.series).map((group, index) => drawPlot(group, index, time, faults));
  return html`<section id="timeline" aria-labelledby="timeline-heading">
<div class="section-head"><h2 id="timeline-heading">Timeline</h2>
${plots.length > 0 && html`<p class="dim">Shaded: a fault was in force. A broken line: no data.
<span data-scripted hidden>Point at a plot, or focus it and use the arrow keys, to read values.</span></p>`}</div>
<div class="chart" id="chart" role="group" aria-label="Timeline and plots" tabindex="0">
<div class="reading-line" hidden><output class="reading-time"></output></div>
${timeline(record, time, faults)}
${timeAxisSvg(time)}
${plots.map(({ markup }) => markup)}
${plots.length === 0 ? html`<p class="empty">The record holds no series to plot.</p>` : timeAxisSvg(time)}
</div>
<script type="application/json" id="chart-data">${chartData(record, time.spanMs, faults, plots)}</script>
</section>`;
}

/** JSON inside a script element: `<` is the only character that could end it. */
function chartData(record: RunRecord, spanMs: number, faults: readonly FaultMark[], plots: readonly DrawnPlot[]): SafeHtml {
  const data = {
    spanMs,
    phases: record.phases.map(({ name, startMs, endMs }) => [name, startMs, endMs]),
    faults: faults.filter(({ fault }) => fault.startMs !== null).map(({ mark, startMs, endMs }) => [mark, startMs, endMs]),
    plots: plots.map(({ axis, held, lines }) => ({
      held,
      log: axis.log,
      bottom: axis.bottom,
      top: axis.top,
      low: axis.y(axis.bottom),
      high: axis.y(axis.top),
      divisor: axis.divisor,
      unit: axis.unit,
      lines: lines.map(({ stretches }) => stretches.map(flattened)),
    })),
  };
  return trusted(JSON.stringify(data).replace(/</gu, '\\u003c'));
}

/** `[t, value, t, value, ...]` with the digits that a reader can use: the short form keeps the page small. */
function flattened(stretch: readonly Point[]): number[] {
  return stretch.flatMap(([t, value]) => [Math.round(t), Number(value.toPrecision(5))]);
}
