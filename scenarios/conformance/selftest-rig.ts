import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestRig } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { brokerSelftestRig } from './broker-selftest-rig.ts';
import { deviceSelftestDeclaration, deviceSelftestRig } from './device-selftest-rig.ts';
import type { Declaration } from './declaration.ts';
import { sutDialer } from './dial-sut.ts';

export interface SelftestRigDeps {
  readonly clock: FineClock;
  readonly random: Random;
}

/** Waits of the self-test, milliseconds: its SUTs are on this machine, and a defect that is silence costs the whole wait. */
const SELFTEST_PIXIT = { answerTimeoutMs: 2_000, quietMs: 200 } as const;

/** What the suite's own good SUT declares. */
export function selftestDeclaration(suite: Suite): Declaration {
  if (suite.name === 'mqtt-device') return deviceSelftestDeclaration(suite);
  return { pics: completePics(suite.pics, {}), pixit: pixitSchema.parse(SELFTEST_PIXIT) };
}

/**
 * The SUTs of a suite's self-test.
 * @param reference - Address of somebody else's good SUT; left out: ours.
 * @throws FieldproofError FP_SUITE_UNKNOWN for a suite without one.
 */
export function selftestRig(suite: Suite, reference: string | undefined, { clock, random }: SelftestRigDeps): SelftestRig {
  if (suite.name === 'mqtt-device') return deviceSelftestRig(clock, random);
  if (suite.name !== 'mqtt-broker') throw new FieldproofError('FP_SUITE_UNKNOWN', `there is no self-test of ${suite.name}`);
  const dialReference = reference === undefined ? undefined : sutDialer(reference, pixitSchema.parse({}), clock);
  return brokerSelftestRig({ clock, random, ...(dialReference === undefined ? {} : { dialReference }) });
}
