import type { FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { join } from 'node:path';
import { BENCHMARKS } from './benchmark-table.ts';
import type { BenchResult } from './bench-result.ts';
import type { Benchmark } from './benchmark.ts';
import { runBenchmark } from './run-benchmark.ts';

export interface RunBenchmarksDeps {
  readonly clock: FineClock;
  /** Takes a line about the progress, for people. */
  readonly report: (line: string) => void;
  /** The built command line; default: that of this package's `dist`. */
  readonly cliEntry?: string;
}

/**
 * Runs benchmarks one after another.
 * @param names - From `BENCHMARKS`, or what several names begin with (`broker` for `broker-fan-in` and its like); none means all.
 * @throws FieldproofError FP_USAGE for an unknown name, before anything has run. A peer that is missing is part of the result.
 */
export async function runBenchmarks(names: readonly string[], deps: RunBenchmarksDeps): Promise<BenchResult[]> {
  const { clock, report, cliEntry = join(packageRoot(), 'dist', 'scenarios', 'cli', 'fieldproof.js') } = deps;
  const chosen = names.length === 0 ? BENCHMARKS : names.flatMap(benchmarksNamed);
  const results: BenchResult[] = [];
  for (const benchmark of chosen) results.push(await runBenchmark(benchmark, { clock, cliEntry }, report));
  return results;
}

function benchmarksNamed(name: string): readonly Benchmark[] {
  const known = BENCHMARKS.map((benchmark) => benchmark.name);
  const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
  if (benchmark !== undefined) return [benchmark];
  const group = BENCHMARKS.filter((candidate) => candidate.name.startsWith(`${name}-`));
  if (group.length > 0) return group;
  const nearest = nearestWord(name, known);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  throw new FieldproofError('FP_USAGE', `no benchmark "${name}"${suggestion}`, { hint: `Benchmarks: ${known.join(', ')}.` });
}
