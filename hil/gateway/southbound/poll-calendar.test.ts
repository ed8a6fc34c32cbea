import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { createPollCalendar, type CalendarEntry } from './poll-calendar.ts';

test('each is called at its instant, once, and asks again if it wants to', () => {
  const clock = createManualClock();
  const calendar = createPollCalendar(clock);
  const calls: [string, number][] = [];
  const startMs = clock.nowMs();
  const late = calendar.entry(() => calls.push(['late', clock.nowMs() - startMs]));
  const again = calendar.entry(() => {
    calls.push(['again', clock.nowMs() - startMs]);
    if (calls.length < 2) again.wakeAt(clock.nowMs() + 10);
  });
  late.wakeAt(startMs + 25);
  again.wakeAt(startMs + 10);
  clock.advance(100);
  expect(calls).toEqual([['again', 10], ['again', 20], ['late', 25]]);
});

test('who is asked again is called at the new instant only, and who withdraws is not called', () => {
  const clock = createManualClock();
  const calendar = createPollCalendar(clock);
  const calls: string[] = [];
  const moved = calendar.entry(() => calls.push('moved'));
  const gone = calendar.entry(() => calls.push('gone'));
  moved.wakeAt(clock.nowMs() + 10);
  moved.wakeAt(clock.nowMs() + 30);
  gone.wakeAt(clock.nowMs() + 20);
  gone.cancel();
  clock.advance(29);
  expect(calls).toEqual([]);
  clock.advance(1);
  expect(calls).toEqual(['moved']);
  gone.cancel();
});

test('an instant that has passed is served in the next turn, not within the call', () => {
  const clock = createManualClock();
  const calls: number[] = [];
  const entry = createPollCalendar(clock).entry(() => calls.push(clock.nowMs()));
  entry.wakeAt(clock.nowMs() - 5);
  expect(calls).toEqual([]);
  clock.advance(0);
  expect(calls).toHaveLength(1);
});

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('wake' as const), who: fc.nat({ max: 9 }), inMs: fc.nat({ max: 50 }) }),
    fc.record({ kind: fc.constant('cancel' as const), who: fc.nat({ max: 9 }) }),
    fc.record({ kind: fc.constant('advance' as const), byMs: fc.nat({ max: 30 }) }),
  ),
  { maxLength: 80 },
);

test('whatever is asked and withdrawn: everybody is called when the latest wish is due, in that order, and nobody else', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const clock = createManualClock();
      const calendar = createPollCalendar(clock);
      const wishes = new Map<number, number>();
      const entries: CalendarEntry[] = Array.from({ length: 10 }, (_none, who) =>
        calendar.entry(() => {
          const due = wishes.get(who);
          expect(due).toBeLessThanOrEqual(clock.nowMs());
          for (const other of wishes.values()) expect(other).toBeGreaterThanOrEqual(due ?? Infinity);
          wishes.delete(who);
        }),
      );
      for (const step of script) {
        if (step.kind === 'advance') {
          clock.advance(step.byMs);
          for (const due of wishes.values()) expect(due).toBeGreaterThan(clock.nowMs());
        } else if (step.kind === 'cancel') {
          entries[step.who]?.cancel();
          wishes.delete(step.who);
        } else {
          // At least 1 ms ahead, so that nothing is due before the clock moves.
          wishes.set(step.who, clock.nowMs() + 1 + step.inMs);
          entries[step.who]?.wakeAt(clock.nowMs() + 1 + step.inMs);
        }
      }
      clock.advance(100);
      expect(wishes.size).toBe(0);
    }),
    replay(),
  );
});
