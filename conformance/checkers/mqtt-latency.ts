import type { Checker } from './checker.ts';
import { judgeLatencies, type LatencySample } from './judge-latencies.ts';
import { latencyParams } from './latency-limits.ts';
import type { History } from './history.ts';
import { mqttReceived, seen } from './journal-events.ts';
import { gatewaysOfClients, observationPoint } from './observation-point.ts';
import { listed } from './wording.ts';

/** Latency of the messages of simulated clients, every delivery counted: hand-over at the client to receipt by the observer. */
export const mqttLatency: Checker<typeof latencyParams, 'mqtt.latency'> = {
  that: 'mqtt.latency',
  purpose: 'Messages of devices reached the far end within the stated times.',
  params: latencyParams,
  check(history, params) {
    const { samples, missing } = samplesOf(history, params.at);
    return judgeLatencies(history, samples, params, missing);
  },
};

function samplesOf(history: History, at: string | undefined): { samples: LatencySample[]; missing: string[] } {
  const gateways = gatewaysOfClients(history);
  const unplaced = new Set<string>();
  const samples = seen(history, mqttReceived).flatMap(({ t, data }): LatencySample[] => {
    const place = observationPoint(history, gateways.get(data.client), at);
    if (place === undefined) unplaced.add(data.client);
    return place === data.at ? [{ t, latencyMs: data.latencyMs, name: `${data.client} n ${data.n}` }] : [];
  });
  return { samples, missing: unplaced.size === 0 ? [] : [`the journal does not tell where messages of ${listed([...unplaced])} should arrive`] };
}
