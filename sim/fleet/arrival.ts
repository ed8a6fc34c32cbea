import type { Clock, Timer } from '../../hil/runtime/clock.ts';

/**
 * Lets clients arrive one after another: client i at i / `perSecond` seconds from now. After a stall the late ones come at
 * once, so that the fleet is complete when it should be.
 * @param count - How many arrive, 0 or more.
 * @param perSecond - Arrivals per second, more than 0.
 * @param arrive - Called with 0, 1, ..., count - 1.
 * @returns Cancelling it stops further arrivals.
 */
export function paceArrivals(clock: Clock, count: number, perSecond: number, arrive: (index: number) => void): Timer {
  const startMs = clock.nowMs();
  const dueMs = (index: number): number => startMs + (index * 1_000) / perSecond;
  let next = 0;
  let timer: Timer | undefined;
  let cancelled = false;
  const expected = (): boolean => !cancelled && next < count;
  const step = (): void => {
    for (; expected() && dueMs(next) <= clock.nowMs(); next += 1) arrive(next);
    if (expected()) timer = clock.setTimer(Math.max(0, dueMs(next) - clock.nowMs()), step);
  };
  step();
  return {
    cancel: () => {
      cancelled = true;
      timer?.cancel();
    },
  };
}
