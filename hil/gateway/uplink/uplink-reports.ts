import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Observe } from '../../runtime/observation.ts';

/** The state that is reported. */
export interface UplinkState {
  readonly messages: number;
  readonly bytes: number;
  readonly inFlight: number;
  readonly isUp: boolean;
  readonly forwarded: number;
}

export interface UplinkReports {
  /** Something in the state changed. */
  changed(): void;
  /** Reports the last state and ends the timer. */
  close(): void;
}

/** No event of one kind comes more often. */
const REPORT_PERIOD_MS = 250;

/**
 * Observes `uplink.backlog` on change and `uplink.idle` each time that everything was acknowledged while the link is
 * up, both at most each 250 ms; the last state is always reported.
 */
export function createUplinkReports(clock: Clock, observe: Observe, read: () => UplinkState): UplinkReports {
  let last = { messages: 0, bytes: 0, inFlight: 0 };
  let nextBacklogMs = 0;
  let nextIdleMs = 0;
  let isIdleDue = true;
  let timer: Timer | undefined;

  /** @returns whether something is left that could not be said yet. */
  const report = (isFinal: boolean): boolean => {
    const { messages, bytes, inFlight, isUp, forwarded } = read();
    const nowMs = clock.nowMs();
    let isLeft = false;
    if (messages !== last.messages || bytes !== last.bytes || inFlight !== last.inFlight) {
      if (isFinal || nowMs >= nextBacklogMs) {
        last = { messages, bytes, inFlight };
        nextBacklogMs = nowMs + REPORT_PERIOD_MS;
        observe('uplink.backlog', last);
      } else isLeft = true;
    }
    const isIdle = isUp && messages === 0 && inFlight === 0;
    if (!isIdle) isIdleDue = true;
    else if (isIdleDue) {
      if (isFinal || nowMs >= nextIdleMs) {
        isIdleDue = false;
        nextIdleMs = nowMs + REPORT_PERIOD_MS;
        observe('uplink.idle', { forwarded });
      } else isLeft = true;
    }
    return isLeft;
  };
  const changed = (): void => {
    if (!report(false)) return;
    timer ??= clock.setTimer(REPORT_PERIOD_MS, () => {
      timer = undefined;
      // A timer may fire a little early; then it is set once more.
      changed();
    });
  };
  return {
    changed,
    close() {
      timer?.cancel();
      report(true);
    },
  };
}
