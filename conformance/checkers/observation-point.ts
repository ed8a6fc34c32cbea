import type { RunTopology } from '../run-events.ts';
import type { History } from './history.ts';
import { mqttConnected, observerSubscribed, seen } from './journal-events.ts';

/** The last gateway of the uplink chain that begins at `gateway`; `gateway` itself when it has no uplink. */
export function farEndOf(topology: RunTopology, gateway: string): string {
  return pathFrom(topology, gateway).at(-1) ?? gateway;
}

/** The gateways that a message passes, beginning with `gateway`. A chain that leads back into itself ends there. */
export function pathFrom(topology: RunTopology, gateway: string): string[] {
  const path: string[] = [];
  let next: string | null = gateway;
  while (next !== null && !path.includes(next)) {
    const here: string = next;
    path.push(here);
    next = topology.gateways.find(({ id }) => id === here)?.uplinkTo ?? null;
  }
  return path;
}

/** Where each simulated client connected, by client id: the first gateway it reached. */
export function gatewaysOfClients(history: History): ReadonlyMap<string, string> {
  const gateways = new Map<string, string>();
  for (const { data } of seen(history, mqttConnected)) {
    if (!gateways.has(data.client)) gateways.set(data.client, data.at);
  }
  return gateways;
}

/** False when the way of messages that enter at `gateway` is known and does not lead past gateway `at`. */
export function mayPass(history: History, gateway: string | undefined, at: string): boolean {
  return gateway === undefined || history.topology === undefined || pathFrom(history.topology, gateway).includes(at);
}

/**
 * Where the messages that entered at `gateway` are judged: `at` when the scenario names it, else the far end of the chain.
 * Undefined when the journal does not tell.
 */
export function observationPoint(history: History, gateway: string | undefined, at: string | undefined): string | undefined {
  if (at !== undefined) return at;
  if (gateway === undefined || history.topology === undefined) return undefined;
  return farEndOf(history.topology, gateway);
}

/** From when on the observer at gateway `at` saw every message: -Infinity when the journal holds no instant. */
export function observedFromMs(history: History, at: string): number {
  return seen(history, observerSubscribed).find(({ data }) => data.at === at)?.t ?? -Infinity;
}

/** True when somebody listened at gateway `at`, whether or not anything came: only then is silence a loss. */
export function isObserved(history: History, at: string): boolean {
  return ['observer.subscribed', 'mqtt.received', 'telemetry.received'].some((type) => history.ofType(type).some(({ data }) => data['at'] === at));
}
