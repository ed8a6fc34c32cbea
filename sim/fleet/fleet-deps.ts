import type { Clock } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { openMqttSession } from '../../hil/transport/mqtt-session.ts';

/** What simulated clients take from outside. */
export interface FleetDeps {
  readonly clock: Clock;
  /** Each client draws from a child of its own, so that its behaviour does not depend on how many others there are. */
  readonly random: Random;
  /** Sources are `observer-<gateway>` and the names of the groups. */
  readonly observerFor: (source: string) => Observe;
  readonly log: Logger;
  readonly openSession: typeof openMqttSession;
}

/** A dead connection is noticed after one and a half times this. */
export const KEEPALIVE_MS = 15_000;
export const CONNECT_TIMEOUT_MS = 5_000;
/** Reconnects back off between these, with jitter. */
export const RECONNECT = { minimumMs: 200, maximumMs: 5_000 } as const;
