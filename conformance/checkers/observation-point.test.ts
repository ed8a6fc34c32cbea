import { expect, test } from 'vitest';
import type { RunTopology } from '../run-events.ts';
import { farEndOf, pathFrom } from './observation-point.ts';

const topology = (uplinks: Readonly<Record<string, string | null>>): RunTopology => ({
  gateways: Object.entries(uplinks).map(([id, uplinkTo]) => ({ id, uplinkTo })),
  plcs: [],
  devices: [],
  links: [],
});

test('the far end is the last gateway of the chain', () => {
  const chain = topology({ edge: 'site', site: 'cloud', cloud: null, island: null });
  expect(pathFrom(chain, 'edge')).toEqual(['edge', 'site', 'cloud']);
  expect(farEndOf(chain, 'edge')).toBe('cloud');
  expect(farEndOf(chain, 'island')).toBe('island');
});

test('a chain that leads back into itself ends', () => {
  expect(pathFrom(topology({ a: 'b', b: 'a' }), 'a')).toEqual(['a', 'b']);
});
