import { build } from 'hdr-histogram-js';
import type { Judgement } from '../judgement.ts';
import { collectFindings } from './collect-findings.ts';
import { duringPhase } from './during-phase.ts';
import type { History } from './history.ts';
import type { LatencyParams } from './latency-limits.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, grouped, milliseconds } from './wording.ts';

/** One latency: when the message was received, how long it took, what it was. */
export interface LatencySample {
  readonly t: number;
  readonly latencyMs: number;
  readonly name: string;
}

const MICROSECONDS_PER_MILLISECOND = 1_000;
/** Longest latency the histogram tells apart, microseconds: one hour. Longer ones count as this. */
const LATENCY_US_MAX = 3_600_000_000;
/** A message cannot arrive before it was sent; more than this is two clocks that disagree, milliseconds. */
const CLOCK_SKEW_MS_MAX = 1;

/**
 * Judges latencies by their percentiles, from an HDR histogram of microseconds with 3 significant digits (a percentile is
 * told at most 0.1 % too high; the maximum is exact). Findings are the samples beyond the strictest limit that broke.
 */
export function judgeLatencies(history: History, samples: readonly LatencySample[], params: LatencyParams, missing: readonly string[]): Judgement {
  const stretch = duringPhase(history, params.during);
  if (stretch.kind === 'unknown') return makeJudgement('inconclusive', stretch.because);
  const inside = samples.filter(({ t }) => stretch.includes(t));
  const figures = figuresOf(inside);
  const amount = `${counted(inside.length, 'sample')}${stretch.text}`;
  if (inside.some(({ latencyMs }) => latencyMs < -CLOCK_SKEW_MS_MAX)) {
    return makeJudgement('inconclusive', 'messages arrived before they were sent: the clocks of sender and observer disagree', { figures });
  }
  if (inside.length < params.minSamples) {
    return makeJudgement('inconclusive', [`${amount}, at least ${grouped(params.minSamples)} needed`, ...missing].join('; '), { figures });
  }
  const limits = limitsOf(params);
  if (limits.length === 0) return makeJudgement('inconclusive', 'no limit was given: name p50, p99 or max', { figures });
  const told = limits.map(({ name, maxMs }) => ({ name, maxMs, valueMs: figures[`${name}Ms`] ?? Infinity }));
  const broken = told.filter(({ maxMs, valueMs }) => !(valueMs <= maxMs));
  const deciding = (broken.length > 0 ? broken : told).map(
    ({ name, maxMs, valueMs }) => `${name} ${milliseconds(valueMs)} against a limit of ${milliseconds(maxMs)}`,
  );
  const because = `${deciding.join(', ')}; ${amount}`;
  if (broken.length === 0) return makeJudgement('pass', because, { figures });
  const strictestMs = Math.min(...broken.map(({ maxMs }) => maxMs));
  const findings = collectFindings(history);
  for (const { t, latencyMs, name } of inside) {
    if (!(latencyMs <= strictestMs)) findings.add('late', t, `${name} took ${milliseconds(latencyMs)}`);
  }
  return makeJudgement('fail', because, { figures, findings: findings.all });
}

function limitsOf({ p50, p99, max }: LatencyParams): { name: string; maxMs: number }[] {
  return Object.entries({ p50, p99, max }).flatMap(([name, limit]) => (limit === undefined ? [] : [{ name, maxMs: limit.max }]));
}

function figuresOf(samples: readonly LatencySample[]): Record<string, number> {
  if (samples.length === 0) return { samples: 0 };
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: LATENCY_US_MAX, numberOfSignificantValueDigits: 3 });
  let maxMs = 0;
  for (const { latencyMs } of samples) {
    histogram.recordValue(Math.min(LATENCY_US_MAX, Math.max(0, Math.round(latencyMs * MICROSECONDS_PER_MILLISECOND))));
    maxMs = Math.max(maxMs, latencyMs);
  }
  // The histogram tells the upper edge of a bucket, which may lie beyond the greatest value that was recorded.
  const percentileMs = (percentile: number): number => Math.min(maxMs, histogram.getValueAtPercentile(percentile) / MICROSECONDS_PER_MILLISECOND);
  return { samples: samples.length, p50Ms: percentileMs(50), p90Ms: percentileMs(90), p99Ms: percentileMs(99), maxMs };
}
