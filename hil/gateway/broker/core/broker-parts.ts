import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Random } from '../../../runtime/random.ts';
import type { AccessControl } from './access-control.ts';
import type { StoreObstacle } from './broker-store.ts';
import type { CoreBrokerOptions } from './core-options.ts';
import type { Counters } from './counters.ts';
import type { EnhancedAuthenticator } from './enhanced-authentication.ts';
import type { Router } from './router.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SubscriptionIndex } from './subscription-index.ts';
import type { TurnGate } from './turn-gate.ts';

/** What every connection of one broker shares. */
export interface BrokerParts {
  readonly options: CoreBrokerOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly access: AccessControl;
  /** By method. */
  readonly authenticators: ReadonlyMap<string, EnhancedAuthenticator>;
  readonly counters: Counters;
  readonly gate: TurnGate;
  /** Why the store takes nothing more; undefined when it does. */
  readonly obstacle: () => StoreObstacle | undefined;
  readonly registry: SessionRegistry;
  readonly subscriptions: SubscriptionIndex;
  readonly router: Router;
}
