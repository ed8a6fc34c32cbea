import type { SouthboundDeviceConfig } from '../config/gateway-config.ts';
import { overlaps } from './address-range.ts';
import type { Point } from './point.ts';
import { isBitTable } from './raw-layout.ts';

/** Why a device cannot be read by its profile as its configuration asks; `path` leads to the key below the device. */
export interface DeviceProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type DeviceRules = Pick<SouthboundDeviceConfig, 'profile' | 'limits' | 'forbidden'>;

/** Points that lie in forbidden addresses or exceed the limits of their device: they could only be left out silently. */
export function deviceProblems({ profile, limits, forbidden }: DeviceRules, points: readonly Point[]): DeviceProblem[] {
  return [
    ...forbidden.flatMap((closed, index) =>
      points
        .filter((point) => overlaps({ ...point, count: point.registerCount }, closed))
        .map(({ name, address }) => ({ path: ['forbidden', index], message: `point ${name} of profile ${profile} lies in it (${closed.table} ${address}): leave it out of the profile` })),
    ),
    ...forbidden.flatMap(({ address, count }, index) =>
      address + count > 65_536 ? [{ path: ['forbidden', index, 'count'], message: `ends at address ${address + count - 1}; the last address of a table is 65535` }] : [],
    ),
    ...points
      .filter(({ table, registerCount }) => !isBitTable(table) && registerCount > limits.registersMax)
      .map(({ name, registerCount }) => ({ path: ['limits', 'registersMax'], message: `point ${name} of profile ${profile} takes ${registerCount} registers, more than one answer may hold` })),
  ];
}
