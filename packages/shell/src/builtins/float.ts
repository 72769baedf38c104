/** What a floating-point directive of printf asks for. */
export interface FloatSpec {
  flags: string;
  precision: number | undefined;
  conversion: string;
}

/** A number as C's printf writes it for `e f g a`, without padding. */
export function formatFloat(value: number, spec: FloatSpec): string {
  const { flags, conversion } = spec;
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const size = Math.abs(value);
  const upper = conversion === conversion.toUpperCase();
  let body: string;
  if (Number.isNaN(value)) body = "nan";
  else if (size === Number.POSITIVE_INFINITY) body = "inf";
  else body = finite(size, conversion.toLowerCase(), spec);
  if (!Number.isFinite(value))
    return (Number.isNaN(value) ? (sign === "-" ? "-" : sign) : sign) + (upper ? body.toUpperCase() : body);
  return sign + (upper ? body.toUpperCase() : body);
}

function finite(size: number, conversion: string, spec: FloatSpec): string {
  const alternate = spec.flags.includes("#");
  if (conversion === "a") return hexFloat(size, spec.precision);
  const precision = spec.precision ?? 6;
  if (conversion === "f") return fixed(size, precision) + (alternate && precision === 0 ? "." : "");
  if (conversion === "e") return exponent(size, precision);
  return general(size, precision || 1, alternate);
}

/** Exact decimal digits: `toFixed` stops at 100 digits and at 1e21. */
function fixed(size: number, precision: number): string {
  if (size < 1e21 && precision <= 100) return size.toFixed(precision);
  const whole = BigInt(Math.trunc(size)).toString();
  if (precision === 0) return whole;
  return `${whole}.${(size % 1).toFixed(Math.min(100, precision)).slice(2).padEnd(precision, "0")}`;
}

function exponent(size: number, precision: number): string {
  const [digits, power] = size.toExponential(Math.min(100, precision)).split("e") as [string, string];
  const number = Number(power);
  return `${digits}e${number < 0 ? "-" : "+"}${String(Math.abs(number)).padStart(2, "0")}`;
}

function general(size: number, precision: number, keepZeros: boolean): string {
  if (size === 0) return keepZeros ? `0.${"0".repeat(precision - 1)}` : "0";
  const power = Number((size.toExponential(Math.min(100, precision - 1)).split("e") as [string, string])[1]);
  let text: string;
  if (power < -4 || power >= precision) text = exponent(size, precision - 1);
  else text = fixed(size, Math.max(0, precision - 1 - power));
  if (keepZeros || !text.includes(".")) return text;
  const [digits, tail] = text.split("e") as [string, string | undefined];
  const trimmed = digits.replace(/\.?0+$/, "");
  return tail === undefined ? trimmed : `${trimmed}e${tail}`;
}

/** `%a`: as glibc writes a double (leading 1, or 0 for 0). */
function hexFloat(size: number, precision: number | undefined): string {
  if (size === 0) return `0x0${precision ? `.${"0".repeat(precision)}` : ""}p+0`;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  let power = ((view.getUint32(0) >>> 20) & 0x7ff) - 1023;
  let fraction = view.getBigUint64(0) & 0xfffffffffffffn;
  let lead = 1n;
  if (power === -1023) {
    lead = 0n;
    power = -1022;
  }
  if (precision !== undefined && precision < 13) {
    const drop = BigInt(4 * (13 - precision));
    const all = (lead << 52n) | fraction;
    const rounded = (all + (1n << (drop - 1n))) >> drop;
    lead = rounded >> BigInt(4 * precision);
    fraction = rounded & ((1n << BigInt(4 * precision)) - 1n);
    const digits = precision ? `.${fraction.toString(16).padStart(precision, "0")}` : "";
    return `0x${lead}${digits}p${power < 0 ? "" : "+"}${power}`;
  }
  let digits = fraction.toString(16).padStart(13, "0");
  digits = precision === undefined ? digits.replace(/0+$/, "") : digits.padEnd(precision, "0");
  return `0x${lead}${digits ? `.${digits}` : ""}p${power < 0 ? "" : "+"}${power}`;
}
