import { describe, expect, test } from 'vitest';
import { faultLines, judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { flawlessReports, pointFacts, publishedLines, receivedLines, servedLines, telemetryJournal, type MadeDevice, type MadeReport } from './hand-made-telemetry.contract.ts';
import { telemetryComplete } from './telemetry-complete.ts';

const pump: MadeDevice = {
  device: 'pumps-1',
  points: [
    { facts: pointFacts({ name: 'pressure', deadband: 0.5 }), values: [1, 1.2, 1.4, 2, 2.1, 3, 3, 4, 5, 6] },
    { facts: pointFacts({ name: 'running', resolution: 0 }), values: [false, false, true, true, false, true, true, true, true, true] },
  ],
};
const sent = flawlessReports(pump);

function change(point: string, n: number, how: (report: MadeReport) => MadeReport[]): MadeReport[] {
  return sent.flatMap((report) => (report.point === point && report.n === n ? how(report) : [report]));
}

describe('a clean journal', () => {
  test('passes with its figures', () => {
    const judgement = judged(telemetryComplete, telemetryJournal([pump], sent, sent), {});
    expect(judgement).toMatchObject({ verdict: 'pass', findingsTotal: 0, figures: { samples: 10, received: 10, lost: 0, devices: 1, points: 2, servedValues: 20 } });
    expect(judgement.because).toBe('10 samples of 1 device arrived in order, none lost, up to 11.0 s');
  });

  test('passes when a report comes again at QoS 1, and counts it', () => {
    const again = [...sent, ...sent.slice(0, 2).map((report) => ({ ...report, arrivedMs: report.arrivedMs + 500 }))];
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, again), {})).toMatchObject({ verdict: 'pass', figures: { redelivered: 2, duplicates: 0 } });
  });

  test('passes without the word of the gateway, as with a device that tells nothing', () => {
    const lines = telemetryJournal([pump], [], sent);
    expect(judged(telemetryComplete, lines, {}).verdict).toBe('pass');
  });

  test('passes when the observer came after the first reports', () => {
    const lines = telemetryJournal([pump], sent, sent.filter(({ servedMs }) => servedMs > 3_000)).map(
      ([t, source, type, data]): Line => [type === 'observer.subscribed' ? 3_500 : t, source, type, data],
    );
    expect(judged(telemetryComplete, lines, {}).verdict).toBe('pass');
  });

  test('passes when what was published after the quiesce is still under way', () => {
    const late = { ...(sent.at(-1) ?? expect.unreachable()), n: 6, servedMs: 11_100, v: false };
    const published = [...sent, late];
    expect(judged(telemetryComplete, telemetryJournal([pump], published, sent), {}).verdict).toBe('pass');
  });

  test('passes at the gateway nearby when asked there', () => {
    const lines = [...telemetryJournal([pump], sent, []), ...receivedLines(sent, 'edge')];
    expect(judged(telemetryComplete, lines, { at: 'edge' }).verdict).toBe('pass');
    expect(judged(telemetryComplete, lines, {}).verdict).toBe('fail');
  });

  test('passes when a restarted gateway numbers from 1 again', () => {
    const restarted = sent.map((report) => (report.servedMs < 7_000 ? report : { ...report, boot: 'b0070002', n: report.n - (report.point === 'pressure' ? 3 : 4) }));
    const pressure = restarted.filter(({ point, boot }) => point === 'pressure' && boot === 'b0070002').map(({ n }) => n);
    expect(pressure).toEqual([1, 2, 3]);
    expect(judged(telemetryComplete, telemetryJournal([pump], restarted, restarted), {}).verdict).toBe('pass');
  });
});

describe('a planted violation is found and named', () => {
  test('a lost sample, with its instant and the fault', () => {
    const lines = [...telemetryJournal([pump], sent, change('pressure', 3, () => [])), ...faultLines('partition@uplink#1', 'uplink', 5_500, 6_500)];
    const judgement = judged(telemetryComplete, lines, {});
    expect(judgement).toMatchObject({ verdict: 'fail', because: '1 of 10 samples lost, at 6.0 s under partition@uplink#1', figures: { lost: 1, skipped: 0, altered: 0 } });
    expect(judgement.findings).toEqual([{ t: 6_002, text: 'pumps-1 pressure n 3 (boot b0070001), published at 6.0 s, was lost', faults: ['partition@uplink#1'] }]);
  });

  test('a gap, when only the observer speaks', () => {
    const judgement = judged(telemetryComplete, telemetryJournal([pump], [], change('pressure', 3, () => [])), {});
    expect(judgement).toMatchObject({ verdict: 'fail', because: '1 of 10 samples lost, at 8.0 s with no fault in force' });
  });

  test('the first sample of a boot that began within the run', () => {
    expect(judged(telemetryComplete, telemetryJournal([pump], [], change('pressure', 1, () => [])), {})).toMatchObject({ verdict: 'fail', figures: { lost: 1 } });
  });

  test('the last sample', () => {
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, change('pressure', 6, () => [])), {})).toMatchObject({ verdict: 'fail', figures: { lost: 1, skipped: 0 } });
  });

  test('every sample', () => {
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, []), {})).toMatchObject({ verdict: 'fail', figures: { received: 0, lost: 10 } });
  });

  test('two samples that swapped places', () => {
    const swapped = sent.map((report) => {
      if (report.point !== 'pressure' || (report.n !== 3 && report.n !== 4)) return report;
      return { ...report, arrivedMs: report.n === 3 ? 8_500 : 8_400 };
    });
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, swapped), {})).toMatchObject({ verdict: 'fail', figures: { outOfOrder: 1, lost: 0 } });
  });

  test.each([0, 2])('a duplicate at QoS %i', (qos) => {
    const twice = change('pressure', 2, (report) => [report, { ...report, qos, arrivedMs: report.arrivedMs + 5 }]);
    const judgement = judged(telemetryComplete, telemetryJournal([pump], sent, twice), {});
    expect(judgement).toMatchObject({ verdict: 'fail', figures: { duplicates: 1 } });
    expect(judgement.because).toContain('received twice');
  });

  test('an altered value', () => {
    const altered = change('pressure', 3, (report) => [{ ...report, v: 3.1 }]);
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, altered), {})).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
  });

  test('another value under a number that came before', () => {
    const twice = change('pressure', 3, (report) => [report, { ...report, v: 2, arrivedMs: report.arrivedMs + 5 }]);
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, twice), {})).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
  });

  test('a value that was told only after it arrived', () => {
    const early = change('pressure', 6, (report) => [{ ...report, arrivedMs: report.servedMs - 500 }]);
    expect(judged(telemetryComplete, telemetryJournal([pump], [], early), {})).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
  });

  test('a change that the gateway never reported', () => {
    const forgotten = sent.filter(({ point, n }) => point !== 'pressure' || n !== 3).map((report) => (report.point === 'pressure' && report.n > 3 ? { ...report, n: report.n - 1 } : report));
    const judgement = judged(telemetryComplete, telemetryJournal([pump], forgotten, forgotten), {});
    expect(judgement).toMatchObject({ verdict: 'fail', figures: { skipped: 1, lost: 0, altered: 0 } });
    expect(judgement.findings[0]?.text).toBe('pumps-1 pressure: 3 was served at 6.0 s and had to be reported before n 3, but was not');
  });

  test('a first value that the gateway never reported', () => {
    const late = sent.filter(({ point, n }) => point !== 'pressure' || n > 1).map((report) => (report.point === 'pressure' ? { ...report, n: report.n - 1 } : report));
    const judgement = judged(telemetryComplete, telemetryJournal([pump], late, late), {});
    expect(judgement).toMatchObject({ verdict: 'fail', figures: { skipped: 1, lost: 0 } });
    expect(judgement.findings[0]?.text).toBe('pumps-1 pressure: 1 was served at 1.0 s and had to be reported before n 1, but was not');
  });

  test('a point that froze while its PLC went on', () => {
    const frozen = sent.filter(({ point, n }) => point !== 'pressure' || n < 5);
    expect(judged(telemetryComplete, telemetryJournal([pump], frozen, frozen), {})).toMatchObject({ verdict: 'fail', figures: { skipped: 1 } });
  });

  test('a point that the gateway never reported at all', () => {
    const without = sent.filter(({ point }) => point !== 'running');
    expect(judged(telemetryComplete, telemetryJournal([pump], without, without), {})).toMatchObject({ verdict: 'fail', figures: { skipped: 1 } });
  });

  test('a device that no PLC stands for', () => {
    const stranger = [...sent, ...sent.slice(0, 1).map((report) => ({ ...report, device: 'pumps-9' }))];
    expect(judged(telemetryComplete, telemetryJournal([pump], sent, stranger), { at: 'cloud' })).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
  });
});

describe('what may not have reached the gateway need not be reported', () => {
  const forgotten = sent.filter(({ point, n }) => point !== 'pressure' || n !== 3).map((report) => (report.point === 'pressure' && report.n > 3 ? { ...report, n: report.n - 1 } : report));

  test.each(['pumps', 'edge'])('under a fault on %s', (on) => {
    const lines = [...telemetryJournal([pump], forgotten, forgotten), ...faultLines(`stall@${on}#1`, on, 5_500, 6_500)];
    expect(judged(telemetryComplete, lines, {}).verdict).toBe('pass');
  });

  test('before a request that the gateway gave up', () => {
    const failed: Line = [8_000, 'edge', 'southbound.failed', { line: 'l', device: 'pumps-1', unit: 1, kind: 'timeout', detail: '' }];
    expect(judged(telemetryComplete, [...telemetryJournal([pump], forgotten, forgotten), failed], {}).verdict).toBe('pass');
  });

  test('but under a fault on the uplink it must', () => {
    const lines = [...telemetryJournal([pump], forgotten, forgotten), ...faultLines('partition@uplink#1', 'uplink', 5_500, 6_500)];
    expect(judged(telemetryComplete, lines, {}).verdict).toBe('fail');
  });
});

describe('missing data is inconclusive', () => {
  const clean = telemetryJournal([pump], sent, sent);
  const silent: MadeDevice = { ...pump, device: 'pumps-2' };
  const unasked: Line = [1, 'pumps', 'plc.device', { device: 'pumps-2', unit: 2, profile: 'made', points: [] }];

  test.each<[string, Line[], string]>([
    ['no PLC', [...runFrame(9_000, 9_500), ...publishedLines([])], 'no PLC told what it served'],
    ['a PLC that nobody asked', [...clean, unasked], 'nobody asked pumps-2'],
    ['a device without telemetry', [...clean, ...servedLines([silent])], 'no telemetry of pumps-2'],
    ['a run that was never quiesced', clean.filter(([, , type]) => type !== 'run.quiesced'), 'never quiesced'],
    ['nobody at the far end', clean.filter(([, source]) => source !== 'observer-cloud'), 'nobody observed at cloud'],
  ])('%s', (_, lines, because) => {
    const judgement = judged(telemetryComplete, lines, {});
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.because).toContain(because);
  });

  test('no topology', () => {
    const lines = clean.filter(([, , type]) => type !== 'run.started');
    expect(judged(telemetryComplete, lines, {})).toMatchObject({ verdict: 'inconclusive' });
    expect(judged(telemetryComplete, lines, { at: 'cloud' }).verdict).toBe('pass');
  });

  test('fewer samples than asked for', () => {
    expect(judged(telemetryComplete, clean, { minSamples: 11 })).toMatchObject({ verdict: 'inconclusive', because: '10 samples received, at least 11 needed' });
  });

  test('observations that were dropped', () => {
    const dropped: Line = [5_000, 'pid-1', 'control.dropped', { observations: 7 }];
    expect(judged(telemetryComplete, [...clean, dropped], {})).toMatchObject({ verdict: 'inconclusive' });
  });
});
