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
  return new GridSchedule(startMs, periodMs);
}

/** A class, so that ten thousand of them share their functions. */
class GridSchedule implements PollSchedule {
  readonly #startMs: number;
  readonly #periodMs: number;
  #turn = 0;

  constructor(startMs: number, periodMs: number) {
    this.#startMs = startMs;
    this.#periodMs = periodMs;
  }

  get dueMs(): number {
    return this.#startMs + this.#turn * this.#periodMs;
  }

  finish(nowMs: number): number {
    const next = Math.max(this.#turn + 1, Math.floor((nowMs - this.#startMs) / this.#periodMs) + 1);
    const skipped = next - this.#turn - 1;
    this.#turn = next;
    return skipped;
  }

  postpone(untilMs: number): void {
    this.#turn = Math.max(this.#turn, Math.ceil((untilMs - this.#startMs) / this.#periodMs));
  }
}
