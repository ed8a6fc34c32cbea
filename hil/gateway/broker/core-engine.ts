import { topicNameFault } from '../../protocols/mqtt/topic.ts';
import { NO_PROPERTIES } from '../../protocols/mqtt/properties.ts';
import type { Clock, FineClock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import type { LinkListener } from '../../transport/byte-link.ts';
import { tappedPeer } from '../../transport/tapped-link.ts';
import { listenTcp } from '../../transport/tcp-link.ts';
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
  /** How the store is opened; the default is LevelDB. */
  readonly openStore?: (options: BrokerStoreOptions) => Promise<OpenedBrokerStore>;
}

/** The broker engine of our own: MQTT 3.1.1 and 5.0 over TCP. `refused`: see `core/counters.ts`. */
export function createCoreEngine(options: CoreEngineOptions, deps: CoreEngineDeps): BrokerEngine {
  const { packetBytesMax, connectionsMax, queuedMessagesMax } = options;
  const bounds = { packetBytesMax, connectionsMax, queuedMessagesMax, absentSessionsMax: connectionsMax };
  const { openStore = (kept: BrokerStoreOptions) => openBrokerStore(kept, deps) } = deps;
  const kept = keptStore(options.store);
  let store: OpenedBrokerStore | undefined;
  const broker = createCoreBroker(bounds, { ...deps, store: kept === undefined ? MEMORY_STORE : whenOpen(() => store), endOfTurn: endOfTurnOf(deps.clock) });
  let listener: LinkListener | undefined;
  return {
    name: 'core',
    async listen(host, port) {
      if (kept !== undefined) {
        store = await openStore(kept);
        broker.recover(store.recovered);
      }
      listener = await listenTcp({ host, port }, (link, peer) => broker.attach(tappedPeer(link, peer, { place: deps.place ?? 'mqtt', protocol: 'mqtt' }, deps.wire)));
      return { port: listener.port };
    },
    publish(message) {
      if (!isPublishable(message)) return Promise.reject(new FieldproofError('FP_INTERNAL', `"${message.topic}" is no topic to publish to`));
      return broker.publish({ ...message, properties: NO_PROPERTIES });
    },
    onAccepted: (listen) => broker.onAccepted((message: Message) => listen({ ...message, clientId: message.publisherId })),
    stats: () => ({ ...broker.counts(), store: store?.stats() }),
    async close() {
      await listener?.close();
      await broker.stop();
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
