/** When one device is due. Turns lie on a grid, start + n x period, so that polling does not drift. */
export interface PollSchedule {
  /** Monotonic instant of the next turn, milliseconds. */
  readonly dueMs: number;
  /**
   * The turn has ended: moves on to the next one after `nowMs`.
   * @returns Turns that passed meanwhile and are skipped, 0 or more.
   */
  finish(nowMs: number): number;
  /** Moves on to the first turn at or after `untilMs`; nothing counts as skipped. */
  postpone(untilMs: number): void;
}

export function pollSchedule(startMs: number, periodMs: number): PollSchedule {
  let turn = 0;
  const dueAt = (count: number): number => startMs + count * periodMs;
  return {
    get dueMs() {
      return dueAt(turn);
    },
    finish(nowMs) {
      const next = Math.max(turn + 1, Math.floor((nowMs - startMs) / periodMs) + 1);
      const skipped = next - turn - 1;
      turn = next;
      return skipped;
    },
    postpone(untilMs) {
      turn = Math.max(turn, Math.ceil((untilMs - startMs) / periodMs));
    },
  };
}
