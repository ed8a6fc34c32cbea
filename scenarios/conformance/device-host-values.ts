import { resolve } from 'node:path';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { DeviceHostOptions } from './device-host.ts';

const PORT_MAX = 65_535;

/**
 * What the PIXIT says of the place where a device finds us: `brokerHost`, `tlsPort`, `websocketPort`, `tlsAuthority` (a folder).
 * @throws FieldproofError FP_PICS_INVALID for a port that is none.
 */
export function deviceHostValues({ values }: Pick<Pixit, 'values'>): Pick<DeviceHostOptions, 'publicHost' | 'tlsPort' | 'websocketPort' | 'authorityFolder'> {
  const { brokerHost, tlsAuthority } = values;
  const tlsPort = portOf(values, 'tlsPort');
  const websocketPort = portOf(values, 'websocketPort');
  return {
    ...(typeof brokerHost === 'string' ? { publicHost: brokerHost } : {}),
    ...(tlsPort === undefined ? {} : { tlsPort }),
    ...(websocketPort === undefined ? {} : { websocketPort }),
    ...(typeof tlsAuthority === 'string' ? { authorityFolder: resolve(tlsAuthority) } : {}),
  };
}

function portOf(values: Pixit['values'], name: string): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= PORT_MAX) return value;
  throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${name} is ${JSON.stringify(value)}: expected a port, 0 to ${PORT_MAX}`);
}
