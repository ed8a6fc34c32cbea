import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import type { FineClock, Timer } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';

/**
 * A clock that stands still until it is told to move: what happens then is a pure function of the calls. All its timers
 * are exact, so its fine timers are like the others.
 */
export interface ManualClock extends FineClock {
  /**
   * Moves time on by `ms` (0 or more), firing every timer that falls due on the way, earliest first, and of equal
   * instants the one set first. While a timer fires, `nowMs` is the instant it was due. Timers set meanwhile take part.
   * @throws FieldproofError FP_LIMIT when timers keep firing without end, FP_INTERNAL for time that runs backwards.
   */
  advance(ms: number): void;
  /** The same, but lets promise reactions and I/O callbacks run after each timer, so that `await sleep(...)` continues. */
  advanceAsync(ms: number): Promise<void>;
  /** Timers that are set and have neither fired nor been cancelled. */
  readonly pendingTimers: number;
  /** When the next timer is due (`nowMs` scale), or undefined when none is set. */
  readonly nextDueMs: number | undefined;
}

export interface ManualClockOptions {
  /** What `nowMs` says at first; 0 by default. */
  readonly startMs?: number;
  /** What `wallMs` says at first; 2026-01-01T00:00:00Z by default. */
  readonly wallStartMs?: number;
}

/** Timers one call of `advance` may fire; more is taken for a loop that sets a timer of no delay in each timer. */
const TIMERS_FIRED_MAX = 1_000_000;
const WALL_START_MS = Date.UTC(2026, 0, 1);

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock for tests, and the seed of virtual time. */
export function createManualClock({ startMs = 0, wallStartMs = WALL_START_MS }: ManualClockOptions = {}): ManualClock {
  const pending = new Set<PendingTimer>();
  let nowMs = startMs;
  let order = 0;
  const fireNext = (untilMs: number): boolean => {
    const next = earliest(pending);
    if (next === undefined || next.dueMs > untilMs) return false;
    pending.delete(next);
    nowMs = next.dueMs;
    next.callback();
    return true;
  };
  const setTimer = (delayMs: number, callback: () => void): Timer => {
    const timer = { dueMs: nowMs + Math.max(0, delayMs), order, callback };
    order += 1;
    pending.add(timer);
    return { cancel: () => void pending.delete(timer) };
  };
  return {
    nowMs: () => nowMs,
    wallMs: () => wallStartMs + nowMs - startMs,
    setTimer,
    setFineTimer: setTimer,
    advance(ms) {
      const untilMs = endOfAdvance(nowMs, ms);
      for (let fired = 0; fireNext(untilMs); fired += 1) refuseEndless(fired);
      nowMs = untilMs;
    },
    async advanceAsync(ms) {
      const untilMs = endOfAdvance(nowMs, ms);
      await turnOfTheEventLoop();
      for (let fired = 0; fireNext(untilMs); fired += 1) {
        refuseEndless(fired);
        await turnOfTheEventLoop();
      }
      nowMs = untilMs;
    },
    get pendingTimers() {
      return pending.size;
    },
    get nextDueMs() {
      return earliest(pending)?.dueMs;
    },
  };
}

function earliest(pending: ReadonlySet<PendingTimer>): PendingTimer | undefined {
  let first: PendingTimer | undefined;
  for (const timer of pending) {
    if (first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order)) first = timer;
  }
  return first;
}

function endOfAdvance(nowMs: number, ms: number): number {
  if (!(ms >= 0)) throw new FieldproofError('FP_INTERNAL', `a clock cannot be moved by ${ms} ms`);
  return nowMs + ms;
}

function refuseEndless(fired: number): void {
  if (fired >= TIMERS_FIRED_MAX) throw new FieldproofError('FP_LIMIT', `${TIMERS_FIRED_MAX} timers fired within one step of the clock`);
}
