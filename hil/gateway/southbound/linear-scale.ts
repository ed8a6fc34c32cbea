/** An exact decimal: coefficient x 10^-places, places 0 or more. */
interface Decimal {
  readonly coefficient: bigint;
  readonly places: number;
}

/**
 * value = raw x scale + offset, computed on the decimal digits that a person wrote into the profile, so that raw 3217
 * with scale 0.001 gives 3.217 and not 3.2170000000000001. The result is the double nearest to the exact decimal.
 */
export interface LinearScale {
  /** The value of a raw number; a fractional raw number counts with its shortest decimal digits. */
  apply(raw: number | bigint): number;
  /** The same as an exact integer; only when scale and offset are whole numbers. */
  applyWhole(raw: bigint): bigint;
  /** The whole raw number nearest to (value - offset) / scale; halves go up. @param value - A number or its decimal digits. */
  invert(value: number | string): bigint;
  /** (value - offset) / scale without rounding to a whole number. */
  invertFraction(value: number): number;
}

/** Powers of ten up to 10^22 are exact doubles, so dividing by one of them rounds once: correctly. */
const EXACT_POWER_MAX = 22;
/** Beyond this a double no longer tells a half from a bit more than a half. */
const FAST_INVERT_MAX = 2 ** 32;

export function linearScale(scale: number, offset: number): LinearScale {
  if (scale === 1 && offset === 0) return IDENTITY;
  const [factor, shift] = aligned(decimalOf(scale), decimalOf(offset));
  const { places } = factor;
  const factorNumber = Number(factor.coefficient);
  const shiftNumber = Number(shift.coefficient);
  const divisor = Number(`1e${places}`);
  const isExact = places <= EXACT_POWER_MAX && Number.isSafeInteger(factorNumber) && Number.isSafeInteger(shiftNumber);
  return {
    apply: (raw) => {
      if (isExact && typeof raw === 'number' && Number.isInteger(raw)) {
        const product = raw * factorNumber;
        const sum = product + shiftNumber;
        if (Number.isSafeInteger(product) && Number.isSafeInteger(sum)) return sum / divisor;
      }
      return applyExactly(raw, factor, shift);
    },
    applyWhole: (raw) => (raw * factor.coefficient + shift.coefficient) / 10n ** BigInt(places),
    invert: (value) => {
      if (typeof value === 'number') {
        const quotient = (value - offset) / scale;
        const fraction = quotient - Math.floor(quotient);
        // Near a half, rounding errors would decide; only then the exact way is worth its price.
        if (Math.abs(quotient) < FAST_INVERT_MAX && Math.abs(fraction - 0.5) > 1e-4) return BigInt(Math.round(quotient));
      }
      return invertExactly(value, factor, shift);
    },
    invertFraction: (value) => (value - offset) / scale,
  };
}

const IDENTITY: LinearScale = {
  apply: Number,
  applyWhole: (raw) => raw,
  invert: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : invertExactly(value, ONE, ZERO)),
  invertFraction: (value) => value,
};

const ONE: Decimal = { coefficient: 1n, places: 0 };
const ZERO: Decimal = { coefficient: 0n, places: 0 };

function applyExactly(raw: number | bigint, factor: Decimal, shift: Decimal): number {
  const digits = typeof raw === 'bigint' ? { coefficient: raw, places: 0 } : decimalOf(raw);
  const coefficient = digits.coefficient * factor.coefficient + shift.coefficient * 10n ** BigInt(digits.places);
  return Number(`${coefficient}e-${digits.places + factor.places}`);
}

function invertExactly(value: number | string, factor: Decimal, shift: Decimal): bigint {
  const [valueDigits, shiftDigits] = aligned(decimalOf(value), shift);
  const [difference, divisor] = aligned({ coefficient: valueDigits.coefficient - shiftDigits.coefficient, places: valueDigits.places }, factor);
  return roundedQuotient(difference.coefficient, divisor.coefficient);
}

/** floor(a / b + 1/2), exactly. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const sign = divisor < 0n ? -1n : 1n;
  const numerator = 2n * dividend * sign + divisor * sign;
  const denominator = 2n * divisor * sign;
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
}

/** The shortest digits that name this double, or the digits given; anything else would be NaN and is refused by BigInt. */
function decimalOf(value: number | string): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const coefficient = BigInt(whole + fraction);
  return places >= 0 ? { coefficient, places } : { coefficient: coefficient * 10n ** BigInt(-places), places: 0 };
}

function aligned(a: Decimal, b: Decimal): readonly [Decimal, Decimal] {
  const places = Math.max(a.places, b.places);
  return [widen(a, places), widen(b, places)];
}

function widen({ coefficient, places }: Decimal, wanted: number): Decimal {
  return { coefficient: coefficient * 10n ** BigInt(wanted - places), places: wanted };
}
