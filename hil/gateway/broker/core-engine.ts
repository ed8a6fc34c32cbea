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

/** The broker engine of our own: MQTT 3.1.1 and 5.0 over TCP, everything in memory. `refused`: see `core/counters.ts`. */
export function createCoreEngine(options: CoreEngineOptions, deps: CoreEngineDeps): BrokerEngine {
  const { packetBytesMax, connectionsMax, queuedMessagesMax } = options;
  const bounds = { packetBytesMax, connectionsMax, queuedMessagesMax, absentSessionsMax: connectionsMax };
  const broker = createCoreBroker(bounds, { ...deps, endOfTurn: endOfTurnOf(deps.clock) });
  let listener: LinkListener | undefined;
  return {
    name: 'core',
    async listen(host, port) {
      listener = await listenTcp({ host, port }, (link, peer) => broker.attach(tappedPeer(link, peer, { place: deps.place ?? 'mqtt', protocol: 'mqtt' }, deps.wire)));
      return { port: listener.port };
    },
    publish(message) {
      if (!isPublishable(message)) return Promise.reject(new FieldproofError('FP_INTERNAL', `"${message.topic}" is no topic to publish to`));
      return broker.publish({ ...message, properties: NO_PROPERTIES });
    },
    onAccepted: (listen) => broker.onAccepted((message: Message) => listen({ ...message, clientId: message.publisherId })),
    stats: () => broker.counts(),
    async close() {
      await listener?.close();
      await broker.stop();
    },
  };
}

/** Half of a surrogate pair has no UTF-8 (MQTT-1.5.4-1). */
function isPublishable({ topic }: BrokerMessage): boolean {
  return isTopicName(topic) && topicNameFault(topic) === undefined && !/\p{Surrogate}/u.test(topic);
}
