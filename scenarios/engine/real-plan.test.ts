import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadHardwareMap, type LoadedHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { linesOf, planReal } from './real-plan.ts';
import { scenarioSchema, type Scenario } from './scenario-schema.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-real-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hardware(...duts: readonly string[]): LoadedHardwareMap {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, ['duts:', ...duts.map((dut) => `  - ${dut}`)].join('\n'));
  return loadHardwareMap(file);
}

function scenario(real: readonly { readonly dut: string; readonly gateway: string }[]): Scenario {
  return scenarioSchema.parse({
    name: 'x',
    description: 'x',
    topology: {
      gateways: [{ id: 'edge', config: 'edge.yaml' }, { id: 'other', config: 'edge.yaml' }],
      plcs: [{ group: 'pumps', profile: 'pump-station', count: 2, transport: 'modbus-tcp', gateway: 'edge' }],
      real,
    },
    phases: [{ name: 'steady', for: '1s' }],
    checks: [{ that: 'telemetry.complete' }],
  });
}

const onBus = 'transport: modbus-rtu, address: /dev/ttyUSB0, line: { baudRate: 9600 }, profile: motor-drive';

test('DUTs on one line become one line of the gateway, with the settings of the map', () => {
  const map = hardware(`{ id: a, ${onBus}, units: [1, 2] }`, `{ id: b, ${onBus}, units: [3] }`, '{ id: c, transport: modbus-tcp, address: "h:502", profile: pump-station, timeout: 2s }');
  const planned = planReal(scenario([{ dut: 'a', gateway: 'edge' }, { dut: 'b', gateway: 'edge' }, { dut: 'c', gateway: 'edge' }]), map);
  expect(linesOf(planned)).toMatchObject([
    { id: 'a', transport: 'modbus-rtu', path: '/dev/ttyUSB0', baudRate: 9_600, parity: 'even', devices: [{ id: 'a-1', unit: 1 }, { id: 'a-2', unit: 2 }, { id: 'b', unit: 3 }] },
    { id: 'c', transport: 'modbus-tcp', host: 'h', port: 502, timeout: '2000ms', devices: [{ id: 'c', unit: 1, profile: 'pump-station', pollEvery: '1000ms' }] },
  ]);
});

test.each(['modbus-rtu', 'modbus-rtu-tcp'])('a DUT behind a raw serial server, named %s, becomes a line of the gateway', (transport) => {
  const map = hardware(`{ id: a, transport: ${transport}, address: "h:4001", line: { baudRate: 9600 }, profile: motor-drive, units: [3] }`);
  expect(linesOf(planReal(scenario([{ dut: 'a', gateway: 'edge' }]), map))).toMatchObject([
    { id: 'a', transport: 'modbus-rtu-tcp', host: 'h', port: 4_001, baudRate: 9_600, devices: [{ id: 'a', unit: 3 }] },
  ]);
});

test.each([
  ['a DUT that the map does not have', [`{ id: a, ${onBus} }`], [{ dut: 'aa', gateway: 'edge' }], 'FP_RIG_UNKNOWN_DUT', /no DUT is called "aa"/u],
  ['a DUT without a profile', ['{ id: a, transport: modbus-tcp, address: "h:502" }'], [{ dut: 'a', gateway: 'edge' }], 'FP_SCENARIO_REFERENCE', /a has no profile/u],
  ['a name that a simulated PLC has', [`{ id: pumps-1, ${onBus} }`], [{ dut: 'pumps-1', gateway: 'edge' }], 'FP_SCENARIO_REFERENCE', /also the name of a simulated PLC/u],
  ['one line for two gateways', [`{ id: a, ${onBus} }`, `{ id: b, ${onBus}, units: [2] }`], [{ dut: 'a', gateway: 'edge' }, { dut: 'b', gateway: 'other' }], 'FP_SCENARIO_REFERENCE', /one gateway has to poll both/u],
  ['ASCII through a serial server', ['{ id: a, transport: modbus-ascii, address: "h:4001", profile: motor-drive }'], [{ dut: 'a', gateway: 'edge' }], 'FP_SCENARIO_REFERENCE', /the gateway cannot poll a: /u],
])('%s is refused', (_what, duts, real, code, message) => {
  const map = hardware(...duts);
  let thrown: unknown;
  try {
    planReal(scenario(real), map);
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toMatchObject({ code, place: { file: map.file } });
  expect(String(thrown)).toMatch(message);
});
