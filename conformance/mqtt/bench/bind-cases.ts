import type { ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { CaseStop } from '../../framework/case-stop.ts';
import type { CaseDeclaration, ConformanceCase } from '../../framework/conformance-case.ts';
import { MqttBench } from './mqtt-bench.ts';

/** A case against a broker. `run` returns when all is as the standard allows, and throws `CaseStop` through the bench otherwise. */
export interface BrokerCase extends CaseDeclaration {
  readonly run: (bench: MqttBench) => Promise<void>;
}

/** Puts cases of one protocol version on the wire. */
export function bindBrokerCases(version: ProtocolVersion, cases: readonly BrokerCase[]): ConformanceCase[] {
  return cases.map(({ run, ...declaration }) => ({
    ...declaration,
    run: async (wire, context) => {
      const bench = new MqttBench(version, wire, context);
      const stop = await stopOf(run(bench));
      await bench.cleanUp();
      if (stop !== undefined) throw stop;
    },
  }));
}

/** A verdict reached early, kept until the SUT has been cleaned up. */
async function stopOf(run: Promise<void>): Promise<CaseStop | undefined> {
  try {
    await run;
    return undefined;
  } catch (cause) {
    if (cause instanceof CaseStop) return cause;
    throw cause;
  }
}
