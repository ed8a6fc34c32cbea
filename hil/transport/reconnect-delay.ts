import type { Random } from '../runtime/random.ts';

/** Bounds of the time between two attempts to connect, milliseconds. */
export interface ReconnectBounds {
  /** The first attempt after a loss waits at most this long. */
  readonly minimumMs: number;
  /** No attempt waits longer than this. */
  readonly maximumMs: number;
}

/**
 * How long to wait before an attempt: anywhere between nothing and a limit that doubles from attempt to attempt ("full
 * jitter"), so that a thousand clients that lost the same broker do not come back in the same instant.
 * @param failures - Attempts in a row that have failed before this one, 0 or more.
 * @returns Milliseconds.
 */
export function reconnectDelayMs(failures: number, bounds: ReconnectBounds, random: Random): number {
  const limitMs = Math.min(bounds.maximumMs, bounds.minimumMs * 2 ** failures);
  return random.next() * limitMs;
}
