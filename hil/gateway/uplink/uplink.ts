import { sleep, type Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Observe } from '../../runtime/observation.ts';
import type { Random } from '../../runtime/random.ts';
import type { openMqttSession } from '../../transport/mqtt-session.ts';
import type { AcceptedMessage, BrokerMessage } from '../broker/broker-engine.ts';
import type { UplinkConfig } from '../config/gateway-config.ts';
import { createFarLink } from './far-link.ts';
import { forwardQos } from './forward-rules.ts';
import { InFlightWindow } from './in-flight-window.ts';
import { StoreAndForward } from './store-and-forward.ts';
import { createUplinkReports } from './uplink-reports.ts';

/**
 * Why a message will never arrive: the store was full; store and forward is off and the link was down; the far broker
 * refused it; it was on its way at QoS 0 when the link was cut; it was still stored when the gateway stopped.
 */
export const UPLINK_DROP_REASONS = ['full', 'off', 'refused', 'lost', 'stopped'] as const;
export type UplinkDropReason = (typeof UPLINK_DROP_REASONS)[number];

/** Connections in a row that end without one acknowledgement, before the oldest message in flight is held to be the cause. */
export const BARREN_CONNECTIONS_MAX = 10;

export interface UplinkStats {
  readonly isUp: boolean;
  /** Whether messages are kept while the link is down. */
  readonly isStoring: boolean;
  /** Messages and bytes that wait, those in flight excluded. */
  readonly messages: number;
  readonly bytes: number;
  readonly inFlight: number;
  /** Acknowledged by the far broker since start. */
  readonly forwarded: number;
  readonly dropped: Readonly<Record<UplinkDropReason, number>>;
}

/** Forwards what the broker accepts to a broker further up. */
export interface Uplink {
  /** Takes a message if a rule of `forward` matches it. Never throws, never blocks. */
  offer(message: AcceptedMessage): void;
  start(): void;
  /**
   * Takes no more messages, lets what is stored go up for at most `drainMs` milliseconds while the link is up, and ends
   * the session. What is stored then is dropped and said.
   */
  stop(drainMs: number): Promise<void>;
  stats(): UplinkStats;
}

export interface UplinkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  readonly log: Logger;
  readonly openSession: typeof openMqttSession;
}

/**
 * One queue, one session, so one order: messages leave in the order in which they were offered, and the session sends
 * again in that order after a reconnect (MQTT 3.1.1 section 4.6). QoS 2 arrives exactly once, QoS 1 at least once. A
 * QoS 0 message that goes up at QoS 0 is stored like the others while the link is down, but is not sent again: a cut
 * may lose it on its way, never reorder it.
 *
 * A broker of MQTT 3.1.1 can refuse a message only by ending the connection. The message would come first again after
 * each reconnect and block all behind it, so after `BARREN_CONNECTIONS_MAX` connections without progress it is dropped
 * (`refused`) and the rest is sent in a new session; only then may a QoS 2 message arrive twice.
 */
export function createUplink(config: UplinkConfig, gatewayId: string, deps: UplinkDeps): Uplink {
  const { clock, observe, log } = deps;
  const isStoring = config.storeAndForward.enabled;
  const store = new StoreAndForward(config.storeAndForward);
  const window = new InFlightWindow(config.storeAndForward.inFlightMax);
  const dropped: Record<UplinkDropReason, number> = { full: 0, off: 0, refused: 0, lost: 0, stopped: 0 };
  let forwarded = 0;
  let forwardedAtConnect = 0;
  let barrenConnections = 0;
  let isStopping = false;
  let drained: AbortController | undefined;

  const link = createFarLink((clean) => deps.openSession(sessionOptions(config, gatewayId, clean), deps), { onUp, onDown }, log);
  const stats = (): UplinkStats => ({
    isUp: link.isUp,
    isStoring,
    messages: store.messages + window.returned,
    bytes: store.bytes,
    inFlight: window.size,
    forwarded,
    dropped: { ...dropped },
  });
  const reports = createUplinkReports(clock, observe, stats);

  const drop = (message: BrokerMessage, reason: UplinkDropReason): void => {
    dropped[reason] += 1;
    // Each drop is observed; the log says it once, for whoever reads only that.
    if (reason === 'full' && dropped.full === 1) log.warn('the uplink store is full, oldest messages are dropped', { code: 'FP_UPLINK_BACKLOG_FULL' });
    const droppedTotal = UPLINK_DROP_REASONS.reduce((sum, each) => sum + dropped[each], 0);
    observe('uplink.dropped', { topic: message.topic, reason, droppedTotal });
  };
  const dropStored = (reason: UplinkDropReason): void => {
    for (let message = store.take(); message !== undefined; message = store.take()) drop(message, reason);
  };

  const pump = (): void => {
    while (link.isUp && window.hasRoom) {
      const message = window.takeReturned() ?? store.take();
      if (message === undefined) break;
      void send(message);
    }
    reports.changed();
    if (!link.isUp || window.size === 0) drained?.abort();
  };
  const send = async (message: BrokerMessage): Promise<void> => {
    const settle = window.add(message);
    try {
      await link.publish(message);
    } catch (cause) {
      if (!settle() || isStopping) return;
      log.warn('a message was not taken by the far broker', { topic: message.topic, qos: message.qos, cause: messageOf(cause) });
      drop(message, message.qos === 0 ? 'lost' : 'refused');
      pump();
      return;
    }
    if (!settle()) return;
    forwarded += 1;
    pump();
  };

  function onUp(): void {
    forwardedAtConnect = forwarded;
    observe('uplink.connected', { url: config.url });
    pump();
  }

  function onDown(reason: string): void {
    observe('uplink.lost', { reason });
    if (!isStoring) dropStored('off');
    reports.changed();
    drained?.abort();
    const isBarren = window.size > 0 && forwarded === forwardedAtConnect;
    barrenConnections = isBarren ? barrenConnections + 1 : 0;
    if (barrenConnections < BARREN_CONNECTIONS_MAX || isStopping) return;
    barrenConnections = 0;
    const refused = window.giveUpOldest();
    if (refused !== undefined) drop(refused, 'refused');
    link.restart();
  }

  return {
    stats,
    start: () => link.start(),
    offer(message) {
      const qos = isStopping ? undefined : forwardQos(config.forward, message);
      if (qos === undefined) return;
      const { topic, payload, retain } = message;
      const upward: BrokerMessage = { topic, payload, qos, retain };
      if (isStoring || link.isUp) for (const lost of store.push(upward)) drop(lost, 'full');
      else drop(upward, 'off');
      pump();
    },
    async stop(drainMs) {
      isStopping = true;
      if (link.isUp && window.size > 0) {
        drained = new AbortController();
        await sleep(clock, drainMs, drained.signal);
      }
      if (window.size > 0) log.warn('stopped before the far broker acknowledged all', { inFlight: window.size });
      await link.close();
      for (let message = window.takeReturned(); message !== undefined; message = window.takeReturned()) drop(message, 'stopped');
      dropStored('stopped');
      reports.close();
    },
  };
}

function sessionOptions(config: UplinkConfig, gatewayId: string, clean: boolean): Parameters<typeof openMqttSession>[0] {
  return {
    url: config.url,
    clientId: config.clientId ?? gatewayId,
    protocolVersion: 4,
    clean,
    keepaliveMs: config.keepalive,
    connectTimeoutMs: config.connectTimeout,
    reconnect: { minimumMs: config.reconnect.minimum, maximumMs: config.reconnect.maximum },
  };
}
