import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { BenchMetricResult, BenchResult } from './bench-result.ts';
import type { BenchDeps, Benchmark, Contender, Metric, OpenContender, Sample } from './benchmark.ts';
import { machineFacts } from './machine-facts.ts';
import { spreadOf } from './statistics.ts';

interface Entry {
  readonly contender: Contender;
  readonly opened: OpenContender | undefined;
  readonly missing: string | undefined;
  readonly samples: Sample[];
}

/**
 * Measures the contenders in turn, run by run, each second run in the opposite order: a machine that drifts, or a
 * neighbour that wakes up, then hits all of them. Ratios are made within each run.
 * @throws FieldproofError what a contender throws, except FP_BENCH_PEER_MISSING.
 */
export async function runBenchmark(benchmark: Benchmark, deps: BenchDeps, report: (line: string) => void): Promise<BenchResult> {
  const { clock } = deps;
  const startedAt = new Date(clock.wallMs()).toISOString();
  const startMs = clock.nowMs();
  const entries: Entry[] = [];
  try {
    for (const contender of benchmark.contenders) entries.push(await openEntry(contender, deps, report));
    for (let run = -benchmark.warmUpRuns; run < benchmark.runs; run += 1) {
      report(`${benchmark.name}: ${run < 0 ? 'warm-up' : `run ${run + 1} of ${benchmark.runs}`}`);
      for (const entry of run % 2 === 0 ? entries : entries.toReversed()) {
        const sample = await entry.opened?.measure();
        if (sample !== undefined && run >= 0) entry.samples.push(sample);
      }
    }
  } finally {
    for (const { opened } of entries) await opened?.close();
  }
  return {
    schemaVersion: 1,
    name: benchmark.name,
    purpose: benchmark.purpose,
    startedAt,
    durationMs: clock.nowMs() - startMs,
    machine: machineFacts(),
    warmUpRuns: benchmark.warmUpRuns,
    runs: benchmark.runs,
    contenders: entries.map(({ contender, opened, missing }) => ({
      name: contender.name,
      role: contender.role,
      version: opened?.version ?? null,
      ...(missing === undefined ? {} : { missing }),
    })),
    metrics: benchmark.metrics.map((metric) => metricResult(metric, entries)),
  };
}

async function openEntry(contender: Contender, deps: BenchDeps, report: (line: string) => void): Promise<Entry> {
  try {
    return { contender, opened: await contender.open(deps), missing: undefined, samples: [] };
  } catch (thrown) {
    if (!(thrown instanceof FieldproofError) || thrown.code !== 'FP_BENCH_PEER_MISSING') throw thrown;
    report(`${contender.name} is left out: ${thrown.message}`);
    return { contender, opened: undefined, missing: thrown.message, samples: [] };
  }
}

function metricResult(metric: Metric, entries: readonly Entry[]): BenchMetricResult {
  const ours = entries.find(({ contender }) => contender.role === 'ours');
  const values = entries.flatMap(({ contender, samples }) => {
    const spread = spreadOf(samples.flatMap((sample) => sample[metric.key] ?? []));
    return spread === undefined ? [] : [{ contender: contender.name, ...spread }];
  });
  const ratios = entries.flatMap((entry) => {
    const spread = entry === ours || ours === undefined ? undefined : spreadOf(runRatios(metric.key, ours, entry));
    return spread === undefined ? [] : [{ peer: entry.contender.name, ...spread }];
  });
  return { ...metric, values, ratios };
}

/** Ours divided by the peer's of the same run, where both have the number. */
function runRatios(key: string, ours: Entry, peer: Entry): number[] {
  return ours.samples.flatMap((sample, run) => {
    const own = sample[key];
    const other = peer.samples[run]?.[key];
    return own === undefined || other === undefined || other === 0 ? [] : [own / other];
  });
}
