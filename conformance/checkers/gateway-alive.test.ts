import { expect, test } from 'vitest';
import { gatewayAlive } from './gateway-alive.ts';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';

const samples = (source: string, untilMs: number): Line[] =>
  Array.from({ length: Math.floor(untilMs / 1_000) }, (_, index): Line => [(index + 1) * 1_000, source, 'process.sample', { rssBytes: 1, heapUsedBytes: 1, cpuMs: 1, loopDelayP99Ms: 1 }]);
const frame = runFrame(29_000, 30_000);

test('gateways that sampled until the end pass', () => {
  expect(judged(gatewayAlive, [...frame, ...samples('edge', 30_000), ...samples('cloud', 29_000)], {})).toMatchObject({ verdict: 'pass', figures: { gateways: 2 } });
});

test('a gateway that fell silent is found', () => {
  const judgement = judged(gatewayAlive, [...frame, ...samples('edge', 30_000), ...samples('cloud', 20_000)], {});
  expect(judgement).toMatchObject({ verdict: 'fail', because: 'cloud was last heard of at 20.0 s, 10.0 s before the end' });
});

test('a gateway that died is found', () => {
  const died: Line = [28_000, 'runner', 'child.died', { child: 'edge', detail: 'signal SIGSEGV' }];
  expect(judged(gatewayAlive, [...frame, ...samples('edge', 28_000), ...samples('cloud', 30_000), died], {})).toMatchObject({ verdict: 'fail', because: 'edge died at 28.0 s: signal SIGSEGV' });
});

const alive = [...frame, ...samples('edge', 30_000), ...samples('cloud', 30_000)];
const plcDied: Line = [28_000, 'runner', 'child.died', { child: 'pumps', detail: 'exit 1' }];
test.each([
  ['a gateway that never sampled', [...frame, ...samples('edge', 30_000)]],
  ['a part of the testbed that died', [...alive, plcDied]],
  ['a run without an end', alive.filter(([, , type]) => type !== 'run.ended')],
  ['no topology', alive.filter(([, , type]) => type !== 'run.started')],
])('%s is inconclusive', (_, lines) => {
  expect(judged(gatewayAlive, lines, {}).verdict).toBe('inconclusive');
});
