import type { History } from './history.ts';
import { mqttAcked, mqttReceived, mqttSent, seen } from './journal-events.ts';
import { gatewaysOfClients, isObserved, mayPass, observationPoint } from './observation-point.ts';
import { listed } from './wording.ts';

/** One arrival of a message at its observer, in order of arrival. */
export interface Delivery {
  /** Its place in the journal: one process observes, so this is the order of arrival even within one millisecond. */
  readonly seq: number;
  readonly t: number;
  readonly qos: number;
}

/** One message of a simulated client, from hand-over to arrival. */
export interface DeviceMessage {
  readonly client: string;
  readonly n: number;
  /** As published. */
  readonly qos: number;
  readonly sentMs: number;
  /** When the broker nearby acknowledged it; Infinity when it never did. */
  readonly ackedMs: number;
  readonly deliveries: readonly Delivery[];
}

/** What arrived although nobody sent it. */
export interface Phantom extends Delivery {
  readonly client: string;
  readonly n: number;
}

export interface DeviceMessages {
  readonly messages: readonly DeviceMessage[];
  readonly phantoms: readonly Phantom[];
  /** What the journal lacks; a check that depends on it is inconclusive. */
  readonly missing: readonly string[];
}

/**
 * Joins what the clients sent with what reached the observer.
 * @param at - Judge at this gateway, and only clients whose way may lead past it. Undefined: at the far end of each chain.
 */
export function deviceMessages(history: History, at: string | undefined): DeviceMessages {
  const gateways = gatewaysOfClients(history);
  const messages = new Map<string, DeviceMessage & { ackedMs: number; deliveries: Delivery[] }>();
  const phantoms: Phantom[] = [];
  const unplaced = new Set<string>();
  const unobserved = new Set<string>();
  const placeOf = memoized((client: string) => observationPoint(history, gateways.get(client), at));
  const observed = memoized((place: string) => isObserved(history, place));
  for (const { t, data } of seen(history, mqttSent)) {
    const place = placeOf(data.client);
    if (at !== undefined && !mayPass(history, gateways.get(data.client), at)) continue;
    if (place === undefined) unplaced.add(data.client);
    else if (!observed(place)) unobserved.add(place);
    else messages.set(`${data.client}/${data.n}`, { ...data, sentMs: t, ackedMs: Infinity, deliveries: [] });
  }
  for (const { t, data } of seen(history, mqttAcked)) {
    const message = messages.get(`${data.client}/${data.n}`);
    if (message !== undefined) message.ackedMs = Math.min(message.ackedMs, t);
  }
  for (const { seq, t, data } of seen(history, mqttReceived)) {
    if (data.at !== (placeOf(data.client) ?? data.at)) continue;
    const message = messages.get(`${data.client}/${data.n}`);
    if (message !== undefined) message.deliveries.push({ seq, t, qos: data.qos });
    else if (!unplaced.has(data.client)) phantoms.push({ client: data.client, n: data.n, seq, t, qos: data.qos });
  }
  const missing: string[] = [];
  if (unplaced.size > 0) missing.push(`the journal does not tell where messages of ${listed([...unplaced])} should arrive`);
  if (unobserved.size > 0) missing.push(`nobody observed at ${listed([...unobserved])}`);
  if (!Number.isFinite(history.quiescedMs)) missing.push('the run was never quiesced, so its end cannot be judged');
  return { messages: [...messages.values()], phantoms, missing };
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, { readonly value: Value }>();
  return (key) => {
    const made = known.get(key) ?? { value: make(key) };
    known.set(key, made);
    return made.value;
  };
}
