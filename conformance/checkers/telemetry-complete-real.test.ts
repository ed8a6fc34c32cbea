import { describe, expect, test } from 'vitest';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { flawlessReports, pointFacts, publishedLines, receivedLines, telemetryJournal, type MadeDevice, type MadeReport } from './hand-made-telemetry.contract.ts';
import { telemetryComplete } from './telemetry-complete.ts';

const drive: MadeDevice = { device: 'drive', points: [{ facts: pointFacts({ name: 'speed' }), values: [1, 2, 3, 4, 5, 6, 7, 8] }] };
const pump: MadeDevice = { device: 'pumps-1', points: [{ facts: pointFacts({ name: 'pressure' }), values: [1, 2, 3] }] };
const sent = flawlessReports(drive);

function rigLine(device: string): Line {
  const points = drive.points.map(({ facts }) => ({ ...facts }));
  return [2, 'runner', 'rig.device', { dut: device, device, unit: 1, gateway: 'edge', line: device, profile: 'p', token: 3, points }];
}

/** A run with one real device of which nothing is known but what the gateway published and what arrived. */
function realJournal(published: readonly MadeReport[], received: readonly MadeReport[], more: readonly Line[] = []): Line[] {
  const started: Line = [20, 'edge', 'gateway.started', { mqttPort: 1, httpPort: 2, configSha256: '' }];
  return [...runFrame(9_000, 10_000), started, rigLine('drive'), ...publishedLines(published), ...receivedLines(received), ...more];
}

function failedLines(kind: string, ...instants: readonly number[]): Line[] {
  return instants.map((t) => [t, 'edge', 'southbound.failed', { line: 'drive', device: 'drive', unit: 1, kind, detail: '' }]);
}

describe('a device of the lab', () => {
  test('passes on what its gateway published, and the judgement says so', () => {
    const judgement = judged(telemetryComplete, realJournal(sent, sent), {});
    expect(judgement).toMatchObject({ verdict: 'pass', figures: { samples: 8, devices: 1, realDevices: 1 } });
    expect(judgement.because).toContain('drive judged from what the gateway published on, for a real device has no other witness');
  });

  test('is judged beside a simulated one', () => {
    const both = [...sent, ...flawlessReports(pump)];
    const judgement = judged(telemetryComplete, [...telemetryJournal([pump], both, both), rigLine('drive')], {});
    expect(judgement).toMatchObject({ verdict: 'pass', figures: { devices: 2, realDevices: 1 } });
  });

  test('fails when a report is lost', () => {
    expect(judged(telemetryComplete, realJournal(sent, sent.filter(({ n }) => n !== 3)), {})).toMatchObject({ verdict: 'fail', figures: { lost: 1 } });
  });

  test('fails when a report arrives as another value than was published', () => {
    const altered = sent.map((report) => (report.n === 4 ? { ...report, v: 99 } : report));
    const judgement = judged(telemetryComplete, realJournal(sent, altered), {});
    expect(judgement).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
    expect(judgement.findings[0]?.text).toBe('drive speed n 4 arrived as 99; its gateway published 4');
  });

  test('is inconclusive when nothing was published: no data is never a pass', () => {
    const judgement = judged(telemetryComplete, realJournal([], []), {});
    expect(judgement).toMatchObject({ verdict: 'inconclusive' });
    expect(judgement.because).toContain('no telemetry of drive');
  });

  test('is inconclusive when it is silent beside a simulated one that passes', () => {
    const only = flawlessReports(pump);
    expect(judged(telemetryComplete, [...telemetryJournal([pump], only, only), rigLine('drive')], {})).toMatchObject({ verdict: 'inconclusive' });
  });

  test('is inconclusive when its line was lost and stayed so', () => {
    const lost: Line = [8_100, 'edge', 'southbound.lost', { line: 'drive', reason: 'disconnected' }];
    const judgement = judged(telemetryComplete, realJournal(sent, sent, [lost]), {});
    expect(judgement).toMatchObject({ verdict: 'inconclusive' });
    expect(judgement.because).toContain('the line of real device drive was lost at 8.1 s and stayed so');
    const back: Line = [8_500, 'edge', 'southbound.connected', { line: 'drive' }];
    expect(judged(telemetryComplete, realJournal(sent, sent, [lost, back]), {}).verdict).toBe('pass');
  });

  test('is inconclusive when its requests fail after its last report', () => {
    const failed = failedLines('timeout', 8_200, 8_400, 8_600);
    expect(judged(telemetryComplete, realJournal(sent, sent, failedLines('timeout', 7_500)), {}).verdict).toBe('pass');
    expect(judged(telemetryComplete, realJournal(sent, sent, failedLines('exception', 8_200)), {}).verdict).toBe('pass');
    expect(judged(telemetryComplete, realJournal(sent, sent, failed), {}).because).toContain('real device drive stopped answering: 3 requests failed after its last report at 8.0 s');
  });
});
