import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import { aedesStorage, silentEmitter, STORED_SESSION_MARKER } from './aedes-storage.ts';
import type { AcceptedMessage, QualityOfService } from './broker-engine.ts';
import { connectRefusal } from './connect-checks.ts';
import type { MessageRouter } from './message-router.ts';
import { Refusal, refusalReason } from './refusal.ts';
import type { Session } from './session.ts';
import { isTopicFilter, isTopicName, TOPIC_LEVELS_MAX } from './topic-filter.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** A client that takes no bytes for this long is disconnected; nobody else waits for it. */
const DRAIN_TIMEOUT_MS = 60_000;
/** Packets that may arrive behind CONNECT before it is answered. */
const EARLY_PACKETS_MAX = 1_000;

/**
 * aedes 1.2.0 as protocol engine only: it parses, answers CONNECT and acknowledges. Its hooks hand every message to the
 * router, which retains, queues and delivers, because aedes' own ways break promises that the gateway makes (a QoS 2
 * PUBLISH twice in one segment is delivered twice; PUBACK leaves before the message is stored; queued and live messages
 * of a resumed session overtake each other; one slow reader stalls all).
 * @param refuse - Counts a connection that was ended by a bound or by malformed input.
 */
export function createAedes(router: MessageRouter, refuse: (reason: string) => void): Aedes {
  const sessions = new Map<string, { readonly client: Client; readonly session: Session }>();
  const sessionOf = (client: { readonly id: string }): Session | undefined => {
    const entry = sessions.get(client.id);
    return entry?.client === client ? entry.session : undefined;
  };
  const aedes = new Aedes({ ...hooks(router, sessionOf), ...bounds(), mq: silentEmitter(), persistence: aedesStorage(router, sessionOf) });
  aedes.on('client', (client) => sessions.set(client.id, { client, session: router.open(client.id, client.clean) }));
  aedes.on('clientReady', (client) => sessionOf(client)?.attach(client.conn));
  aedes.on('clientDisconnect', (client) => {
    const session = sessionOf(client);
    if (session === undefined) return;
    sessions.delete(client.id);
    router.leave(session);
  });
  aedes.on('subscribe', (subscriptions, client) => {
    const session = sessionOf(client);
    if (session === undefined) return;
    for (const { topic } of subscriptions) {
      // A filter beyond the client's bound was refused and is not there.
      const granted = session.filters.get(topic);
      if (granted !== undefined) router.sendRetained(session, topic, granted);
    }
  });
  aedes.on('unsubscribe', (filters, client) => {
    const session = sessionOf(client);
    if (session !== undefined) for (const filter of filters) router.unsubscribe(session, filter);
  });
  const count = (_client: Client, error: Error): void => {
    const reason = refusalReason(error);
    if (reason !== undefined) refuse(reason);
  };
  aedes.on('clientError', count);
  aedes.on('connectionError', count);
  return aedes;
}

function bounds(): AedesOptions {
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    queueLimit: EARLY_PACKETS_MAX,
    maxTopicLevels: TOPIC_LEVELS_MAX,
  };
}

function hooks(router: MessageRouter, sessionOf: (client: Client) => Session | undefined): AedesOptions {
  return {
    preConnect(client, packet, callback) {
      const refusal = connectRefusal(packet);
      if (refusal === undefined) {
        callback(null, true);
        return;
      }
      if (refusal.returnCode !== undefined) client.conn.write(connack(refusal.returnCode));
      callback(new Refusal(refusal.reason), false);
    },
    // Called in the order of arrival and before any acknowledgement, for wills too.
    authorizePublish(client, packet, callback) {
      callback(acceptPublish(router, client, client === null ? undefined : sessionOf(client), packet));
    },
    authorizeSubscribe(client, subscription, callback) {
      if (subscription === STORED_SESSION_MARKER) {
        callback(null, null);
        return;
      }
      const session = sessionOf(client);
      if (session === undefined || !isTopicFilter(subscription.topic)) {
        callback(new Refusal('malformed'));
        return;
      }
      callback(null, router.subscribe(session, subscription.topic, subscription.qos) ? subscription : null);
    },
  };
}

/** Accepts a PUBLISH, or a will, unless it is a QoS 2 message that was accepted before. @returns what ends the connection. */
function acceptPublish(router: MessageRouter, client: Client | null, session: Session | undefined, packet: PublishPacket): Refusal | null {
  const { topic, messageId, retain } = packet;
  // MQTT-2.3.1-1: identifier zero does not exist.
  if (!isTopicName(topic) || messageId === 0) return new Refusal('malformed');
  if (topic.startsWith('$SYS/')) return new Refusal('reserved-topic');
  const qos: QualityOfService = packet.qos;
  // A will has no identifier and comes once.
  if (qos === 2 && messageId !== undefined) {
    if (session === undefined) return new Refusal('no-session');
    if (!session.incoming.add(messageId)) return null;
  }
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  const message: AcceptedMessage = { topic, payload, qos, retain, clientId: client?.id };
  router.accept(message);
  return null;
}

/** A CONNACK packet without a session. @see MQTT 3.1.1, section 3.2 */
export function connack(returnCode: number): Uint8Array {
  return Uint8Array.of(0x20, 2, 0, returnCode);
}
