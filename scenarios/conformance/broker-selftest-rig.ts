import type { SelftestRig, SelftestSut } from '../../conformance/framework/selftest.ts';
import { startCoreBroker } from '../../hil/gateway/broker/core/start-core-broker.ts';
import type { FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { BROKER_DEFECTS } from '../../sim/mqtt-defects/broker/broker-defects.ts';
import { serveDefect } from '../../sim/mqtt-defects/serve-defect.ts';

/** A good broker that is running. */
interface GoodBroker {
  readonly dial: () => Promise<ByteLink>;
  readonly stop: () => Promise<void>;
}

export interface BrokerRigDeps {
  readonly clock: FineClock;
  readonly random: Random;
  /** Reaches somebody else's good broker, which runs already; left out: our core broker, a new one for each SUT. */
  readonly dialReference?: () => Promise<ByteLink>;
}

/** A good broker, and the same with a defect in front. */
export function brokerSelftestRig(deps: BrokerRigDeps): SelftestRig {
  return {
    defects: BROKER_DEFECTS.map(({ id }) => id),
    start: async (id) => {
      const defect = BROKER_DEFECTS.find((candidate) => candidate.id === id);
      const good = await startGood(deps);
      if (defect === undefined) return sutAt(() => good.dial(), () => good.stop());
      const server = await serveDefect(defect, { clock: deps.clock, dial: () => good.dial() });
      const stop = async (): Promise<void> => {
        await server.stop();
        await good.stop();
      };
      return sutAt(() => dialLocal(server.port, deps), stop);
    },
  };
}

async function startGood(deps: BrokerRigDeps): Promise<GoodBroker> {
  const { clock, random, dialReference } = deps;
  if (dialReference !== undefined) return { dial: dialReference, stop: async () => undefined };
  const broker = await startCoreBroker({ host: '127.0.0.1', port: 0 }, { clock, random });
  return { dial: () => dialLocal(broker.port, deps), stop: () => broker.stop() };
}

function dialLocal(port: number, { clock }: BrokerRigDeps): Promise<ByteLink> {
  return connectTcp({ host: '127.0.0.1', port }, { clock, timeoutMs: 5_000 });
}

/** Nobody dials a tester of brokers, and the self-test has nothing to restart. */
function sutAt(dial: () => Promise<ByteLink>, stop: () => Promise<void>): SelftestSut {
  return {
    dial: () => dial(),
    accept: async () => undefined,
    act: async (action) => {
      throw new FieldproofError('FP_INTERNAL', `the self-test cannot ${action} its broker`);
    },
    stop,
  };
}
