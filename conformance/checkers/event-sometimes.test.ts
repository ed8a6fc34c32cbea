import { expect, test } from 'vitest';
import { eventSometimes } from './event-sometimes.ts';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';

const lost = (t: number, source: string): Line => [t, source, 'uplink.lost', { reason: 'closed' }];
const lines = [...runFrame(9_000, 9_500), lost(2_000, 'edge'), lost(3_000, 'edge')];

test.each([
  [{}, 'pass'],
  [{ atLeast: 2 }, 'pass'],
  [{ atLeast: 3 }, 'fail'],
  [{ source: 'edge' }, 'pass'],
  [{ source: 'cloud' }, 'fail'],
])('%j: %s', (params, verdict) => {
  expect(judged(eventSometimes, lines, { event: 'uplink.lost', ...params }).verdict).toBe(verdict);
});

test('an event that never came makes the pass hollow, and says so', () => {
  expect(judged(eventSometimes, lines, { event: 'uplink.dropped' })).toMatchObject({ verdict: 'fail', because: expect.stringContaining('hollow') });
});

test('a run that was cut short proves nothing', () => {
  const cut = lines.filter(([, , type]) => type !== 'run.quiesced');
  expect(judged(eventSometimes, cut, { event: 'uplink.dropped' }).verdict).toBe('inconclusive');
  expect(judged(eventSometimes, cut, { event: 'uplink.lost' }).verdict).toBe('pass');
});
