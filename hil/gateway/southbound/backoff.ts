import type { Random } from '../../runtime/random.ts';

export interface BackoffBounds {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/**
 * How long to wait before trying again: doubles with each attempt up to the maximum; the upper half is random, so that
 * many that failed together do not come back together.
 * @param attempt - Failures in a row before this wait, 0 or more.
 * @returns Milliseconds from half of the step to the whole step.
 */
export function backoffMs(attempt: number, { minimumMs, maximumMs }: BackoffBounds, random: Random): number {
  const stepMs = Math.min(maximumMs, minimumMs * 2 ** Math.min(attempt, 30));
  return stepMs * (0.5 + 0.5 * random.next());
}
