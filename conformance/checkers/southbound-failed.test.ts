import { expect, test } from 'vitest';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { southboundFailedChecker } from './southbound-failed.ts';

const failed = (t: number, device: string, kind: string): Line => [t, 'edge', 'southbound.failed', { line: device, device, unit: 1, kind, detail: 'planted' }];
const connected: Line = [100, 'edge', 'southbound.connected', { line: 'pumps-1' }];
const phase: readonly Line[] = [
  [2_000, 'runner', 'phase.started', { phase: 'disrupt' }],
  [4_000, 'runner', 'phase.ended', { phase: 'disrupt' }],
];
const lines: readonly Line[] = [...runFrame(9_000, 9_500), connected, ...phase, failed(1_000, 'pumps-1', 'timeout'), failed(3_000, 'pumps-1', 'exception'), failed(3_500, 'other-1', 'timeout')];

test.each([
  [{ max: 3 }, 'pass'],
  [{ max: 2 }, 'fail'],
  [{ kind: 'timeout', max: 2, min: 2 }, 'pass'],
  [{ group: 'pumps', max: 2, min: 2 }, 'pass'],
  [{ group: 'pumps', max: 1 }, 'fail'],
  [{ device: 'pumps-2', max: 0 }, 'pass'],
  [{ device: 'pumps-1', max: 1 }, 'fail'],
  [{ during: 'disrupt', min: 2, max: 2 }, 'pass'],
  [{ during: 'disrupt', kind: 'corrupt', sometimes: true }, 'fail'],
  [{ during: 'elsewhere', max: 0 }, 'inconclusive'],
  [{}, 'inconclusive'],
] as const)('three planted failures against %j: %s', (params, verdict) => {
  expect(judged(southboundFailedChecker, [...lines], params).verdict).toBe(verdict);
});

test('no failure proves nothing when no gateway ever reached a device, or the run was cut short', () => {
  expect(judged(southboundFailedChecker, runFrame(9_000, 9_500), { max: 0 }).verdict).toBe('inconclusive');
  const cut = lines.filter(([, , type]) => type !== 'run.quiesced');
  expect(judged(southboundFailedChecker, cut, { max: 100 }).verdict).toBe('inconclusive');
  expect(judged(southboundFailedChecker, cut, { max: 1 }).verdict).toBe('fail');
});
