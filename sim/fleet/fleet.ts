import { sleep, type Timer } from '../../hil/runtime/clock.ts';
import { paceArrivals } from './arrival.ts';
import type { FleetDeps } from './fleet-deps.ts';
import type { FleetOptions } from './fleet-options.ts';
import { startObserver, type Observer } from './observer.ts';
import { startPublisher, type Publisher } from './publisher.ts';

/** Simulated MQTT clients: observers that subscribe, devices that publish. */
export interface Fleet {
  /**
   * Adds observers to a running fleet: one can be in place before the next gateway starts to send.
   * @throws FieldproofError FP_LINK_OPEN when one cannot subscribe; those of this call are disconnected again.
   */
  observe(observers: FleetOptions['observers']): Promise<void>;
  /** Adds groups of devices; each group begins to connect at its pace. */
  populate(publishers: FleetOptions['publishers']): void;
  /**
   * Stops publishing and waits until every message has been acknowledged, at most 10 s.
   * @returns Messages that are still not acknowledged.
   */
  quiesce(): Promise<{ readonly inFlight: number }>;
  /** Disconnects every client in good order; safe to call again. */
  stop(): Promise<void>;
  stats(): FleetStats;
}

/** Totals since the start; `connected`, `inFlight` and `clients` are those of now. */
export interface FleetStats {
  readonly clients: number;
  readonly connected: number;
  readonly sent: number;
  readonly acked: number;
  readonly skipped: number;
  readonly inFlight: number;
  readonly received: number;
  readonly unexpected: number;
}

const QUIESCE_TIMEOUT_MS = 10_000;
const QUIESCE_POLL_MS = 20;

/**
 * Starts a fleet. It resolves when every observer holds its subscriptions; only then do devices begin to connect, at
 * the pace of their group, and each publishes once it is connected.
 * @throws FieldproofError FP_LINK_OPEN when an observer cannot subscribe; nothing is left connected.
 */
export async function startFleet(options: FleetOptions, deps: FleetDeps): Promise<Fleet> {
  const observers = await startObservers(options.observers, deps);
  const publishers: Publisher[] = [];
  const arrivals: Timer[] = [];
  const populate: Fleet['populate'] = (groups) => {
    for (const group of groups) {
      arrivals.push(paceArrivals(deps.clock, group.count, group.connectsPerSecond, (index) => void publishers.push(startPublisher(group, index, deps))));
    }
  };
  populate(options.publishers);
  const inFlight = (): number => total(publishers, (publisher) => publisher.inFlight);
  const quiet = (): void => {
    for (const arrival of arrivals) arrival.cancel();
    for (const publisher of publishers) publisher.quiesce();
  };
  return {
    populate,
    async observe(more) {
      observers.push(...(await startObservers(more, deps)));
    },
    async quiesce() {
      quiet();
      const deadlineMs = deps.clock.nowMs() + QUIESCE_TIMEOUT_MS;
      while (inFlight() > 0 && deps.clock.nowMs() < deadlineMs) await sleep(deps.clock, QUIESCE_POLL_MS);
      return { inFlight: inFlight() };
    },
    async stop() {
      quiet();
      await Promise.all([...publishers, ...observers].map((client) => client.stop()));
    },
    stats: () => ({
      clients: publishers.length,
      connected: total(publishers, ({ connected }) => Number(connected)),
      sent: total(publishers, ({ sent }) => sent),
      acked: total(publishers, ({ acked }) => acked),
      skipped: total(publishers, ({ skipped }) => skipped),
      inFlight: inFlight(),
      received: total(observers, ({ received }) => received),
      unexpected: total(observers, ({ unexpected }) => unexpected),
    }),
  };
}

async function startObservers(wanted: FleetOptions['observers'], deps: FleetDeps): Promise<Observer[]> {
  const outcomes = await Promise.allSettled(wanted.map((observer) => startObserver(observer, deps)));
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return started;
  await Promise.all(started.map((observer) => observer.stop()));
  throw failure.reason;
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
