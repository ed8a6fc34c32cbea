import { afterEach, describe, expect, test, vi } from 'vitest';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import { every, sleep, type Clock } from './clock.ts';
import { realClock } from './real-clock.ts';

/** A clock whose timers all fire late by what `lateMs` says for each. */
function lateClock(lateMs: (count: number) => number): { readonly clock: Clock; readonly advance: (ms: number) => void } {
  const manual = createManualClock();
  let count = 0;
  const setTimer: Clock['setTimer'] = (delayMs, callback) => {
    count += 1;
    return manual.setTimer(delayMs + lateMs(count), callback);
  };
  return { clock: { nowMs: () => manual.nowMs(), wallMs: () => manual.wallMs(), setTimer }, advance: (ms) => manual.advance(ms) };
}

describe('every', () => {
  test('calls once each period, and never after it was cancelled', () => {
    const clock = createManualClock({ startMs: 12.5 });
    const calls: number[] = [];
    const timer = every(clock, 250, () => calls.push(clock.nowMs()));
    clock.advance(249);
    expect(calls).toEqual([]);
    clock.advance(751);
    expect(calls).toEqual([262.5, 512.5, 762.5, 1_012.5]);
    timer.cancel();
    clock.advance(1_000);
    expect([calls.length, clock.pendingTimers]).toEqual([4, 0]);
  });

  test('timers that fire late do not add up to a drift', () => {
    const { clock, advance } = lateClock((count) => (count * 7) % 9);
    const calls: number[] = [];
    every(clock, 10, () => calls.push(clock.nowMs()));
    advance(10_009);
    expect(calls.length).toBe(1_000);
    calls.forEach((atMs, index) => expect(atMs - (index + 1) * 10).toBeLessThan(9));
  });

  test('periods that floating point cannot hold lose no call', () => {
    const clock = createManualClock({ startMs: 0.1 });
    let calls = 0;
    every(clock, 0.7, () => (calls += 1));
    clock.advance(700.01);
    expect(calls).toBe(1_000);
  });

  test('calls missed in a stall are skipped, not fired in a burst', () => {
    const { clock, advance } = lateClock((count) => (count === 2 ? 55 : 0));
    const calls: number[] = [];
    every(clock, 10, () => calls.push(clock.nowMs()));
    advance(100);
    expect(calls).toEqual([10, 75, 80, 90, 100]);
  });

  test('may be cancelled by its own callback', () => {
    const clock = createManualClock();
    let calls = 0;
    const timer = every(clock, 10, () => {
      calls += 1;
      if (calls === 3) timer.cancel();
    });
    clock.advance(100);
    expect([calls, clock.pendingTimers]).toEqual([3, 0]);
  });
});

describe('sleep', () => {
  test('ends after its time', async () => {
    const clock = createManualClock();
    let isOver = false;
    const over = sleep(clock, 100).then(() => (isOver = true));
    await clock.advanceAsync(99.9);
    expect(isOver).toBe(false);
    await clock.advanceAsync(0.1);
    await over;
    expect(isOver).toBe(true);
  });

  test('ends at once when its signal aborts, and leaves no timer', async () => {
    const clock = createManualClock();
    const abort = new AbortController();
    const over = sleep(clock, 100, abort.signal);
    expect(clock.pendingTimers).toBe(1);
    abort.abort();
    await over;
    expect(clock.pendingTimers).toBe(0);
  });

  test('does not begin when its signal has aborted already', async () => {
    const clock = createManualClock();
    await sleep(clock, 100, AbortSignal.abort());
    expect(clock.pendingTimers).toBe(0);
  });

  test('an abort afterwards changes nothing', async () => {
    const clock = createManualClock();
    const abort = new AbortController();
    const over = sleep(clock, 5, abort.signal);
    clock.advance(5);
    await over;
    abort.abort();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the real clock', () => {
  test('never goes back, and its timers come after what is due before them', async () => {
    const before = realClock.nowMs();
    await sleep(realClock, 1);
    expect(realClock.nowMs()).toBeGreaterThan(before);
    expect(Math.abs(realClock.wallMs() - Date.now())).toBeLessThan(60_000);
  });

  test('a cancelled timer does not fire, one too far away neither', async () => {
    let fired = 0;
    const timers = [realClock.setTimer(0, () => (fired += 1)), realClock.setTimer(3e9, () => (fired += 1))];
    timers[0]?.cancel();
    await sleep(realClock, 5);
    timers[1]?.cancel();
    timers[1]?.cancel();
    expect(fired).toBe(0);
  });
});

describe('a fine timer of the real clock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([0, 0.3, 2.5, 4.01, 12])('of %d ms never fires early, and not before it is set', async (delayMs) => {
    const startMs = realClock.nowMs();
    let isSet = false;
    const firedMs = await new Promise<number>((resolve) => {
      realClock.setFineTimer(delayMs, () => {
        expect(isSet).toBe(true);
        resolve(realClock.nowMs());
      });
      isSet = true;
    });
    expect(firedMs).toBeGreaterThanOrEqual(startMs + delayMs);
  });

  test('sleeps through a long wait, and leaves nothing behind that turns the event loop', async () => {
    const turns = vi.spyOn(globalThis, 'setImmediate');
    const long = realClock.setFineTimer(60_000, () => undefined);
    await sleep(realClock, 30);
    expect(turns).toHaveBeenCalledTimes(1);
    long.cancel();
    await new Promise<void>((resolve) => void realClock.setFineTimer(5, resolve));
    const used = turns.mock.calls.length;
    expect(used).toBeGreaterThan(1);
    await sleep(realClock, 30);
    expect(turns).toHaveBeenCalledTimes(used);
  });

  test.each([0, 1, 20])('of %d ms that was cancelled does not fire', async (delayMs) => {
    let fired = 0;
    const timer = realClock.setFineTimer(delayMs, () => (fired += 1));
    timer.cancel();
    timer.cancel();
    await sleep(realClock, delayMs + 10);
    expect(fired).toBe(0);
  });

  test('may be cancelled while it looks at the clock in each turn', async () => {
    let fired = 0;
    const timer = realClock.setFineTimer(2, () => (fired += 1));
    await new Promise((resolve) => setImmediate(resolve));
    // A machine under load may have been away for longer than that.
    timer.cancel();
    const before = fired;
    await sleep(realClock, 10);
    expect(fired).toBe(before);
  });
});
