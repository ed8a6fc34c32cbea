import { describe, expect, test } from 'vitest';
import { judged, type Line } from './hand-made-history.contract.ts';
import { flawlessMessages, messageJournal } from './hand-made-messages.contract.ts';
import { flawlessReports, pointFacts, telemetryJournal } from './hand-made-telemetry.contract.ts';
import { mqttLatency } from './mqtt-latency.ts';
import { telemetryLatency } from './telemetry-latency.ts';

/** 200 messages that take 1 to 200 ms, in any order, between 1,000 and 20,900. */
const messages = flawlessMessages('sensors-1', 1, 200).map((message, index) => ({ ...message, arrivals: [{ t: message.sentMs + ((index * 37) % 200) + 1, qos: 1 }] }));
const lines = messageJournal(messages);
const steady: Line[] = [
  [6_000, 'runner', 'phase.started', { phase: 'steady' }],
  [11_000, 'runner', 'phase.ended', { phase: 'steady' }],
];

describe('mqtt.latency', () => {
  test('tells percentiles within 0.1 % and the exact maximum', () => {
    const { figures, verdict } = judged(mqttLatency, lines, { max: { max: '200ms' } });
    expect(verdict).toBe('pass');
    expect(figures).toMatchObject({ samples: 200, maxMs: 200 });
    expect(Number(figures['p50Ms'])).toBeCloseTo(100, 0);
    expect(Number(figures['p99Ms'])).toBeCloseTo(198, 0);
  });

  test.each([
    [{ p50: { max: '110ms' }, p99: { max: '199ms' }, max: { max: '200ms' } }, 'pass'],
    [{ p50: { max: '90ms' } }, 'fail'],
    [{ p99: { max: '190ms' } }, 'fail'],
    [{ max: { max: '199ms' } }, 'fail'],
    [{ p50: { max: '110ms' }, max: { max: '199ms' } }, 'fail'],
  ])('%j: %s', (params, verdict) => {
    expect(judged(mqttLatency, lines, params).verdict).toBe(verdict);
  });

  test('lists the messages beyond the limit', () => {
    const judgement = judged(mqttLatency, lines, { max: { max: '198ms' } });
    expect(judgement.findingsTotal).toBe(2);
    expect(judgement.findings.map(({ text }) => text)).toEqual(expect.arrayContaining([expect.stringMatching(/^sensors-1 n \d+ took 200\.00 ms$/u)]));
  });

  test('looks at one phase, by the instant of receipt', () => {
    const judgement = judged(mqttLatency, [...lines, ...steady], { max: { max: '1s' }, during: 'steady', minSamples: 10 });
    const inside = messages.filter(({ arrivals }) => arrivals.every(({ t }) => t >= 6_000 && t < 11_000));
    expect(judgement).toMatchObject({ verdict: 'pass', figures: { samples: inside.length } });
  });

  test.each([
    ['a phase the run did not have', lines, { max: { max: '1s' }, during: 'steady' }],
    ['too few samples', [...lines, ...steady], { max: { max: '1s' }, during: 'steady' }],
    ['no sample', messageJournal([]), { max: { max: '1s' }, minSamples: 1 }],
    ['no limit', lines, {}],
  ])('%s is inconclusive', (_, journal, params) => {
    expect(judged(mqttLatency, journal, params).verdict).toBe('inconclusive');
  });

  test('messages that arrive before they were sent are inconclusive', () => {
    const skewed = messageJournal(messages.map((message) => ({ ...message, arrivals: [{ t: message.sentMs - 5, qos: 1 }] })));
    expect(judged(mqttLatency, skewed, { max: { max: '1s' } })).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining('clocks') });
  });
});

describe('telemetry.latency', () => {
  const pump = { device: 'pumps-1', points: [{ facts: pointFacts({}), values: Array.from({ length: 150 }, (_, index) => index) }] };
  const reports = flawlessReports(pump);

  test('takes the time from publication to first arrival', () => {
    const again = [...reports, ...reports.slice(0, 1).map((report) => ({ ...report, arrivedMs: report.arrivedMs + 900 }))];
    expect(judged(telemetryLatency, telemetryJournal([pump], reports, again), { max: { max: '6ms' } })).toMatchObject({ verdict: 'pass', figures: { samples: 150, maxMs: 6 } });
  });

  test('finds a late one', () => {
    const late = reports.map((report) => (report.n === 9 ? { ...report, arrivedMs: report.arrivedMs + 500 } : report));
    const judgement = judged(telemetryLatency, telemetryJournal([pump], reports, late), { max: { max: '100ms' } });
    expect(judgement).toMatchObject({ verdict: 'fail', findingsTotal: 1 });
    expect(judgement.findings[0]?.text).toBe('pumps-1 pressure n 9 took 506.00 ms');
  });

  test('is inconclusive when the gateway does not tell when it published', () => {
    expect(judged(telemetryLatency, telemetryJournal([pump], [], reports), { max: { max: '1s' } })).toMatchObject({ verdict: 'inconclusive' });
  });
});
