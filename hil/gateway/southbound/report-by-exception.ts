import type { PointValue } from './device-profile.ts';
import type { Point } from './point.ts';

/** Decides which polled values of one point are worth a message. */
export interface ReportByException {
  /**
   * Takes the value of one poll.
   * @param nowMs - Monotonic instant of the poll, never before the one of the last call.
   * @returns The number of the report, 1, 2, 3, ... without gaps; undefined when there is nothing to report.
   */
  offer(value: PointValue, nowMs: number): number | undefined;
  /** Whether `offer` would report even the value that it was offered last. */
  isOverdue(nowMs: number): boolean;
}

/**
 * Report by exception: a value is reported when it is the first, when it lies beyond the deadband around the last
 * reported one (any change for deadband 0, booleans, strings), or when `maxSilenceMs` have passed since the last report.
 * So at every poll the last reported value is at most the deadband away from the polled one.
 */
export function reportByException(point: Pick<Point, 'deadband' | 'maxSilenceMs'>): ReportByException {
  return new PointReporter(point);
}

/** A class, so that a hundred thousand of them share their functions. */
class PointReporter implements ReportByException {
  readonly #point: Pick<Point, 'deadband' | 'maxSilenceMs'>;
  #reports = 0;
  #lastValue: PointValue | undefined;
  #lastMs = 0;

  constructor(point: Pick<Point, 'deadband' | 'maxSilenceMs'>) {
    this.#point = point;
  }

  offer(value: PointValue, nowMs: number): number | undefined {
    if (this.#lastValue !== undefined && !this.isOverdue(nowMs) && !hasChanged(this.#lastValue, value, this.#point.deadband)) return undefined;
    this.#reports += 1;
    this.#lastValue = value;
    this.#lastMs = nowMs;
    return this.#reports;
  }

  isOverdue(nowMs: number): boolean {
    const { maxSilenceMs } = this.#point;
    return this.#reports === 0 || (maxSilenceMs > 0 && nowMs - this.#lastMs >= maxSilenceMs);
  }
}

function hasChanged(last: PointValue, value: PointValue, deadband: number): boolean {
  if (deadband === 0 || typeof last !== 'number' || typeof value !== 'number') return last !== value;
  return Math.abs(value - last) > deadband;
}
