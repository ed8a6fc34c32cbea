/** `value` within `low` to `high`. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Moves `from` towards `to` by at most `step`. */
export function approach(from: number, to: number, step: number): number {
  return from + clamp(to - from, -step, step);
}
