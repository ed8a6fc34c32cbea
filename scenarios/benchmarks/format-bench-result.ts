import type { BenchMetricResult, BenchResult } from './bench-result.ts';

/** A result as plain text: what, on which machine, who, and a table with a row for each metric. No colours, no tabs. */
export function formatBenchResult(result: BenchResult): string {
  const present = result.contenders.filter(({ version }) => version !== null);
  const lines = [
    `${result.name}: ${result.purpose}`,
    `machine     ${machineText(result.machine)}`,
    `contenders  ${present.map(({ name, version }) => `${name} ${version ?? ''}`).join(', ')}`,
    ...result.contenders.flatMap(({ missing }) => (missing === undefined ? [] : [`missing     ${missing}`])),
    `method      medians of ${result.runs} interleaved runs after ${result.warmUpRuns} for warm-up`,
    `ratio       fieldproof / peer within each run: median (lowest to highest)`,
    '',
    ...table(result.metrics, present),
  ];
  return `${lines.join('\n')}\n`;
}

function machineText({ cpu, cores, memoryBytes, platform, node }: BenchResult['machine']): string {
  return `${cpu}, ${cores} cores, ${(memoryBytes / 1_073_741_824).toFixed(1)} GiB, ${platform}, node ${node}`;
}

function table(metrics: readonly BenchMetricResult[], present: BenchResult['contenders']): string[] {
  const peers = present.filter(({ role }) => role === 'peer');
  const header = ['metric', 'unit', 'better', ...present.map(({ name }) => name), ...peers.map(({ name }) => `ratio to ${name}`)];
  const rows = metrics.map((metric) => [
    metric.label,
    metric.unit,
    metric.better,
    ...present.map(({ name }) => numberText(metric.values.find(({ contender }) => contender === name)?.median)),
    ...peers.map(({ name }) => ratioText(metric.ratios.find(({ peer }) => peer === name))),
  ]);
  return align([header, ...rows], 3);
}

/** Pads columns to equal width: the first `leftColumns` to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[], leftColumns: number): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < leftColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function ratioText(ratio: BenchMetricResult['ratios'][number] | undefined): string {
  return ratio === undefined ? '-' : `${ratio.median.toFixed(2)} (${ratio.minimum.toFixed(2)} to ${ratio.maximum.toFixed(2)})`;
}

/** Three significant digits; thousands apart above 1,000. */
function numberText(value: number | undefined): string {
  if (value === undefined) return '-';
  if (Math.abs(value) < 1_000) return String(Number(value.toPrecision(3)));
  return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US');
}
