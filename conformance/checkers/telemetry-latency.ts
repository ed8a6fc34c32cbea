import type { Checker } from './checker.ts';
import { judgeLatencies, type LatencySample } from './judge-latencies.ts';
import { latencyParams } from './latency-limits.ts';
import { telemetryStreams, type PointStream } from './telemetry-streams.ts';

/** Latency of telemetry, first arrivals only: publication by the gateway that polls to receipt by the observer. */
export const telemetryLatency: Checker<typeof latencyParams, 'telemetry.latency'> = {
  that: 'telemetry.latency',
  purpose: 'Reports of points reached the far end within the stated times after they were published.',
  params: latencyParams,
  check(history, params) {
    const { streams } = telemetryStreams(history, params.at);
    const samples = streams.flatMap(samplesOf);
    const untold = streams.some(({ arrivals, publications }) => arrivals.length > 0 && publications.length === 0);
    return judgeLatencies(history, samples, params, untold ? ['some gateway does not tell when it published'] : []);
  },
};

function samplesOf({ device, point, arrivals, publications }: PointStream): LatencySample[] {
  const waiting = new Map(publications.map(({ boot, n, t }) => [`${boot}/${n}`, t]));
  return arrivals.flatMap(({ boot, n, t }) => {
    const publishedMs = waiting.get(`${boot}/${n}`);
    // A redelivery says how long the link was away, not how long the message took: the first arrival stands.
    waiting.delete(`${boot}/${n}`);
    return publishedMs === undefined ? [] : [{ t, latencyMs: t - publishedMs, name: `${device} ${point} n ${n}` }];
  });
}
