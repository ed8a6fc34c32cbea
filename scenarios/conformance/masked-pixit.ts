import type { Pixit } from '../../conformance/framework/pixit.ts';

const MASK = '***';

/**
 * The PIXIT with its secrets masked, for records and journals. The packets of the evidence still hold what was sent on the
 * wire: use credentials made for the test.
 */
export function maskedPixit(pixit: Pixit): Pixit {
  const values = Object.fromEntries(Object.entries(pixit.values).map(([name, value]) => [name, /password|secret|token|key$/iu.test(name) ? MASK : value]));
  return { ...pixit, values, ...(pixit.credentials === undefined ? {} : { credentials: { ...pixit.credentials, password: MASK } }) };
}
