import { expect, test } from 'vitest';
import { faultLines, judged, type Line } from './hand-made-history.contract.ts';
import { flawlessReports, pointFacts, telemetryJournal, type MadeDevice, type MadeReport } from './hand-made-telemetry.contract.ts';
import { telemetryComplete } from './telemetry-complete.ts';

const pump: MadeDevice = { device: 'pumps-1', points: [{ facts: pointFacts({ name: 'pressure', deadband: 0.5 }), values: [1, 2, 3, 4, 5, 6, 7, 8] }] };
const sent = flawlessReports(pump);

/** The report of the third poll (at 3.0 s) says something else. */
function thirdSays(v: number): MadeReport[] {
  return sent.map((report) => (report.n === 3 ? { ...report, v } : report));
}

test.each(['modbus.noise', 'modbus.crcError'])('a value that nobody told is a finding also under %s: the line must not corrupt what is published', (kind) => {
  const lines = [...telemetryJournal([pump], thirdSays(9), thirdSays(9)), ...faultLines(`${kind}@pumps#1`, 'pumps', 2_500, 3_500)];
  expect(judged(telemetryComplete, lines, {})).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
});

test('a value that a fault made the device tell is what the device told', () => {
  const reports = thirdSays(1);
  const stuck = faultLines('modbus.stuckValue@pumps#1', 'pumps', 2_500, 3_500);
  const told: Line = [3_000.5, 'pumps', 'plc.served', { device: 'pumps-1', unit: 1, values: { pressure: 1 } }];
  const journal = [...telemetryJournal([pump], reports, reports), ...stuck];
  expect(judged(telemetryComplete, [...journal, told], {}).verdict).toBe('pass');
  expect(judged(telemetryComplete, journal, {})).toMatchObject({ verdict: 'fail', figures: { altered: 1 } });
});

test('a value that a fault kept from the gateway need not be reported; the next one must', () => {
  const reports = sent.filter(({ n }) => n !== 3).map((report) => (report.n > 3 ? { ...report, n: report.n - 1 } : report));
  const journal = telemetryJournal([pump], reports, reports);
  expect(judged(telemetryComplete, [...journal, ...faultLines('modbus.noReply@pumps#1', 'pumps', 2_900, 3_100)], {}).verdict).toBe('pass');
  expect(judged(telemetryComplete, [...journal, ...faultLines('modbus.noReply@pumps#1', 'pumps', 6_500, 6_600)], {})).toMatchObject({ verdict: 'fail', figures: { skipped: 1 } });
});
