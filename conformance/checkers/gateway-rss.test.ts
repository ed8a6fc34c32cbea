import { expect, test } from 'vitest';
import { gatewayRss } from './gateway-rss.ts';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';

const sample = (t: number, source: string, megabytes: number): Line => [t, source, 'process.sample', { rssBytes: megabytes * 1_000_000, heapUsedBytes: 1, cpuMs: 1, loopDelayP99Ms: 1 }];
const lines = [...runFrame(9_000, 9_500), sample(1_000, 'edge', 80), sample(2_000, 'edge', 120), sample(1_000, 'cloud', 90), sample(2_000, 'fleet', 900)];

test('passes below the limit, and only gateways count', () => {
  expect(judged(gatewayRss, lines, { max: '120MB' })).toMatchObject({ verdict: 'pass', figures: { samples: 3, 'edge rssMaxBytes': 120_000_000, 'cloud rssMaxBytes': 90_000_000 } });
});

test('finds a gateway above the limit', () => {
  const judgement = judged(gatewayRss, lines, { max: '100MB' });
  expect(judgement).toMatchObject({ verdict: 'fail', findingsTotal: 1 });
  expect(judgement.findings[0]).toMatchObject({ t: 2_000, text: 'edge held 120.0 MB at 2.0 s' });
});

test('looks at the gateway and the phase it is told', () => {
  const phases: Line[] = [[500, 'runner', 'phase.started', { phase: 'warmup' }], [1_500, 'runner', 'phase.ended', { phase: 'warmup' }]];
  expect(judged(gatewayRss, lines, { max: '100MB', gateway: 'cloud' }).verdict).toBe('pass');
  expect(judged(gatewayRss, [...lines, ...phases], { max: '100MB', during: 'warmup' }).verdict).toBe('pass');
});

test.each([
  ['a gateway without samples', lines.filter(([, source]) => source !== 'cloud'), {}],
  ['a gateway nobody knows', lines, { gateway: 'middle' }],
  ['an unknown phase', lines, { during: 'steady' }],
  ['no topology', lines.filter(([, , type]) => type !== 'run.started'), {}],
])('%s is inconclusive', (_, journal, params) => {
  expect(judged(gatewayRss, journal, { max: '1GB', ...params }).verdict).toBe('inconclusive');
});
