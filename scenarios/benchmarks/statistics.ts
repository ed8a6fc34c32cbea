import type { Spread } from './bench-result.ts';

/**
 * The value below or at which the fraction `rank` of the samples lies: the nearest-rank percentile.
 * @param rank - Above 0, at most 1; 0.5 of an odd number of samples is the median.
 * @returns NaN without samples.
 */
export function percentile(samples: readonly number[], rank: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? Number.NaN;
}

/** Median and extremes of some runs; undefined without any. */
export function spreadOf(samples: readonly number[]): Spread | undefined {
  if (samples.length === 0) return undefined;
  return { median: percentile(samples, 0.5), minimum: Math.min(...samples), maximum: Math.max(...samples), samples: [...samples] };
}
