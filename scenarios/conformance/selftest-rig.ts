import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestRig, SelftestVariant } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { brokerSelftestRig } from './broker-selftest-rig.ts';
import { clientSelftestRig, clientSelftestVariants } from './client-selftest-rig.ts';
import { brokerVariants, foreignBrokerVariants } from './broker-variants.ts';
import { deviceSelftestDeclaration, deviceSelftestRig } from './device-selftest-rig.ts';
import { defaultDeclaration } from './declaration.ts';
import { modbusSelftestRig, modbusSelftestVariants } from './modbus-selftest-rig.ts';
import { sutDialer } from './dial-sut.ts';

export interface SelftestRigDeps {
  readonly clock: FineClock;
  readonly random: Random;
}

/**
 * What the good SUT declares, one set-up after the other; the first is the usual one.
 * @param reference - Address of somebody else's good SUT, which cannot be set up; left out: ours.
 */
export function selftestVariants(suite: Suite, reference: string | undefined): readonly SelftestVariant[] {
  if (suite.name === 'modbus-client') return clientSelftestVariants(suite);
  if (suite.name === 'mqtt-device') return [{ name: 'usual', ...deviceSelftestDeclaration(suite) }];
  if (suite.name === 'modbus-server') return modbusSelftestVariants(suite);
  if (suite.name !== 'mqtt-broker') return [{ name: 'usual', ...defaultDeclaration(suite) }];
  return reference === undefined ? brokerVariants(suite) : foreignBrokerVariants(suite);
}

/**
 * The SUTs of a suite's self-test.
 * @param reference - Address of somebody else's good SUT; left out: ours.
 * @throws FieldproofError FP_SUITE_UNKNOWN for a suite without one.
 */
export function selftestRig(suite: Suite, reference: string | undefined, { clock, random }: SelftestRigDeps): SelftestRig {
  if (suite.name === 'modbus-client') return clientSelftestRig(clock);
  if (suite.name === 'mqtt-device') return deviceSelftestRig(clock, random);
  if (suite.name === 'modbus-server') return modbusSelftestRig(clock);
  if (suite.name !== 'mqtt-broker') throw new FieldproofError('FP_SUITE_UNKNOWN', `there is no self-test of ${suite.name}`);
  const dialReference = reference === undefined ? undefined : sutDialer(reference, pixitSchema.parse({}), clock);
  const setUps = new Map(brokerVariants(suite).map(({ name, setUp }) => [name, setUp]));
  return brokerSelftestRig({ clock, random, setUps, ...(dialReference === undefined ? {} : { dialReference: () => dialReference() }) });
}
