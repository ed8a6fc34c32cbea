import type { Clock, FineClock } from '../../../runtime/clock.ts';
import type { LinkListener } from '../../../transport/byte-link.ts';
import { listenTcp, type TcpAddress } from '../../../transport/tcp-link.ts';
import { createCoreBroker, type CoreBroker, type CoreBrokerDeps } from './core-broker.ts';
import type { CoreBrokerOptions } from './core-options.ts';
import { endOfTurnOf } from './end-of-turn.ts';

export interface StartCoreBrokerDeps extends CoreBrokerDeps {
  readonly clock: Clock | FineClock;
  /** What differs from `DEFAULT_CORE_OPTIONS`. */
  readonly options?: Partial<CoreBrokerOptions>;
}

/** A core broker on a TCP port of its own. */
export interface StartedCoreBroker {
  /** The bound port; the real one when 0 was asked for. */
  readonly port: number;
  readonly broker: CoreBroker;
  /** Stops listening, disconnects every client, and resolves when the links are closed. Safe to call again. */
  stop(): Promise<void>;
}

/**
 * Serves MQTT 3.1.1 and 5.0 over TCP, everything in memory: `startCoreBroker({ host: '127.0.0.1', port: 0 }, { clock, random })`.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function startCoreBroker(address: TcpAddress, deps: StartCoreBrokerDeps): Promise<StartedCoreBroker> {
  const { options = {}, ...brokerDeps } = deps;
  const broker = createCoreBroker(options, { endOfTurn: endOfTurnOf(deps.clock), ...brokerDeps });
  const listener: LinkListener = await listenTcp(address, (link) => broker.attach(link));
  return {
    port: listener.port,
    broker,
    stop: async () => {
      await listener.close();
      await broker.stop();
    },
  };
}
