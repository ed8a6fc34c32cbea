/** The timeline and the plots. Left and right gutters hold axis and line labels; everything between shares one time axis. */
export const CHART_STYLE = `
.chart{--left:3.6rem;--right:10.6rem;position:relative;background:var(--card);border:1px solid var(--line);border-radius:12px;
  padding:1.1rem var(--right) .9rem var(--left);font-variant-numeric:tabular-nums;touch-action:pan-y;overflow-x:clip}
.chart svg{display:block;overflow:visible;pointer-events:none}
.chart svg svg{overflow:hidden}
.chart text{font-size:11.5px;fill:var(--dim)}
.phases{position:relative;height:1.75rem;margin-bottom:.5rem}
.phases li{position:absolute;left:var(--from);width:calc(var(--to) - var(--from));top:0;bottom:0;padding:0 .55rem;background:var(--code);
  border-left:2px solid var(--card);font-size:.8125rem;line-height:1.75rem;font-weight:550;overflow:hidden}
.phases li:nth-child(even){background:var(--line)}
.phases span{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.tracks{font-size:.8125rem;line-height:1.375rem}
.findings-tracks{margin-top:.3rem}
.track{position:relative;min-height:1.625rem;padding:.125rem 0}
.track-label{position:absolute;top:.125rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.track-label.after{left:calc(var(--to) + .6rem);max-width:calc(100% - var(--to) + var(--right) - 1.6rem)}
.track-label.before{right:calc(100% - var(--from) + .6rem);max-width:calc(var(--from) + var(--left) - 1.6rem)}
.track-label.above{position:static;white-space:normal}
.track-label strong{color:var(--v)}
.bars rect{fill:var(--shade)}
.bars .planned{fill:none;stroke:var(--dim);stroke-width:2;stroke-dasharray:3 2}
.marks line{stroke:var(--v);stroke-width:1.75}
.findings-tracks b{color:var(--v)}
.time-axis{margin:.35rem 0 .2rem}
.axis{stroke:var(--dim);stroke-width:1;shape-rendering:crispEdges}
.grid{stroke:var(--grid);stroke-width:1;shape-rendering:crispEdges}
.plot{margin-top:.9rem}
.plot figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 1.25rem;
  margin:0 calc(2.2rem - var(--left)) .15rem calc(1.1rem - var(--left));margin-right:calc(1.1rem - var(--right));font-size:.8125rem}
.plot-title{font-weight:650;font-size:.9375rem}
.plot-unit{color:var(--dim);font-weight:400;font-size:.8125rem}
.legend{display:flex;flex-wrap:wrap;gap:0 1.25rem}
.legend li{max-width:100%}
.reading{white-space:nowrap}
.reading{color:var(--dim)}
.chart.reads .reading{color:var(--ink);font-weight:650}
.swatch{display:inline-block;width:1rem;height:0;border-top:3px solid var(--c);vertical-align:middle;margin-right:.2rem}
.swatch.dashed{border-top-style:dashed}
.line{fill:none;stroke:var(--c);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.line.dashed{stroke-dasharray:5 4}
.area{fill:var(--c);fill-opacity:.14}
.end-label{font-weight:600}
.chart .end-label{font-size:11px}
.chart .end-label{fill:var(--c)}
.shade{fill:var(--shade);fill-opacity:.15}
.shade-edge{stroke:var(--shade);stroke-width:1;stroke-dasharray:2 3}
.chart .shade-mark{fill:var(--shade-ink);font-size:10.5px;font-weight:700}
.reading-line{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--ink);z-index:2;pointer-events:none}
.reading-time{position:absolute;top:-.75rem;left:0;transform:translateX(-50%);background:var(--ink);color:var(--card);border-radius:6px;
  padding:.1rem .5rem;font-size:.75rem;font-weight:600;white-space:nowrap}
.reading-line.near-left .reading-time{transform:translateX(-12%)}
.reading-line.near-right .reading-time{transform:translateX(-88%)}
.reading-dot{fill:var(--c);stroke:var(--card);stroke-width:2}
@media (max-width:46rem){
.chart{--left:3.5rem;--right:.8rem;padding-top:.8rem}
.end-label{display:none}
.time-axis .odd{display:none}
.chart text{font-size:10.5px}
.track-label,.track-label.after,.track-label.before{position:static;white-space:normal;max-width:none;display:block;line-height:1.3;
  margin-left:calc(.8rem - var(--left))}
.track{padding:.3rem 0 0}
.phases li{padding:0 .3rem;font-size:.75rem}
.legend{flex-basis:100%}
.plot figcaption{margin-left:calc(.8rem - var(--left));margin-right:0}
}`;
