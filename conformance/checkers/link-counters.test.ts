import { expect, test } from 'vitest';
import type { LinkCounters } from '../../sim/link/link-events.ts';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { LINK_COUNTER_CHECKERS } from './link-counters.ts';

const NOTHING: LinkCounters = { open: 1, connections: 0, bytesUp: 0, bytesDown: 0, dropped: 0, held: 0, delayed: 0, throttledMs: 0, sliced: 0, resets: 0, faults: [] };
const sample = (t: number, source: string, counters: Partial<LinkCounters>): Line => [t, source, 'link.sample', { ...NOTHING, ...counters }];
const frame = runFrame(9_000, 9_500);

function counter(that: string): (typeof LINK_COUNTER_CHECKERS)[number] {
  const checker = LINK_COUNTER_CHECKERS.find((candidate) => candidate.that === that);
  if (checker === undefined) throw new Error(`no checker ${that}`);
  return checker;
}

test('there is one for every counter of a link', () => {
  const { open: _open, faults: _faults, ...counters } = NOTHING;
  expect(LINK_COUNTER_CHECKERS.map(({ that }) => that).toSorted()).toEqual(Object.keys(counters).map((name) => `link.${name}`).toSorted());
});

test.each(LINK_COUNTER_CHECKERS)('$that: sometimes is a pass when it moved, a fail when it did not', ({ that }) => {
  const name = that.slice('link.'.length);
  const moved = [...frame, sample(1_000, 'uplink', {}), sample(2_000, 'uplink', { [name]: 7 })];
  expect(judged(counter(that), moved, { sometimes: true })).toMatchObject({ verdict: 'pass', figures: { [name]: 7, [`uplink ${name}`]: 7 } });
  const still = [...frame, sample(1_000, 'uplink', {})];
  expect(judged(counter(that), still, { sometimes: true })).toMatchObject({ verdict: 'fail', because: expect.stringContaining('hollow') });
});

const two = [...frame, sample(1_000, 'uplink', { dropped: 5 }), sample(2_000, 'uplink', { dropped: 10 }), sample(2_000, 'backup', { dropped: 3 })];
test.each([
  [{ max: 13 }, 'pass'],
  [{ max: 12 }, 'fail'],
  [{ min: 13 }, 'pass'],
  [{ min: 14 }, 'fail'],
  [{ link: 'backup', max: 3 }, 'pass'],
  [{ link: 'backup', min: 4 }, 'fail'],
  [{ link: 'other', max: 3 }, 'inconclusive'],
  [{}, 'inconclusive'],
  [{ sometimes: false }, 'inconclusive'],
])('final values 10 and 3 against %j: %s', (params, verdict) => {
  expect(judged(counter('link.dropped'), two, params).verdict).toBe(verdict);
});

test('no sample, or a run that was cut short, is inconclusive', () => {
  const cut = two.filter(([, , type]) => type !== 'run.quiesced');
  expect(judged(counter('link.dropped'), frame, { sometimes: true }).verdict).toBe('inconclusive');
  expect(judged(counter('link.dropped'), cut, { max: 100 }).verdict).toBe('inconclusive');
  expect(judged(counter('link.dropped'), cut, { max: 1 }).verdict).toBe('fail');
  expect(judged(counter('link.held'), cut, { sometimes: true }).verdict).toBe('inconclusive');
});
