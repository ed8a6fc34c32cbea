/** Six significant digits always survive a float32, nine always name it (IEEE 754-2019, section 5.12.2). */
const DIGITS_MIN = 6;
const DIGITS_MAX = 9;

/**
 * The shortest decimal that names the same float32, as a double: the registers of 0.1 give 0.1, not
 * 0.10000000149011612. `Math.fround` of the result is the float32 again.
 */
export function shortestFloat32(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 24) return value;
  for (let digits = DIGITS_MIN; digits < DIGITS_MAX; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(DIGITS_MAX));
}
