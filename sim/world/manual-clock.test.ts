import { describe, expect, test } from 'vitest';
import { sleep } from '../../hil/runtime/clock.ts';
import { createManualClock } from './manual-clock.ts';

describe('manual clock', () => {
  test('stands still until it is moved', () => {
    const clock = createManualClock({ startMs: 50, wallStartMs: 1_000 });
    const fired: number[] = [];
    clock.setTimer(0, () => fired.push(clock.nowMs()));
    expect([clock.nowMs(), clock.wallMs(), fired.length, clock.nextDueMs]).toEqual([50, 1_000, 0, 50]);
    clock.advance(0);
    expect(fired).toEqual([50]);
    clock.advance(25);
    expect([clock.nowMs(), clock.wallMs()]).toEqual([75, 1_025]);
  });

  test('fires in order of instants, and of equal instants in the order they were set', () => {
    const clock = createManualClock();
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push(`c@${clock.nowMs()}`));
    clock.setTimer(10, () => fired.push(`a@${clock.nowMs()}`));
    clock.setTimer(10, () => fired.push(`b@${clock.nowMs()}`));
    clock.setTimer(21, () => fired.push('too late'));
    clock.advance(20);
    expect(fired).toEqual(['a@10', 'b@10', 'c@20']);
    expect(clock.pendingTimers).toBe(1);
  });

  test('timers set by timers take part when they fall due on the way', () => {
    const clock = createManualClock();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.nowMs());
      clock.setTimer(4, again);
    };
    clock.setTimer(4, again);
    clock.advance(13);
    expect(fired).toEqual([4, 8, 12]);
    expect([clock.nowMs(), clock.nextDueMs]).toEqual([13, 16]);
  });

  test('a cancelled timer never fires, and a timer may cancel another of the same instant', () => {
    const clock = createManualClock();
    const fired: string[] = [];
    clock.setTimer(5, () => second.cancel());
    const second = clock.setTimer(5, () => fired.push('second'));
    clock.advance(10);
    expect(fired).toEqual([]);
    second.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  test('advanceAsync lets what awaits a timer go on before the next one fires', async () => {
    const clock = createManualClock();
    const seen: number[] = [];
    const walk = async (): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        await sleep(clock, 10);
        seen.push(clock.nowMs());
      }
    };
    const walked = walk();
    await clock.advanceAsync(30);
    await walked;
    expect(seen).toEqual([10, 20, 30]);
  });

  test('refuses time that runs backwards and timers without end', () => {
    const clock = createManualClock();
    expect(() => clock.advance(-1)).toThrow(/cannot be moved by -1 ms/u);
    expect(() => clock.advance(Number.NaN)).toThrow(/cannot be moved/u);
    const forever = (): void => void clock.setTimer(0, forever);
    forever();
    expect(() => clock.advance(1)).toThrow(/timers fired within one step/u);
  });
});
