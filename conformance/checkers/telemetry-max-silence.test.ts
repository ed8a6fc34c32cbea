import { describe, expect, test } from 'vitest';
import { faultLines, judged, type Line } from './hand-made-history.contract.ts';
import { flawlessReports, pointFacts, telemetryJournal, type MadeDevice, type MadeReport } from './hand-made-telemetry.contract.ts';
import { telemetryMaxSilence } from './telemetry-max-silence.ts';

/** Polled once a second from 1,000 on for 40 s: a level that never changes and is due each 5 s, and one without a bound. */
const pump: MadeDevice = {
  device: 'pumps-1',
  points: [
    { facts: pointFacts({ name: 'level', maxSilenceMs: 5_000 }), values: Array.from({ length: 40 }, () => 3) },
    { facts: pointFacts({ name: 'speed' }), values: Array.from({ length: 40 }, () => 7) },
  ],
};
const sent = flawlessReports(pump);

/** What becomes of the verdict when only these reports of the level were made. */
function judgedWith(isMade: (report: MadeReport) => boolean, more: readonly Line[] = [], params: { group?: string; tolerance?: string } = {}): ReturnType<typeof judged> {
  const made = sent.filter((report) => report.point !== 'level' || isMade(report));
  return judged(telemetryMaxSilence, [...telemetryJournal([pump], made, made), ...more], params);
}

const before = ({ servedMs }: MadeReport): boolean => servedMs < 15_000;
const notBetween = (fromMs: number, toMs: number) => ({ servedMs }: MadeReport): boolean => servedMs < fromMs || servedMs > toMs;

test('passes when an unchanged point is reported as often as its bound asks', () => {
  expect(judgedWith(() => true)).toMatchObject({ verdict: 'pass', figures: { points: 1, provenPoints: 1, longestSilenceMs: 5_000, excusedSilences: 0 } });
});

describe('fails, with point and instant', () => {
  test('when one report is missing', () => {
    const judgement = judgedWith(notBetween(15_000, 18_000));
    expect(judgement).toMatchObject({ verdict: 'fail', findingsTotal: 1, figures: { longestSilenceMs: 10_000 } });
    expect(judgement.findings[0]).toMatchObject({ t: 16_002, text: 'pumps-1 level was silent for 10.0 s, at most 5.0 s allowed' });
  });
  test('when reports end before the run does', () => {
    expect(judgedWith(before).findings[0]?.text).toMatch(/silent for 30\.0 s and to the end/u);
  });
  test('when it is reported once only, with a device that goes on', () => {
    expect(judgedWith(({ n }) => n === 1).verdict).toBe('fail');
  });
  test('when it was never reported, although another point of the device is', () => {
    expect(judgedWith(() => false)).toMatchObject({ verdict: 'fail', figures: { provenPoints: 1, reports: 0 } });
  });
  test('when it was never reported nor read, although the device is', () => {
    const deaf = { ...pump, points: [...pump.points, { facts: pointFacts({ name: 'flow', maxSilenceMs: 5_000 }), values: [] }] };
    const judgement = judged(telemetryMaxSilence, telemetryJournal([deaf], sent, sent), {});
    expect(judgement).toMatchObject({ verdict: 'fail', findings: [{ text: expect.stringContaining('pumps-1 flow was silent') }] });
  });
  test('when the tolerance is smaller than the delay', () => {
    expect(judgedWith(() => true, [], { tolerance: '0ms' }).verdict).toBe('pass');
    const slow = sent.map((report) => (report.point === 'level' && report.n > 3 ? { ...report, servedMs: report.servedMs + 1_500 } : report));
    expect(judged(telemetryMaxSilence, telemetryJournal([pump], slow, slow), {}).verdict).toBe('pass');
    expect(judged(telemetryMaxSilence, telemetryJournal([pump], slow, slow), { tolerance: '1s' }).verdict).toBe('fail');
  });
});

describe('a silence that the gateway could not help', () => {
  const missing = notBetween(15_000, 18_000);
  test('is excused under a fault on the line of the device', () => {
    expect(judgedWith(missing, faultLines('modbus.noReply@pumps#1', 'pumps', 14_000, 18_000))).toMatchObject({ verdict: 'pass', figures: { excusedSilences: 1 } });
  });
  test('is excused by a request that was given up', () => {
    const failed: Line = [16_500, 'edge', 'southbound.failed', { line: 'pumps-1', device: 'pumps-1', unit: 1, kind: 'timeout', detail: 'planted' }];
    expect(judgedWith(missing, [failed]).verdict).toBe('pass');
  });
  test('is not excused by a fault on the uplink, on another group or at another time', () => {
    expect(judgedWith(missing, faultLines('partition@uplink#1', 'uplink', 14_000, 18_000)).verdict).toBe('fail');
    expect(judgedWith(missing, faultLines('modbus.noReply@others#1', 'others', 14_000, 18_000)).verdict).toBe('fail');
    expect(judgedWith(missing, faultLines('modbus.noReply@pumps#1', 'pumps', 2_000, 3_000)).verdict).toBe('fail');
  });
  test('is excused no longer than the device needs to recover', () => {
    expect(judgedWith(before, faultLines('modbus.noReply@pumps#1', 'pumps', 14_000, 18_000)).verdict).toBe('fail');
  });
});

describe('is inconclusive', () => {
  test.each([
    ['no point has a bound', { facts: pointFacts({ name: 'level' }), values: [1, 1, 1] }, 'no point of the run has a maximum silence'],
    ['the run is shorter than the bound', { facts: pointFacts({ name: 'level', maxSilenceMs: 60_000 }), values: [1, 1, 1] }, 'no point was watched for longer'],
  ])('when %s', (_what, point, words) => {
    const device = { device: 'pumps-1', points: [point] };
    const reports = flawlessReports(device);
    expect(judged(telemetryMaxSilence, telemetryJournal([device], reports, reports), {})).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining(words) });
  });
  test('when nothing of a device was ever published, or no such group is there', () => {
    expect(judged(telemetryMaxSilence, telemetryJournal([pump], [], []), {}).because).toContain('no gateway published anything of pumps-1');
    expect(judgedWith(() => true, [], { group: 'line-a' }).verdict).toBe('inconclusive');
    expect(judgedWith(() => true, [], { group: 'pumps' }).verdict).toBe('pass');
  });
  test('when the run was cut short, but a silence that was seen stays a fail', () => {
    const cut = (isMade: (report: MadeReport) => boolean): Line[] => {
      const made = sent.filter((report) => report.point !== 'level' || isMade(report));
      return telemetryJournal([pump], made, made).filter(([, , type]) => type !== 'run.quiesced');
    };
    expect(judged(telemetryMaxSilence, cut(() => true), {}).verdict).toBe('inconclusive');
    expect(judged(telemetryMaxSilence, cut(notBetween(15_000, 18_000)), {}).verdict).toBe('fail');
  });
});
