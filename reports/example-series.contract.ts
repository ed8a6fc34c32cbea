import type { SeriesRecord } from './record.ts';

/** The run that the example records show: 45 s, the uplink parted from 15 to 25 s and throttled from 29 to 39 s. */
export const EXAMPLE_DURATION_MS = 45_000;
export const PARTITION = { startMs: 15_012, endMs: 25_020 } as const;
export const THROTTLE = { startMs: 29_008, endMs: 39_017 } as const;
const EDGE_BUSY = { startMs: 25_000, endMs: 26_600 } as const;
const CLOUD_BUSY = { startMs: 25_200, endMs: 26_400 } as const;
const SAMPLE_MS = 250;

/** Series as a real run gives them: noise, a backlog that drains, latency that rises by decades, gaps where nothing came. */
export function exampleSeries(until: number = EXAMPLE_DURATION_MS): SeriesRecord[] {
  return [
    series('throughput', 'edge-1 accepted', 'messages/s', until, (t) => 410 * ramp(t, 0, 2_000) + 14 * noise(t, 1)),
    series('throughput', 'cloud received', 'messages/s', until, (t) => cloudRate(t)),
    series('latency', 'edge-1 p50', 'ms', until, (t) => 1.1 + 0.25 * Math.abs(noise(t, 2))),
    series('latency', 'edge-1 p99', 'ms', until, (t) => 4.2 + 2.8 * Math.abs(noise(t, 3)) + (inside(t, PARTITION) ? 1.5 : 0)),
    series('latency', 'cloud p99', 'ms', until, (t) => cloudLatencyMs(t)),
    series('memory', 'edge-1', 'B', until, (t) => 68e6 + 9e6 * ramp(t, 0, 6_000) + 4.2e3 * backlog(t) + 4e5 * noise(t, 4)),
    series('memory', 'cloud', 'B', until, (t) => 63e6 + 6e6 * ramp(t, 0, 9_000) + 5e5 * noise(t, 5)),
    onChange(series('backlog', 'edge-1 uplink', 'messages', until, (t) => Math.round(backlog(t)))),
    series('loop-delay', 'edge-1', 'ms', until, (t) => 10.6 + 0.7 * Math.abs(noise(t, 6)) + (inside(t, EDGE_BUSY) ? 9 : 0)),
    series('loop-delay', 'cloud', 'ms', until, (t) => 10.4 + 0.6 * Math.abs(noise(t, 7)) + (inside(t, CLOUD_BUSY) ? 14 : 0)),
  ];
}

function series(plot: string, label: string, unit: string, until: number, valueAt: (t: number) => number | undefined): SeriesRecord {
  const points: [number, number][] = [];
  for (let t = SAMPLE_MS; t <= until; t += SAMPLE_MS) {
    const value = valueAt(t);
    if (value !== undefined) points.push([t, Math.max(0, Math.round(value * 1_000) / 1_000)]);
  }
  return { plot, label, unit, points };
}

/** The gateway observes its backlog when it changes. */
function onChange(sampled: SeriesRecord): SeriesRecord {
  return { ...sampled, points: sampled.points.filter(([, value], index) => value !== sampled.points[index - 1]?.[1]) };
}

/** Nothing arrives during the partition; then the backlog drains at four times the normal rate. */
function cloudRate(t: number): number {
  if (inside(t, PARTITION)) return 0;
  if (inside(t, { startMs: PARTITION.endMs, endMs: 27_300 })) return 1_650 + 90 * noise(t, 8);
  if (inside(t, THROTTLE)) return 236 + 9 * noise(t, 9);
  if (inside(t, { startMs: THROTTLE.endMs, endMs: 40_400 })) return 1_480 + 80 * noise(t, 10);
  return 408 * ramp(t, 0, 2_000) + 18 * noise(t, 11);
}

function backlog(t: number): number {
  if (inside(t, PARTITION)) return (t - PARTITION.startMs) * 0.41;
  if (inside(t, { startMs: PARTITION.endMs, endMs: 27_400 })) return 4_103 * (1 - ramp(t, PARTITION.endMs, 27_400));
  if (inside(t, THROTTLE)) return (t - THROTTLE.startMs) * 0.172;
  if (inside(t, { startMs: THROTTLE.endMs, endMs: 40_500 })) return 1_720 * (1 - ramp(t, THROTTLE.endMs, 40_500));
  return 0;
}

function cloudLatencyMs(t: number): number | undefined {
  if (inside(t, PARTITION)) return undefined;
  const base = 6 + 3 * Math.abs(noise(t, 13));
  if (inside(t, { startMs: PARTITION.endMs, endMs: 27_400 })) return 9_950 * (1 - ramp(t, PARTITION.endMs - 400, 27_500)) + base;
  if (inside(t, THROTTLE)) return base + (t - THROTTLE.startMs) * 0.42;
  if (inside(t, { startMs: THROTTLE.endMs, endMs: 40_500 })) return base + 4_200 * (1 - ramp(t, THROTTLE.endMs, 40_600));
  return base;
}

function inside(t: number, { startMs, endMs }: { readonly startMs: number; readonly endMs: number }): boolean {
  return t >= startMs && t < endMs;
}

/** From 0 at `startMs` to 1 at `endMs`. */
function ramp(t: number, startMs: number, endMs: number): number {
  return Math.min(1, Math.max(0, (t - startMs) / (endMs - startMs)));
}

/** The same wobble between -1 and 1 for the same arguments. */
function noise(t: number, stream: number): number {
  const x = Math.sin(t * 12.9898 + stream * 78.233) * 43_758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}
