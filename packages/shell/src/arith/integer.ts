import type { BinaryOperator, Integer } from "./syntax.ts";

/** A bigint wrapped to 64 bits, as a number where that is exact. */
export function wrap(value: bigint): Integer {
  const wrapped = BigInt.asIntN(64, value);
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

/** The 64-bit integer of a text of decimal digits, with an optional minus; wraps. */
export function decimal(text: string): Integer {
  return text.length < 16 ? Number(text) : wrap(BigInt(text));
}

/**
 * `left operator right` on 64-bit integers as C computes them. Division by zero and negative exponents are the caller's
 * to refuse.
 */
export function compute(operator: BinaryOperator, left: Integer, right: Integer): Integer {
  if (typeof left === "number" && typeof right === "number") {
    const quick = computeSmall(operator, left, right);
    if (Number.isSafeInteger(quick)) return quick;
  }
  return computeLarge(operator, BigInt(left), BigInt(right));
}

const isInt32 = (value: number): boolean => (value | 0) === value;

/** NaN or an unsafe integer where doubles are not enough. */
function computeSmall(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      // A zero must not carry a sign.
      return left * right + 0;
    case "/":
      return Math.trunc(left / right) + 0;
    case "%":
      return (left % right) + 0;
    case "<":
      return left < right ? 1 : 0;
    case "<=":
      return left <= right ? 1 : 0;
    case ">":
      return left > right ? 1 : 0;
    case ">=":
      return left >= right ? 1 : 0;
    case "==":
      return left === right ? 1 : 0;
    case "!=":
      return left !== right ? 1 : 0;
    case "&":
      return isInt32(left) && isInt32(right) ? left & right : Number.NaN;
    case "|":
      return isInt32(left) && isInt32(right) ? left | right : Number.NaN;
    case "^":
      return isInt32(left) && isInt32(right) ? left ^ right : Number.NaN;
    case "<<":
      return right >= 0 && right < 53 ? left * 2 ** right : Number.NaN;
    case ">>":
      return right >= 0 && right < 53 ? Math.floor(left / 2 ** right) : Number.NaN;
    case "**": {
      const power = left ** right;
      return Number.isSafeInteger(power) ? power : Number.NaN;
    }
  }
}

function computeLarge(operator: BinaryOperator, left: bigint, right: bigint): Integer {
  switch (operator) {
    case "+":
      return wrap(left + right);
    case "-":
      return wrap(left - right);
    case "*":
      return wrap(left * right);
    case "/":
      return wrap(left / right);
    case "%":
      return wrap(left % right);
    case "<":
      return left < right ? 1 : 0;
    case "<=":
      return left <= right ? 1 : 0;
    case ">":
      return left > right ? 1 : 0;
    case ">=":
      return left >= right ? 1 : 0;
    case "==":
      return left === right ? 1 : 0;
    case "!=":
      return left !== right ? 1 : 0;
    case "&":
      return wrap(left & right);
    case "|":
      return wrap(left | right);
    case "^":
      return wrap(left ^ right);
    case "<<":
      // Machines use the low six bits of the count.
      return wrap(left << (right & 63n));
    case ">>":
      return wrap(left >> (right & 63n));
    case "**":
      return power(left, right);
  }
}

/** By squaring, wrapped at each step, so that it takes at most 64 of them. */
function power(base: bigint, exponent: bigint): Integer {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return wrap(result);
}

export function negate(value: Integer): Integer {
  return typeof value === "number" ? 0 - value : wrap(-value);
}

export function complement(value: Integer): Integer {
  return typeof value === "number" && value > Number.MIN_SAFE_INTEGER ? -value - 1 : wrap(~BigInt(value));
}

/** Whether it counts as true. Zero is always a number, never `0n`. */
export function isTrue(value: Integer): boolean {
  return value !== 0;
}
