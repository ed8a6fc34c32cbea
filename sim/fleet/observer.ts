import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { MqttSession } from '../../hil/transport/mqtt-session.ts';
import { decodeArrival } from './decode-arrival.ts';
import { CONNECT_TIMEOUT_MS, KEEPALIVE_MS, RECONNECT, type FleetDeps } from './fleet-deps.ts';
import type { ObserverOptions } from './fleet-options.ts';

/** A client that subscribes at one gateway and tells of every message that arrives. */
export interface Observer {
  readonly received: number;
  readonly unexpected: number;
  readonly connected: boolean;
  stop(): Promise<void>;
}

/** Longest wait for a connection, and then for the subscriptions, milliseconds. */
const START_TIMEOUT_MS = 10_000;
/** Of a topic that no rule explains, this much goes into the journal. */
const TOPIC_CHARACTERS_SHOWN = 256;
const CLIENT_ID_DIGITS = 8;

/**
 * Connects and subscribes. The session is persistent: what arrives at the broker while the connection is down is
 * delivered later.
 * @returns When the broker has granted the subscriptions.
 * @throws FieldproofError FP_LINK_OPEN when the broker refuses them, or does not answer within 10 s.
 */
export async function startObserver(options: ObserverOptions, deps: FleetDeps): Promise<Observer> {
  const { id: at, url } = options;
  const random = deps.random.child(`observer/${at}`);
  const client = `observer-${at}-${random.child('client-id').seedHex.slice(0, CLIENT_ID_DIGITS)}`;
  const observe = deps.observerFor(`observer-${at}`);
  const identity = { url, clientId: client, protocolVersion: options.protocolVersion, keepaliveMs: KEEPALIVE_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const sessionDeps = { clock: deps.clock, random };
  // A broker that outlives runs may hold messages of an earlier run for this client id.
  const blank = deps.openSession({ ...identity, clean: true, reconnect: RECONNECT }, sessionDeps);
  await inTime(connection(blank), blank, options, deps.clock);
  await blank.end();
  const session = deps.openSession({ ...identity, clean: false, reconnect: RECONNECT }, sessionDeps);
  const tally = { received: 0, unexpected: 0 };
  session.onMessage(({ topic, payload, qos, dup }) => {
    tally.received += 1;
    if (!tellArrival(at, topic, payload, qos, dup, deps.clock, observe)) tally.unexpected += 1;
  });
  session.onConnected(() => observe('mqtt.connected', { client, at }));
  session.onClosed((reason) => observe('mqtt.closed', { client, at, reason }));
  await inTime(session.subscribe(options.filters.map((filter) => ({ filter, qos: options.qos }))), session, options, deps.clock);
  observe('observer.subscribed', { at });
  return {
    get received() {
      return tally.received;
    },
    get unexpected() {
      return tally.unexpected;
    },
    get connected() {
      return session.connected;
    },
    async stop() {
      await session.end();
      // Leaves nothing behind: a broker would go on queueing for the session that was persistent.
      const last = deps.openSession({ ...identity, clean: true }, sessionDeps);
      await new Promise<void>((resolve) => {
        last.onConnected(() => resolve());
        last.onClosed(() => resolve());
      });
      await last.end();
    },
  };
}

function connection(session: MqttSession): Promise<void> {
  return new Promise((resolve) => session.onConnected(() => resolve()));
}

/** Waits for a step of the start; when it fails or takes too long, the session is given up. */
async function inTime(step: Promise<void>, session: MqttSession, { id: at, url }: ObserverOptions, clock: Clock): Promise<void> {
  const giveUp = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(clock, START_TIMEOUT_MS, giveUp.signal);
    throw new FieldproofError('FP_LINK_OPEN', `no answer within ${START_TIMEOUT_MS} ms`);
  };
  try {
    await Promise.race([step, late()]);
  } catch (cause) {
    session.abort();
    throw new FieldproofError('FP_LINK_OPEN', `the observer at ${at} got no subscription from ${url}: ${messageOf(cause)}`, { cause });
  } finally {
    giveUp.abort();
  }
}

/** @returns false when no rule explains the message. */
function tellArrival(at: string, topic: string, bytes: Uint8Array, qos: number, dup: boolean, clock: Clock, observe: Observe): boolean {
  const arrival = decodeArrival(topic, bytes);
  if (arrival.kind === 'telemetry') {
    const { v, n, t, b } = arrival.payload;
    observe('telemetry.received', { at, device: arrival.device, point: arrival.point, n, boot: b, v, wallMs: t, qos, dup });
  } else if (arrival.kind === 'device') {
    const { c, n, t } = arrival.payload;
    observe('mqtt.received', { at, client: c, n, qos, dup, latencyMs: Math.round((clock.nowMs() - t) * 1_000) / 1_000 });
  } else {
    observe('mqtt.unexpected', { at, topic: topic.slice(0, TOPIC_CHARACTERS_SHOWN), bytes: bytes.byteLength, reason: arrival.reason });
  }
  return arrival.kind !== 'unexpected';
}
