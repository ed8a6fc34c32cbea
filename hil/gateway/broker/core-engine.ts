import { topicNameFault } from '../../protocols/mqtt/topic.ts';
import { NO_PROPERTIES } from '../../protocols/mqtt/properties.ts';
import type { Clock, FineClock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Observe } from '../../runtime/observation.ts';
import type { Random } from '../../runtime/random.ts';
import type { ByteLink, LinkListener } from '../../transport/byte-link.ts';
import { tappedPeer } from '../../transport/tapped-link.ts';
import { listenTcp, type TcpPeer } from '../../transport/tcp-link.ts';
import { listenWebSocket, type WebSocketOffer } from '../../transport/websocket-listener.ts';
import type { WireTap } from '../../transport/wire-tap.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { BrokerEngine, BrokerMessage } from './broker-engine.ts';
import { MEMORY_STORE, type BrokerStore } from './core/broker-store.ts';
import { createCoreBroker } from './core/core-broker.ts';
import { endOfTurnOf } from './core/end-of-turn.ts';
import type { Message } from './core/message.ts';
import { openBrokerStore, type BrokerStoreOptions, type OpenedBrokerStore } from './store/open-broker-store.ts';
import { isTopicName } from './topic-filter.ts';

/** Bounds of the engine, as `broker` in the configuration states them. Without a store everything is in memory. */
export type CoreEngineOptions = Pick<GatewayConfig['broker'], 'packetBytesMax' | 'connectionsMax' | 'queuedMessagesMax'> &
  Partial<Pick<GatewayConfig['broker'], 'store'>>;

export interface CoreEngineDeps {
  readonly clock: Clock | FineClock;
  readonly random: Random;
  readonly log: Logger;
  /** A capture of every connection, under this name. */
  readonly wire?: WireTap | undefined;
  readonly place?: string;
  /** For the journal: what the store tells. */
  readonly observe?: Observe;
  /** How the store is opened; the default is LevelDB. */
  readonly openStore?: (options: BrokerStoreOptions) => Promise<OpenedBrokerStore>;
}

/** The broker engine of our own: MQTT 3.1.1 and 5.0 over TCP and WebSocket. `refused`: see `core/counters.ts`. */
export function createCoreEngine(options: CoreEngineOptions, deps: CoreEngineDeps): BrokerEngine {
  const { packetBytesMax, connectionsMax, queuedMessagesMax } = options;
  const bounds = { packetBytesMax, connectionsMax, queuedMessagesMax, absentSessionsMax: connectionsMax };
  const { openStore = (kept: BrokerStoreOptions) => openBrokerStore(kept, deps) } = deps;
  const kept = keptStore(options.store);
  let store: OpenedBrokerStore | undefined;
  const broker = createCoreBroker(bounds, { ...deps, store: kept === undefined ? MEMORY_STORE : whenOpen(() => store), endOfTurn: endOfTurnOf(deps.clock) });
  const listeners: LinkListener[] = [];
  const tapped = (link: ByteLink, peer: TcpPeer): void => broker.attach(tappedPeer(link, peer, { place: deps.place ?? 'mqtt', protocol: 'mqtt' }, deps.wire));
  // MQTT-6.0.0-3: a client offers the sub-protocol mqtt.
  const accepted = (link: ByteLink, { protocols }: WebSocketOffer, peer: TcpPeer): void => (protocols.includes('mqtt') ? tapped(link, peer) : void link.close());
  return {
    name: 'core',
    async listen(host, port) {
      if (kept !== undefined) {
        store = await openStore(kept);
        broker.recover(store.recovered);
      }
      const listener = await listenTcp({ host, port }, tapped);
      listeners.push(listener);
      return { port: listener.port };
    },
    async listenWebSocket(host, port) {
      const listener = await listenWebSocket({ host, port }, 'mqtt', accepted, { connectionsMax });
      listeners.push(listener);
      return { port: listener.port };
    },
    publish(message) {
      if (!isPublishable(message)) return Promise.reject(new FieldproofError('FP_INTERNAL', `"${message.topic}" is no topic to publish to`));
      return broker.publish({ ...message, properties: NO_PROPERTIES });
    },
    onAccepted: (listen) => broker.onAccepted((message: Message) => listen({ ...message, clientId: message.publisherId })),
    stats: () => ({ ...broker.counts(), store: store?.stats() }),
    async close() {
      const closed = Promise.all(listeners.map((listener) => listener.close()));
      await broker.stop();
      await closed;
      await store?.close();
    },
  };
}

/** The store that the configuration asks for; undefined for memory. */
function keptStore(given: CoreEngineOptions['store']): BrokerStoreOptions | undefined {
  if (given?.path === undefined || given.policy === 'memory') return undefined;
  const { path, policy = 'os', bytesMax, messagesMax } = given;
  return { path, policy, bytesMax, messagesMax };
}

/** The store is opened when the engine begins to listen; before that nothing can be stored. */
function whenOpen(store: () => OpenedBrokerStore | undefined): BrokerStore {
  return {
    record: (change) => store()?.record(change),
    commit: () => store()?.commit(),
    obstacle: () => store()?.obstacle?.(),
  };
}

/** Half of a surrogate pair has no UTF-8 (MQTT-1.5.4-1). */
function isPublishable({ topic }: BrokerMessage): boolean {
  return isTopicName(topic) && topicNameFault(topic) === undefined && !/\p{Surrogate}/u.test(topic);
}
