import type { SelftestRig } from '../../conformance/framework/selftest.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { BROKER_DEFECTS } from '../../sim/mqtt-defects/broker/broker-defects.ts';
import { serveDefect } from '../../sim/mqtt-defects/serve-defect.ts';

/** A good broker, and the same with a defect in front. @param dialGood - Reaches the good one. */
export function brokerSelftestRig(dialGood: () => Promise<ByteLink>, clock: Clock): SelftestRig {
  const nobodyDials = async (): Promise<undefined> => undefined;
  const nothingToDo = async (action: string): Promise<never> => {
    throw new FieldproofError('FP_USAGE', `the self-test cannot ${action} its broker`);
  };
  return {
    defects: BROKER_DEFECTS.map(({ id }) => id),
    start: async (id) => {
      const defect = BROKER_DEFECTS.find((candidate) => candidate.id === id);
      if (defect === undefined) return { dial: () => dialGood(), accept: nobodyDials, act: nothingToDo, stop: async () => undefined };
      const server = await serveDefect(defect, { clock, dial: dialGood });
      const dial = (): Promise<ByteLink> => connectTcp({ host: '127.0.0.1', port: server.port }, { clock, timeoutMs: 5_000 });
      return { dial, accept: nobodyDials, act: nothingToDo, stop: () => server.stop() };
    },
  };
}
