import { topicNameFault } from '../../protocols/mqtt/topic.ts';
import { NO_PROPERTIES } from '../../protocols/mqtt/properties.ts';
import type { Clock, FineClock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import { tappedPeer } from '../../transport/tapped-link.ts';
import type { ByteLink, LinkListener } from '../../transport/byte-link.ts';
import { listenTcp, type TcpPeer } from '../../transport/tcp-link.ts';
import { listenWebSocket } from '../../transport/websocket-listener.ts';
import type { WireTap } from '../../transport/wire-tap.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { BrokerEngine, BrokerMessage } from './broker-engine.ts';
import { createCoreBroker } from './core/core-broker.ts';
import { endOfTurnOf } from './core/end-of-turn.ts';
import type { Message } from './core/message.ts';
import { isTopicName } from './topic-filter.ts';

/** Bounds of the engine, as `broker` in the configuration states them. */
export type CoreEngineOptions = Pick<GatewayConfig['broker'], 'packetBytesMax' | 'connectionsMax' | 'queuedMessagesMax'>;

export interface CoreEngineDeps {
  readonly clock: Clock | FineClock;
  readonly random: Random;
  readonly log: Logger;
  /** A capture of every connection, under this name. */
  readonly wire?: WireTap | undefined;
  readonly place?: string;
}

/** Of MQTT over WebSocket (section 6 of both versions). */
const SUBPROTOCOL = 'mqtt';

/** The broker engine of our own: MQTT 3.1.1 and 5.0 over TCP and WebSocket, everything in memory. `refused`: see `core/counters.ts`. */
export function createCoreEngine(options: CoreEngineOptions, deps: CoreEngineDeps): BrokerEngine {
  const { packetBytesMax, connectionsMax, queuedMessagesMax } = options;
  const bounds = { packetBytesMax, connectionsMax, queuedMessagesMax, absentSessionsMax: connectionsMax };
  const broker = createCoreBroker(bounds, { ...deps, endOfTurn: endOfTurnOf(deps.clock) });
  const listeners: LinkListener[] = [];
  const attach = (link: ByteLink, peer: TcpPeer): void => broker.attach(tappedPeer(link, peer, { place: deps.place ?? 'mqtt', protocol: 'mqtt' }, deps.wire));
  const listening = (listener: LinkListener): { port: number } => {
    listeners.push(listener);
    return { port: listener.port };
  };
  return {
    name: 'core',
    listen: async (host, port) => listening(await listenTcp({ host, port }, attach)),
    async listenWebSocket(host, port) {
      // A message may hold several packets (MQTT-6.0.0-2), so the bound on one packet would be too narrow.
      const webSockets = { connectionsMax, messageBytesMax: 2 * packetBytesMax };
      return listening(await listenWebSocket({ host, port }, SUBPROTOCOL, (link, offer, peer) => {
        // MQTT-6.0.0-3
        if (offer.protocols.includes(SUBPROTOCOL)) attach(link, peer);
        else void link.close();
      }, webSockets));
    },
    publish(message) {
      if (!isPublishable(message)) return Promise.reject(new FieldproofError('FP_INTERNAL', `"${message.topic}" is no topic to publish to`));
      return broker.publish({ ...message, properties: NO_PROPERTIES });
    },
    onAccepted: (listen) => broker.onAccepted((message: Message) => listen({ ...message, clientId: message.publisherId })),
    stats: () => broker.counts(),
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await broker.stop();
    },
  };
}

/** Half of a surrogate pair has no UTF-8 (MQTT-1.5.4-1). */
function isPublishable({ topic }: BrokerMessage): boolean {
  return isTopicName(topic) && topicNameFault(topic) === undefined && !/\p{Surrogate}/u.test(topic);
}
