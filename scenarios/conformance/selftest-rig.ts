import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestRig } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { brokerSelftestRig } from './broker-selftest-rig.ts';
import type { Declaration } from './declaration.ts';
import { sutDialer } from './dial-sut.ts';

export interface SelftestRigDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** Waits of the self-test, milliseconds: its SUTs are on this machine, and a defect that is silence costs the whole wait. */
const SELFTEST_PIXIT = { answerTimeoutMs: 2_000, quietMs: 200 } as const;

/** What the suite's own good SUT declares. */
export function selftestDeclaration(suite: Suite): Declaration {
  return { pics: completePics(suite.pics, {}), pixit: pixitSchema.parse(SELFTEST_PIXIT) };
}

/** The SUTs of a suite's self-test. @param reference - Address of somebody else's good SUT. */
export async function selftestRig(suite: Suite, reference: string | undefined, { clock }: SelftestRigDeps): Promise<SelftestRig & { stop(): Promise<void> }> {
  if (suite.name !== 'mqtt-broker') throw new FieldproofError('FP_SUITE_UNKNOWN', `there is no self-test of ${suite.name}`);
  if (reference === undefined) throw new FieldproofError('FP_USAGE', 'the self-test of mqtt-broker needs --reference');
  return { ...brokerSelftestRig(sutDialer(reference, pixitSchema.parse({}), clock), clock), stop: async () => undefined };
}
