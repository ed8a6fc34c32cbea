import { expect, test } from 'vitest';
import { faultPlaceProblems } from './fault-place.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** The problems of one fault in a scenario with a link, a group on TCP and one on RTU. */
function problems(fault: object): string[] {
  const scenario = scenarioSchema.parse({
    name: 'places',
    description: 'Faults on links and PLC groups.',
    topology: {
      gateways: [{ id: 'edge', config: 'edge.yaml' }, { id: 'cloud', config: 'cloud.yaml' }],
      plcs: [
        { group: 'pumps', profile: 'pump-station', count: 2, transport: 'modbus-tcp', gateway: 'edge' },
        { group: 'line-a', profile: 'motor-drive', units: [1, 2], transport: 'modbus-rtu', gateway: 'edge' },
      ],
      links: [{ id: 'uplink', between: ['edge', 'cloud'] }],
    },
    phases: [{ name: 'steady', for: '5s' }],
    faults: [{ at: 'steady', ...fault }],
    checks: [{ that: 'telemetry.complete' }],
  });
  return scenario.faults.flatMap((one) => faultPlaceProblems(one, scenario.topology, ['faults', 0], '.')).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test.each([
  { kind: 'partition', on: 'uplink' },
  { kind: 'modbus.noReply', on: 'pumps', probability: 0.5 },
  { kind: 'modbus.wrongTransactionId', on: 'pumps' },
  { kind: 'modbus.crcError', on: 'line-a', units: [1], functionCodes: 3 },
  { kind: 'modbus.noise', on: 'line-a', bitErrorRate: 0.001 },
  { kind: 'serialDisconnect', on: 'line-a' },
  { kind: 'modbus.drift', on: 'pumps', points: ['Level'], perSecond: -0.1 },
])('%j is sound', (fault) => {
  expect(problems(fault)).toEqual([]);
});

test.each([
  [{ kind: 'modbus.noReply', on: 'uplink' }, 'faults.0.on: no PLC group is called "uplink" (there are: pumps, line-a)'],
  [{ kind: 'partition', on: 'pumps' }, 'faults.0.on: no link is called "pumps" (there are: uplink)'],
  [{ kind: 'modbus.crcError', on: 'pumps' }, 'faults.0.kind: modbus.crcError does not exist on modbus-tcp: Modbus TCP carries no check value; TCP has its own, and resends'],
  [{ kind: 'serialDisconnect', on: 'pumps' }, 'faults.0.kind: serialDisconnect does not exist on modbus-tcp: it is no serial line; use the link fault partition or reset'],
  [{ kind: 'modbus.wrongTransactionId', on: 'line-a' }, 'faults.0.kind: modbus.wrongTransactionId does not exist on modbus-rtu: only Modbus TCP has transaction ids'],
])('%j is refused', (fault, message) => {
  expect(problems(fault)).toEqual([message]);
});

test('a point that the profile does not have is refused with the nearest', () => {
  expect(problems({ kind: 'modbus.stuckValue', on: 'pumps', points: ['Inflow', 'Levle'] })[0]).toMatch(/^faults\.0\.points\.1: no point is called "Levle"; did you mean "Level"\? /u);
});
