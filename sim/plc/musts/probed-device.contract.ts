import type { PrimaryTable } from '../../../hil/gateway/southbound/device-profile.ts';
import type { Point } from '../../../hil/gateway/southbound/point.ts';
import { samplePoint } from '../../../hil/gateway/southbound/sample-point.contract.ts';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { deviceIdentity } from '../device-identity.ts';
import { testDevice, type TestDevice, type TestDeviceOptions } from '../test-device.contract.ts';

/** The worked examples of sections 6.1 and 6.2: 19 coils from 19 on, 22 discrete inputs from 196 on, lowest bit first. */
const COILS_FROM_19 = '1011001111010110101';
const INPUTS_FROM_196 = '0011010111011011101011';

const POINTS: readonly Point[] = [
  ...range(0, 200).map((address) => register('HOLDING_REGISTERS', address, true)),
  register('HOLDING_REGISTERS', 200, false),
  register('HOLDING_REGISTERS', 65_535, true),
  ...range(0, 200).map((address) => register('INPUT_REGISTERS', address, false)),
  register('INPUT_REGISTERS', 65_535, false),
  ...range(0, 2_048).map((address) => bit('COILS', address, true)),
  bit('COILS', 65_535, true),
  ...range(0, 2_048).map((address) => bit('DISCRETES_INPUT', address, false)),
  bit('DISCRETES_INPUT', 65_535, false),
];

/** Of a length that takes two answers: the extended object fills a PDU alone. */
export const PROBED_IDENTITY = deviceIdentity({ name: 'probed', manufacturer: 'Acme', model: 'X1', description: 'd'.repeat(244) });

/**
 * A device large enough for every limit. Holding register n holds n: 0 to 199 and 65535 writable, 200 read-only. Input register
 * n holds 256 + n: 0 to 199 and 65535. Coils and discrete inputs 0 to 2047 and 65535, with the examples of the standard in them.
 */
export function probedDevice(clock: Clock, options: TestDeviceOptions = {}): TestDevice {
  const device = testDevice(clock, { points: POINTS, identity: PROBED_IDENTITY, ...options });
  if (options.points !== undefined) return device;
  for (const { name, table, address } of POINTS) {
    if (table === 'HOLDING_REGISTERS') device.process.set(name, address);
    if (table === 'INPUT_REGISTERS') device.process.set(name, (256 + address) & 0xffff);
    if (table === 'COILS') device.process.set(name, COILS_FROM_19[address - 19] === '1');
    if (table === 'DISCRETES_INPUT') device.process.set(name, INPUTS_FROM_196[address - 196] === '1');
  }
  return device;
}

function register(table: PrimaryTable, address: number, writable: boolean): Point {
  return samplePoint({ name: `${table} ${address}`, table, address, writable });
}

function bit(table: PrimaryTable, address: number, writable: boolean): Point {
  return samplePoint({ name: `${table} ${address}`, table, address, writable, rawType: 'Bool', valueType: 'Bool' });
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_none, index) => first + index);
}
