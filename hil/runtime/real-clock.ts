import type { Clock } from './clock.ts';

/** One setTimeout takes at most 2^31 - 1 ms; a longer delay fires at once in Node, so it is refused here. */
const TIMER_DELAY_MS_MAX = 2_147_483_647;

/**
 * The machine's clock. `nowMs` reads CLOCK_MONOTONIC, which Linux keeps once for all processes: that is what makes
 * latencies between two child processes of one run measurable.
 */
export const realClock: Clock = {
  nowMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  wallMs: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), TIMER_DELAY_MS_MAX));
    return { cancel: () => clearTimeout(timer) };
  },
};
