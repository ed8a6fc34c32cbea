import { expect, test } from 'vitest';
import { runFolder } from './run-folder.ts';

const NOON = Date.UTC(2026, 10, 22, 12, 18, 4, 123);

test.each([
  ['offline/partition-30s', 'out/offline-partition-30s/20261122T121804.123Z-4711'],
  ['../../etc/passwd', 'out/etc-passwd/20261122T121804.123Z-4711'],
  ['..', 'out/scenario/20261122T121804.123Z-4711'],
  ['a b:c*d', 'out/a-b-c-d/20261122T121804.123Z-4711'],
  ['/', 'out/scenario/20261122T121804.123Z-4711'],
])('the scenario %s has the folder %s', (scenario, folder) => {
  expect(runFolder('out', scenario, NOON, 4711)).toBe(folder);
});
