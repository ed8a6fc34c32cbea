import { expect, test } from 'vitest';
import { EDGE_AND_CLOUD, faultLines, handMadeEntries, runFrame, type Line } from './hand-made-history.contract.ts';
import { indexHistory } from './index-history.ts';

const phase = (t: number, event: string, name: string): Line => [t, 'runner', event, { phase: name }];
const lines: Line[] = [
  ...runFrame(9_000, 9_500),
  phase(0, 'phase.started', 'warmup'),
  phase(2_000, 'phase.ended', 'warmup'),
  phase(2_000, 'phase.started', 'disrupt'),
  ...faultLines('stall@uplink#1', 'uplink', 3_000, 5_000),
  ...faultLines('latency@uplink#1', 'uplink', 4_000, 6_000),
  [8_000, 'runner', 'fault.started', { fault: 'reset@uplink#1', kind: 'reset', on: 'uplink', plannedAtMs: 8_000 }],
];
const history = indexHistory(handMadeEntries(lines));

test('phases and faults are windows; what never ended lasts forever', () => {
  expect(history.phases).toEqual([{ id: 'warmup', startMs: 0, endMs: 2_000 }, { id: 'disrupt', startMs: 2_000, endMs: Infinity }]);
  expect(history.faults.map(({ id, endMs }) => [id, endMs])).toEqual([['stall@uplink#1', 5_000], ['latency@uplink#1', 6_000], ['reset@uplink#1', Infinity]]);
});

test.each([
  [2_999, []],
  [3_000, ['stall@uplink#1']],
  [4_500, ['stall@uplink#1', 'latency@uplink#1']],
  [6_001, []],
  [99_000, ['reset@uplink#1']],
])('faults in force at %i', (t, faults) => {
  expect(history.faultsAt(t)).toEqual(faults);
});

test('topology, quiesce and entries by type come from the journal', () => {
  expect(history.topology).toEqual(EDGE_AND_CLOUD);
  expect(history.quiescedMs).toBe(9_000);
  expect(history.ofType('phase.started').map(({ data }) => data['phase'])).toEqual(['warmup', 'disrupt']);
  expect(history.ofType('unheard.of')).toEqual([]);
});

test('an empty journal knows nothing', () => {
  expect(indexHistory([])).toMatchObject({ topology: undefined, phases: [], faults: [], quiescedMs: Infinity });
});
