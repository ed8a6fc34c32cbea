import { DEVICE_SUITE } from '../../conformance/mqtt/device/device-suite.ts';
import { BROKER_SUITE } from '../../conformance/mqtt/broker/broker-suite.ts';
import { MODBUS_SERVER_SUITE } from '../../conformance/modbus/modbus-server-suite.ts';
import { CLIENT_SUITE } from '../../conformance/modbus/client/client-suite.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';

/** Every conformance suite, in the order of the help. */
export const SUITES: readonly Suite[] = [BROKER_SUITE, DEVICE_SUITE, MODBUS_SERVER_SUITE, CLIENT_SUITE];

/** @throws FieldproofError FP_SUITE_UNKNOWN, with the nearest name. */
export function findSuite(name: string): Suite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const names = SUITES.map((candidate) => candidate.name);
  const nearest = nearestWord(name, names);
  const hint = nearest === undefined ? `The suites are ${names.join(', ')}.` : `Did you mean ${nearest}?`;
  throw new FieldproofError('FP_SUITE_UNKNOWN', `there is no conformance suite ${name}`, { hint });
}
