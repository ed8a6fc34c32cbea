import { expect, test } from 'vitest';
import { gatewayConfigSchema, type GatewayConfigInput, type SouthboundDeviceConfig, type SouthboundLineConfig } from '../config/gateway-config.ts';
import { devicePlans } from './device-plan.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';

const register = (name: string, startingAddress: number, valueType = 'Uint16'): unknown => ({
  name,
  attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress },
  properties: { valueType, readWrite: 'R' },
});
const PROFILE: DeviceProfile = deviceProfileSchema.parse({
  name: 'plain',
  deviceResources: [register('A', 0), register('B', 1), register('C', 5), register('D', 40, 'Uint32')],
});

type LineInput = NonNullable<NonNullable<GatewayConfigInput['southbound']>['lines']>[number];
type DeviceInput = Partial<LineInput['devices'][number]>;

function planned(device: DeviceInput, grouping: LineInput['grouping'] = {}): string[] {
  const [line, config] = configOf(device, grouping);
  return devicePlans(() => PROFILE)
    .planOf(line, config)
    .blocks.map(({ address, count }) => `${address}+${count}`);
}

function configOf(device: DeviceInput, grouping: LineInput['grouping'] = {}): [SouthboundLineConfig, SouthboundDeviceConfig] {
  const { southbound } = gatewayConfigSchema.parse({
    id: 'edge',
    southbound: { lines: [{ id: 'a', transport: 'modbus-tcp', grouping, devices: [{ id: 'd', unit: 1, profile: 'plain', ...device }] }] },
  });
  const [line] = southbound.lines;
  const [config] = line?.devices ?? [];
  if (line === undefined || config === undefined) throw new Error('the line is there');
  return [line, config];
}

test.each<[string, DeviceInput, LineInput['grouping'], string[]]>([
  ['neighbours and small gaps are read together', {}, {}, ['0+6', '40+2']],
  ['a line sets the gap', {}, { gapRegisters: 34 }, ['0+42']],
  ['a device says otherwise than its line', { grouping: { gapRegisters: 0 } }, { gapRegisters: 34 }, ['0+2', '5+1', '40+2']],
  ['what the device does not say is that of the line', { grouping: { gapBits: 0 } }, { gapRegisters: 34 }, ['0+42']],
  ['grouping can be switched off', {}, { enabled: false }, ['0+1', '1+1', '5+1', '40+2']],
  ['a device gives few registers at once', { limits: { registersMax: 3 } }, {}, ['0+2', '5+1', '40+2']],
  ['a forbidden address is no gap to bridge', { forbidden: [{ table: 'HOLDING_REGISTERS', address: 3 }] }, {}, ['0+2', '5+1', '40+2']],
  ['the same address of another table is', { forbidden: [{ table: 'INPUT_REGISTERS', address: 3 }] }, {}, ['0+6', '40+2']],
])('%s', (_name, device, grouping, blocks) => {
  expect(planned(device, grouping)).toEqual(blocks);
});

test.each<[string, DeviceInput, string]>([
  ['a point in forbidden addresses', { forbidden: [{ table: 'HOLDING_REGISTERS', address: 41, count: 2 }] }, 'point D'],
  ['a point longer than an answer', { limits: { registersMax: 1 } }, 'takes 2 registers'],
  ['a range that ends outside of the table', { forbidden: [{ table: 'COILS', address: 65_535, count: 2 }] }, '65536'],
])('%s is refused', (_name, device, because) => {
  expect(() => planned(device)).toThrow(expect.objectContaining({ code: 'FP_SCHEMA', message: expect.stringContaining(because) }));
});

test('devices that are read alike share their plan, and the profile is loaded once', () => {
  let loaded = 0;
  const plans = devicePlans(() => {
    loaded += 1;
    return PROFILE;
  });
  const first = plans.planOf(...configOf({}));
  expect(plans.planOf(...configOf({ id: 'other', unit: 2 }))).toBe(first);
  expect(plans.planOf(...configOf({ limits: { registersMax: 3 } }))).not.toBe(first);
  expect(loaded).toBe(1);
});
