import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { defineScenario } from './define-scenario.ts';
import { loadScenarioText } from './load-scenario.ts';
import type { ScenarioInput } from './scenario-schema.ts';

const folder = join(packageRoot(), 'scenarios', 'catalog');
const input: ScenarioInput = {
  name: 'from-typescript',
  description: 'The same model as a file.',
  topology: {
    gateways: [
      { id: 'edge', config: 'gateways/edge.yaml' },
      { id: 'cloud', config: 'gateways/cloud.yaml' },
    ],
    plcs: [{ group: 'pumps', profile: 'pump-station', count: 2, transport: 'modbus-tcp', gateway: 'edge' }],
    links: [{ id: 'uplink', between: ['edge', 'cloud'] }],
  },
  phases: [{ name: 'steady', for: '5s' }],
  faults: [{ at: 'steady+1s', for: '2s', on: 'uplink', kind: 'latency', ms: '50ms' }],
  checks: [{ that: 'telemetry.complete', at: 'cloud' }],
};

test('a scenario in TypeScript is a scenario: its text loads to the same model', () => {
  const defined = defineScenario(input, folder);
  const again = loadScenarioText(defined.text, { file: 'x', folder, name: 'x' }, {});
  expect(again.scenario).toEqual(defined.scenario);
  expect(again.sha256).toBe(defined.sha256);
});

test('what a file may not say, it may not say either', () => {
  const wrong: ScenarioInput = { ...input, faults: [{ at: 'stedy', on: 'uplink', kind: 'partition' }] };
  expect(() => defineScenario(wrong, folder)).toThrowError(expect.objectContaining({ code: 'FP_SCENARIO_REFERENCE', message: expect.stringContaining('did you mean "steady"?') }));
});
