import type { FineClock, Timer } from './clock.ts';

/** One setTimeout takes at most 2^31 - 1 ms; a longer delay fires at once in Node, so it is refused here. */
const TIMER_DELAY_MS_MAX = 2_147_483_647;

/** A timeout of Node fires up to so much late on an idle machine; a fine timer spends its last part in turns of the event loop. */
const TIMEOUT_LATE_MS = 2;

/**
 * The machine's clock. `nowMs` reads CLOCK_MONOTONIC, which Linux keeps once for all processes: that is what makes
 * latencies between two child processes of one run measurable.
 */
export const realClock: FineClock = {
  // The pair costs a third of the bigint, and a broker asks for each message.
  nowMs: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1_000 + Math.floor(nanoseconds / 1_000) / 1_000;
  },
  wallMs: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), TIMER_DELAY_MS_MAX));
    return { cancel: () => clearTimeout(timer) };
  },
  setFineTimer(delayMs, callback) {
    return fineTimer(realClock.nowMs() + Math.max(0, delayMs), callback);
  },
};

/** Sleeps while the instant is far away. Near it, looks at the clock in each turn of the event loop, which serves I/O meanwhile. */
function fineTimer(dueMs: number, callback: () => void): Timer {
  let timeout: NodeJS.Timeout | undefined;
  const look = (): void => {
    const leftMs = dueMs - realClock.nowMs();
    if (leftMs <= 0) callback();
    else if (leftMs < TIMEOUT_LATE_MS + 1) turn = setImmediate(look);
    else timeout = setTimeout(look, Math.min(Math.floor(leftMs - TIMEOUT_LATE_MS), TIMER_DELAY_MS_MAX));
  };
  // Never at once: who sets a timer has not yet got what cancels it.
  let turn = setImmediate(look);
  return {
    cancel: () => {
      clearTimeout(timeout);
      clearImmediate(turn);
    },
  };
}
