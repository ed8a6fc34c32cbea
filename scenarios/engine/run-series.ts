import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { textField } from '../../hil/runtime/observation-fields.ts';
import type { SeriesRecord } from '../../reports/record.ts';

/** Longest run drawn second by second; longer ones get wider buckets. */
const POINTS_MAX = 600;

/** Makes the lines of the report's plots from a journal. */
export function runSeries(entries: readonly JournalEntry[]): SeriesRecord[] {
  const endMs = entries.reduce((latest, { t }) => Math.max(latest, t), 0);
  const bucketMs = Math.max(1_000, Math.ceil(endMs / POINTS_MAX / 1_000) * 1_000);
  return [
    ...rates(entries, bucketMs, endMs, 'telemetry.received', 'telemetry at'),
    ...rates(entries, bucketMs, endMs, 'mqtt.received', 'devices at'),
    ...latencies(entries, bucketMs),
    ...samples(entries, 'uplink.backlog', 'messages', { plot: 'backlog', label: 'waiting in', unit: 'messages' }),
    ...samples(entries, 'process.sample', 'rssBytes', { plot: 'memory', label: '', unit: 'bytes' }),
    ...samples(entries, 'process.sample', 'loopDelayP99Ms', { plot: 'loop-delay', label: '', unit: 'ms' }),
  ].filter(({ points }) => points.length > 1);
}

/** Messages per second, one line for each place of receipt; a second without any is a zero, not a gap. */
function rates(entries: readonly JournalEntry[], bucketMs: number, endMs: number, type: string, label: string): SeriesRecord[] {
  const counts = new Map<string, Map<number, number>>();
  for (const { t, data, type: seen } of entries) {
    if (seen !== type) continue;
    const buckets = counts.get(textField(data, 'at')) ?? new Map<number, number>();
    counts.set(textField(data, 'at'), buckets);
    const bucket = Math.floor(t / bucketMs);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  return [...counts].map(([at, buckets]) => {
    const first = Math.min(...buckets.keys());
    const last = Math.floor(endMs / bucketMs);
    const points = Array.from({ length: Math.max(0, last - first) }, (_bucket, index): [number, number] => {
      const bucket = first + index;
      return [(bucket + 0.5) * bucketMs, ((buckets.get(bucket) ?? 0) * 1_000) / bucketMs];
    });
    return { plot: 'throughput', label: `${label} ${at}`, unit: 'msg/s', points };
  });
}

/** Median and 99th percentile of each bucket, one pair of lines for each place of receipt. */
function latencies(entries: readonly JournalEntry[], bucketMs: number): SeriesRecord[] {
  const values = new Map<string, Map<number, number[]>>();
  for (const { t, data, type } of entries) {
    const latencyMs = data['latencyMs'];
    if (type !== 'mqtt.received' || typeof latencyMs !== 'number') continue;
    const buckets = values.get(textField(data, 'at')) ?? new Map<number, number[]>();
    values.set(textField(data, 'at'), buckets);
    const bucket = Math.floor(t / bucketMs);
    const list = buckets.get(bucket);
    if (list === undefined) buckets.set(bucket, [latencyMs]);
    else list.push(latencyMs);
  }
  return [...values].flatMap(([at, buckets]) =>
    [0.5, 0.99].map((quantile) => ({
      plot: 'latency',
      label: `p${quantile * 100} at ${at}`,
      unit: 'ms',
      points: [...buckets].toSorted(([a], [b]) => a - b).map(([bucket, list]): [number, number] => [(bucket + 0.5) * bucketMs, quantileOf(list, quantile)]),
    })),
  );
}

function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * quantile) - 1)] ?? 0;
}

/** A sampled figure, one line for each source, thinned to what a plot can show. */
function samples(entries: readonly JournalEntry[], type: string, key: string, { plot, label, unit }: Pick<SeriesRecord, 'plot' | 'label' | 'unit'>): SeriesRecord[] {
  const bySource = new Map<string, [number, number][]>();
  for (const { t, source, data, type: seen } of entries) {
    const value = data[key];
    if (seen !== type || typeof value !== 'number') continue;
    const points = bySource.get(source);
    if (points === undefined) bySource.set(source, [[t, value]]);
    else points.push([t, value]);
  }
  return [...bySource].map(([source, points]) => {
    const step = Math.ceil(points.length / POINTS_MAX);
    return { plot, label: `${label} ${source}`.trim(), unit, points: points.filter((_point, index) => index % step === 0) };
  });
}
