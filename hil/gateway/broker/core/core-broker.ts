import type { Clock } from '../../../runtime/clock.ts';
import { silentLogger, type Logger } from '../../../runtime/log.ts';
import type { Random } from '../../../runtime/random.ts';
import type { ByteLink } from '../../../transport/byte-link.ts';
import { OPEN_ACCESS, type AccessControl } from './access-control.ts';
import type { BrokerParts } from './broker-parts.ts';
import { MEMORY_STORE, type BrokerStore, type StoreObstacle } from './broker-store.ts';
import { Connection } from './connection.ts';
import { DEFAULT_CORE_OPTIONS, type CoreBrokerOptions } from './core-options.ts';
import { Counters, type CoreCounts } from './counters.ts';
import type { EnhancedAuthenticator } from './enhanced-authentication.ts';
import { whenDone } from './eventual.ts';
import { messageOfWill, type Message } from './message.ts';
import { REASON } from './reason-code.ts';
import type { RecoveredState } from './recovered-state.ts';
import { RetainedStore } from './retained-store.ts';
import { Router } from './router.ts';
import { SessionRegistry } from './session-registry.ts';
import type { StoredWill } from './stored-will.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import { TurnGate, type EndOfTurn } from './turn-gate.ts';

export interface CoreBrokerDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: silent. */
  readonly log?: Logger;
  /** Default: everybody may do everything. */
  readonly access?: AccessControl;
  /** Methods of enhanced authentication; without any, a client that names one is refused. */
  readonly authenticators?: readonly EnhancedAuthenticator[];
  /** Default: memory. */
  readonly store?: BrokerStore;
  /** What ends a turn; default: the next microtask. `endOfTurnOf` gives the event loop's own. */
  readonly endOfTurn?: EndOfTurn;
}

/** What the gateway's own parts publish. */
export type OwnMessage = Pick<Message, 'topic' | 'payload' | 'qos' | 'retain' | 'properties'>;

/** An MQTT server of versions 3.1.1 and 5.0 over any links. */
export interface CoreBroker {
  /** Serves a connection until it ends. At `connectionsMax` the link is closed instead. */
  attach(link: ByteLink): void;
  /**
   * Publishes; resolves when every matching session has it delivered or queued, and it is stored. While the store takes nothing
   * more it goes at QoS 0 to whoever is connected.
   */
  publish(message: OwnMessage): Promise<void>;
  /** Called once for each accepted message, QoS 2 copies excluded, in the order of acceptance. Must not throw. */
  onAccepted(listener: (message: Message) => void): void;
  /** Takes over what an earlier process left; once, before the first link. Wills that are due are published. */
  recover(state: RecoveredState): void;
  counts(): CoreCounts;
  /** Sessions, connected or not. */
  sessionCount(): number;
  /** Disconnects every client (5.0: server shutting down) and waits until the links are closed. No will is published. */
  stop(): Promise<void>;
}

/** Makes a broker. @param given - What differs from `DEFAULT_CORE_OPTIONS`. */
export function createCoreBroker(given: Partial<CoreBrokerOptions>, deps: CoreBrokerDeps): CoreBroker {
  const parts = assemble({ ...DEFAULT_CORE_OPTIONS, ...given }, deps);
  const { counters, gate, registry, router, clock, options } = parts;
  const connections = new Map<ByteLink, Connection>();
  let isStopped = false;

  return {
    attach(link) {
      if (isStopped || connections.size >= options.connectionsMax) {
        if (!isStopped) counters.refuse('connections-full');
        void link.close();
        return;
      }
      connections.set(link, new Connection(link, parts));
      void link.closed.then(() => connections.delete(link));
    },
    publish(message) {
      const reason = message.qos > 0 || message.retain ? parts.obstacle() : undefined;
      const accepted = { ...message, publisherId: undefined, acceptedAtMs: clock.nowMs() };
      if (reason !== undefined) counters.refuse(reason);
      // What the gateway measures is worth more than its guarantee: whoever is connected, the uplink first, still gets it.
      router.accept(reason === undefined ? accepted : { ...accepted, qos: 0, retain: false });
      return gate.settled();
    },
    recover({ retained, ...rest }) {
      router.recoverRetained(retained);
      registry.recover(rest);
    },
    onAccepted: (listener) => router.onAccepted(listener),
    counts: () => counters.snapshot(),
    sessionCount: () => registry.size,
    async stop() {
      isStopped = true;
      for (const connection of connections.values()) connection.end({ reasonCode: REASON.serverShuttingDown, keepsWill: false });
      registry.stop();
      await Promise.all([...connections.keys()].map((link) => link.closed));
    },
  };
}

function assemble(options: CoreBrokerOptions, deps: CoreBrokerDeps): BrokerParts {
  const { clock, random, log = silentLogger, access = OPEN_ACCESS, authenticators = [], store = MEMORY_STORE, endOfTurn = queueMicrotask } = deps;
  const counters = new Counters();
  const subscriptions = new SubscriptionIndex();
  const { retainedMessagesMax, retainedBytesMax, topicLevelsMax, queuedBytesMax, queuedMessagesMax, liveQueuedMessagesMax } = options;
  const retained = new RetainedStore({ messagesMax: retainedMessagesMax, bytesMax: retainedBytesMax, levelsMax: topicLevelsMax });
  const gate = new TurnGate(store, endOfTurn);
  const record = gate.record.bind(gate);
  const router = new Router({ subscriptions, retained, counters, record, nowMs: () => clock.nowMs() });
  const registry = new SessionRegistry({
    clock,
    subscriptions,
    counters,
    bounds: {
      absent: { messagesMax: queuedMessagesMax, bytesMax: queuedBytesMax },
      live: { messagesMax: liveQueuedMessagesMax, bytesMax: queuedBytesMax },
    },
    absentSessionsMax: options.absentSessionsMax,
    record,
    publishWill: (will) => publishWill(will, { access, router, clock, counters }),
  });
  const byMethod = new Map(authenticators.map((authenticator) => [authenticator.method, authenticator]));
  const obstacle = (): StoreObstacle | undefined => store.obstacle?.();
  return { options, clock, random, log, access, authenticators: byMethod, counters, gate, obstacle, registry, subscriptions, router };
}

/** Rights may have changed since the will was set, so they are asked again. */
function publishWill({ will, owner }: StoredWill, { access, router, clock, counters }: Pick<BrokerParts, 'access' | 'router' | 'clock' | 'counters'>): void {
  const refuse = (): void => counters.refuse('publish-not-authorized');
  const publish = (isAllowed: boolean): void => {
    if (isAllowed) router.accept(messageOfWill(will, { publisherId: owner.clientId, acceptedAtMs: clock.nowMs() }));
    else refuse();
  };
  try {
    const published = whenDone(access.mayPublish(owner, will.topic, will.retain), publish);
    if (published instanceof Promise) published.catch(refuse);
  } catch {
    // An authority that fails has not said yes; the count tells.
    refuse();
  }
}
