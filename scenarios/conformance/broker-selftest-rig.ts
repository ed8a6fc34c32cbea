import type { SelftestRig, SelftestSut } from '../../conformance/framework/selftest.ts';
import { startCoreBroker, type StartCoreBrokerDeps } from '../../hil/gateway/broker/core/start-core-broker.ts';
import type { FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { listenWebSocket } from '../../hil/transport/websocket-listener.ts';
import { BROKER_DEFECTS } from '../../sim/mqtt-defects/broker/broker-defects.ts';
import { serveDefect } from '../../sim/mqtt-defects/serve-defect.ts';
import type { WebSocketDefect } from '../../sim/mqtt-defects/websocket/websocket-defect.ts';
import { WEBSOCKET_DEFECTS } from '../../sim/mqtt-defects/websocket/websocket-defects.ts';
import { WEBSOCKET_VARIANT } from './broker-variants.ts';
import type { SutDialer } from './dial-sut.ts';
import { dialWebSocketTarget } from './dial-websocket.ts';

/** A good broker that is running. */
interface GoodBroker {
  readonly dial: () => Promise<ByteLink>;
  /**
   * A broker whose store loses nothing looks from outside as if a restart only cut all its connections: so that is what
   * happens.
   */
  readonly restart: () => void;
  readonly stop: () => Promise<void>;
}

export interface BrokerRigDeps {
  readonly clock: FineClock;
  readonly random: Random;
  /** Reaches somebody else's good broker, which runs already; left out: our core broker, a new one for each SUT. */
  readonly dialReference?: () => Promise<ByteLink>;
  /** What differs from a core broker without options, by variant. */
  readonly setUps: ReadonlyMap<string, Pick<StartCoreBrokerDeps, 'options' | 'access' | 'authenticators'>>;
}

const LOOPBACK = { host: '127.0.0.1', port: 0 } as const;
const CONNECT_TIMEOUT_MS = 5_000;

/** A good broker, and the same with a defect in front. */
export function brokerSelftestRig(deps: BrokerRigDeps): SelftestRig {
  return {
    defects: [...BROKER_DEFECTS, ...WEBSOCKET_DEFECTS].map(({ id }) => id),
    start: async (id, variant) => {
      if (variant === WEBSOCKET_VARIANT) return startWithWebSocket(WEBSOCKET_DEFECTS.find((candidate) => candidate.id === id), deps);
      const defect = BROKER_DEFECTS.find((candidate) => candidate.id === id);
      const good = await startGood(variant, deps);
      if (defect === undefined) return sutAt(() => good.dial(), good, () => good.stop());
      const server = await serveDefect(defect, { clock: deps.clock, dial: () => good.dial() });
      const stop = async (): Promise<void> => {
        await server.stop();
        await good.stop();
      };
      return sutAt(() => dialLocal(server.port, deps), good, stop);
    },
  };
}

async function startGood(variant: string, deps: BrokerRigDeps): Promise<GoodBroker> {
  const { clock, random, dialReference, setUps } = deps;
  if (dialReference !== undefined) return goodBroker(dialReference, async () => undefined);
  const broker = await startCoreBroker(LOOPBACK, { clock, random, ...setUps.get(variant) });
  return goodBroker(() => dialLocal(broker.port, deps), () => broker.stop());
}

/** Our core broker on TCP, and on WebSocket, where the defect is. */
async function startWithWebSocket(defect: WebSocketDefect | undefined, deps: BrokerRigDeps): Promise<SelftestSut> {
  const { clock, random } = deps;
  const started = await startCoreBroker(LOOPBACK, { clock, random });
  const between = defect?.between ?? ((link: ByteLink) => link);
  const listener = await listenWebSocket(LOOPBACK, 'mqtt', (link) => started.broker.attach(between(link)), defect?.listener);
  const url = `ws://127.0.0.1:${listener.port}/mqtt`;
  const dial: SutDialer = async (target) => {
    if (target === undefined) return dialLocal(started.port, deps);
    return dialWebSocketTarget(url, target, {}, { clock, timeoutMs: CONNECT_TIMEOUT_MS });
  };
  const good = goodBroker(dial, async () => {
    await listener.close();
    await started.stop();
  });
  return sutAt(dial, good, () => good.stop());
}

function goodBroker(dial: () => Promise<ByteLink>, stop: () => Promise<void>): GoodBroker {
  const open = new Set<ByteLink>();
  return {
    dial: async () => {
      const link = await dial();
      open.add(link);
      void link.closed.then(() => open.delete(link));
      return link;
    },
    restart: () => {
      for (const link of open) link.destroy();
    },
    stop,
  };
}

function dialLocal(port: number, { clock }: BrokerRigDeps): Promise<ByteLink> {
  return connectTcp({ host: '127.0.0.1', port }, { clock, timeoutMs: CONNECT_TIMEOUT_MS });
}

/** Nobody dials a tester of brokers; `restart` is all that can be done to one. */
function sutAt(dial: SutDialer, { restart }: GoodBroker, stop: () => Promise<void>): SelftestSut {
  return {
    dial: (target) => dial(target),
    accept: async () => undefined,
    act: async (action) => {
      if (action !== 'restart') throw new FieldproofError('FP_INTERNAL', `the self-test cannot ${action} its broker`);
      restart();
      return { exitCode: 0 };
    },
    stop,
  };
}
