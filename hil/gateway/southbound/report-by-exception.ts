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
}

/**
 * Report by exception: a value is reported when it is the first, when it lies beyond the deadband around the last
 * reported one (any change for deadband 0, booleans, strings), or when `maxSilenceMs` have passed since the last report.
 * So at every poll the last reported value is at most the deadband away from the polled one.
 */
export function reportByException(point: Pick<Point, 'deadband' | 'maxSilenceMs'>): ReportByException {
  let reports = 0;
  let lastValue: PointValue | undefined;
  let lastMs = 0;
  return {
    offer(value, nowMs) {
      const silentTooLong = point.maxSilenceMs > 0 && nowMs - lastMs >= point.maxSilenceMs;
      if (lastValue !== undefined && !silentTooLong && !hasChanged(lastValue, value, point.deadband)) return undefined;
      reports += 1;
      lastValue = value;
      lastMs = nowMs;
      return reports;
    },
  };
}

function hasChanged(last: PointValue, value: PointValue, deadband: number): boolean {
  if (deadband === 0 || typeof last !== 'number' || typeof value !== 'number') return last !== value;
  return Math.abs(value - last) > deadband;
}
