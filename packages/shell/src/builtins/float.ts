import { divideRounded, type Extended, timesTen } from "./extended.ts";

/** What a floating-point directive of printf asks for. */
export interface FloatSpec {
  flags: string;
  precision: number | undefined;
  conversion: string;
}

/** A number as C's printf writes it for `e f g a`, without padding. */
export function formatFloat(value: Extended, spec: FloatSpec): string {
  const { flags, conversion } = spec;
  const sign = value.negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  let body: string;
  if (value.kind === "nan") body = "nan";
  else if (value.kind === "infinite") body = "inf";
  else body = finite(value, conversion.toLowerCase(), spec);
  return sign + (conversion === conversion.toUpperCase() ? body.toUpperCase() : body);
}

function finite(value: Extended, conversion: string, spec: FloatSpec): string {
  const alternate = spec.flags.includes("#");
  if (conversion === "a") return hexadecimal(value, spec.precision);
  const precision = spec.precision ?? 6;
  if (conversion === "f") return fixed(value, precision) + (alternate && precision === 0 ? "." : "");
  if (conversion === "e") return exponential(value, precision);
  return general(value, precision || 1, alternate);
}

/** A point before the last `places` digits. */
function withPoint(digits: string, places: number): string {
  if (places === 0) return digits;
  const all = digits.padStart(places + 1, "0");
  return `${all.slice(0, -places)}.${all.slice(-places)}`;
}

function fixed(value: Extended, precision: number): string {
  return withPoint(timesTen(value, precision).toString(), precision);
}

/** The digits of a number with `precision` of them after the first, and the power of ten of the first. */
function digitsOf(value: Extended, precision: number): { digits: string; power: number } {
  if (value.mantissa === 0n) return { digits: "0".repeat(precision + 1), power: 0 };
  let power = Math.floor((value.exponent + 63) * Math.LOG10E * Math.LN2);
  let digits = timesTen(value, precision - power).toString();
  if (digits.length > precision + 1) digits = timesTen(value, precision - ++power).toString();
  else if (digits.length < precision + 1) digits = timesTen(value, precision - --power).toString();
  return { digits, power };
}

function exponential(value: Extended, precision: number): string {
  const { digits, power } = digitsOf(value, precision);
  const size = String(Math.abs(power)).padStart(2, "0");
  return `${withPoint(digits, precision)}e${power < 0 ? "-" : "+"}${size}`;
}

function general(value: Extended, precision: number, keepZeros: boolean): string {
  const { power } = digitsOf(value, precision - 1);
  const short = power >= -4 && power < precision;
  const text = short ? fixed(value, precision - 1 - power) : exponential(value, precision - 1);
  if (keepZeros || !text.includes(".")) return text;
  const [digits, tail] = text.split("e") as [string, string | undefined];
  const trimmed = digits.replace(/\.?0+$/, "");
  return tail === undefined ? trimmed : `${trimmed}e${tail}`;
}

/** Bits of the mantissa after the first hexadecimal digit. */
const FRACTION_BITS = 60;

/** `%a`: as glibc writes a long double, with the first four bits before the point. */
function hexadecimal(value: Extended, precision: number | undefined): string {
  if (value.mantissa === 0n) return `0x0${precision ? `.${"0".repeat(precision)}` : ""}p+0`;
  const kept = precision === undefined ? FRACTION_BITS / 4 : Math.min(precision, FRACTION_BITS / 4);
  let power = value.exponent + FRACTION_BITS;
  let digits = divideRounded(value.mantissa, 1n << BigInt(FRACTION_BITS - 4 * kept)).toString(16);
  if (digits.length > kept + 1) {
    digits = `1${"0".repeat(kept)}`;
    power += 4;
  }
  let fraction = digits.slice(1);
  fraction = precision === undefined ? fraction.replace(/0+$/, "") : fraction.padEnd(precision, "0");
  return `0x${digits[0]}${fraction ? `.${fraction}` : ""}p${power < 0 ? "" : "+"}${power}`;
}
