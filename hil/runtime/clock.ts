/** A pending timer; `cancel` is harmless when the timer has already fired. */
export interface Timer {
  cancel(): void;
}

/**
 * Every passing of time in fieldproof goes through this interface, so that a run can live in real or in virtual time.
 * Nothing outside the adapter files may read the machine's clock or start a timer of its own.
 */
export interface Clock {
  /**
   * Monotonic time in milliseconds with a fraction. Its origin means nothing, but it is the same for every process of
   * one machine (and of one virtual world), so that instants taken in two processes may be subtracted.
   */
  nowMs(): number;
  /** Wall-clock time in milliseconds since 1970-01-01 UTC. May step; use it for display and for stored documents only. */
  wallMs(): number;
  /** Calls `callback` once after `delayMs` milliseconds (0 or more). */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/**
 * A clock with a finer timer besides, for what keeps the time of a wire. A fine timer costs turns of the event loop near
 * its end, so everything else uses `setTimer`.
 */
export interface FineClock extends Clock {
  /** As `setTimer`, but never early, and as little late as the event loop allows: microseconds when it is idle. */
  setFineTimer(delayMs: number, callback: () => void): Timer;
}

/**
 * Waits `delayMs` milliseconds.
 * @param signal - When it aborts, the wait ends at once and the promise resolves: an ended wait is no error.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimer(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** A timer that fires every `periodMs` milliseconds, without drift: the n-th call is due at start + n x period. */
export function every(clock: Clock, periodMs: number, callback: () => void): Timer {
  const startMs = clock.nowMs();
  let count = 0;
  let timer: Timer;
  let stopped = false;
  const arm = (): void => {
    count += 1;
    // After a long stall the missed calls are skipped, not fired in a burst.
    count = Math.max(count, Math.ceil((clock.nowMs() - startMs) / periodMs));
    timer = clock.setTimer(Math.max(0, startMs + count * periodMs - clock.nowMs()), () => {
      callback();
      if (!stopped) arm();
    });
  };
  arm();
  return {
    cancel: () => {
      stopped = true;
      timer.cancel();
    },
  };
}
