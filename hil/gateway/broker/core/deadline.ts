import type { Clock, Timer } from '../../../runtime/clock.ts';

/** The longest single wait: a timer of the machine takes at most 2^31 - 1 milliseconds, and intervals here go to 136 years. */
const WAIT_MS_MAX = 86_400_000;

/** Calls back once after `delayMs`, however long that is. */
export function setDeadline(clock: Clock, delayMs: number, callback: () => void): Timer {
  const dueMs = clock.nowMs() + delayMs;
  let timer: Timer;
  const arm = (): void => {
    const leftMs = dueMs - clock.nowMs();
    timer = clock.setTimer(Math.max(0, Math.min(leftMs, WAIT_MS_MAX)), () => {
      if (clock.nowMs() >= dueMs) callback();
      else arm();
    });
  };
  arm();
  return { cancel: () => timer.cancel() };
}
