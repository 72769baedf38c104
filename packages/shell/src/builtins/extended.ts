/**
 * Numbers of C's `long double` on x86, which bash's printf computes in: 64 bits of mantissa. A number is `mantissa` × 2^`exponent`,
 * where the mantissa is 0 or has all 64 bits.
 */
export interface Extended {
  kind: "finite" | "infinite" | "nan";
  negative: boolean;
  mantissa: bigint;
  exponent: number;
}

const BITS = 64;
/** Powers of two from which on a number is infinite or 0. */
const LARGEST = 16384;
const SMALLEST = -16445;
/** Powers of ten beyond which the answer is known. */
const DECIMAL_LIMIT = 5200;

const ZERO: Extended = { kind: "finite", negative: false, mantissa: 0n, exponent: 0 };
export const INFINITE: Extended = { ...ZERO, kind: "infinite" };
export const NOT_A_NUMBER: Extended = { ...ZERO, kind: "nan" };

function bitLength(value: bigint): number {
  return (
    value.toString(16).length * 4 -
    (4 - Number.parseInt(value.toString(16)[0] as string, 16).toString(2).length)
  );
}

/** A division rounded to the nearest integer, ties to even. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** The number nearest to a fraction of integers ≥ 0. */
export function fromFraction(numerator: bigint, denominator: bigint): Extended {
  if (numerator === 0n) return ZERO;
  let shift = BITS - (bitLength(numerator) - bitLength(denominator));
  const scaled = (by: number) =>
    by >= 0
      ? divideRounded(numerator << BigInt(by), denominator)
      : divideRounded(numerator, denominator << BigInt(-by));
  let mantissa = scaled(shift);
  while (bitLength(mantissa) > BITS) mantissa = scaled(--shift);
  while (bitLength(mantissa) < BITS) mantissa = scaled(++shift);
  const exponent = -shift;
  if (exponent + BITS > LARGEST) return INFINITE;
  return exponent + BITS < SMALLEST ? ZERO : { kind: "finite", negative: false, mantissa, exponent };
}

/** Reads `12.5e3` or `0x1.8p3` (lower case, without a sign). */
export function parseExtended(text: string): Extended {
  const hex = /^0x([\da-f]*)\.?([\da-f]*)(?:p([-+]?\d+))?$/.exec(text);
  if (hex) {
    const power = Number(hex[3] ?? 0) - 4 * (hex[2] as string).length;
    return scaledBy(BigInt(`0x${hex[1]}${hex[2]}`), 2n, power, LARGEST + 200);
  }
  const [, whole = "", fraction = "", tens = "0"] = /^(\d*)\.?(\d*)(?:e([-+]?\d+))?$/.exec(text) ?? [];
  return scaledBy(BigInt(whole + fraction || "0"), 10n, Number(tens) - fraction.length, DECIMAL_LIMIT);
}

function scaledBy(digits: bigint, base: bigint, power: number, limit: number): Extended {
  if (digits === 0n) return ZERO;
  const size = digits.toString().length;
  if (power > limit) return INFINITE;
  if (power < -limit - size * 4) return ZERO;
  return power >= 0
    ? fromFraction(digits * base ** BigInt(power), 1n)
    : fromFraction(digits, base ** BigInt(-power));
}

/** The number × 10^`power` as the nearest integer, ties to even. */
export function timesTen({ mantissa, exponent }: Extended, power: number): bigint {
  let numerator = mantissa;
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  return divideRounded(numerator, denominator);
}
