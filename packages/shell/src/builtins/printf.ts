import { decodeText, encodeText } from "@shadowbox/vfs";
import { decodeEscapes, type Escape, escapeAt } from "../expand/escapes.ts";
import { ansiQuote, backslashQuote, needsAnsi } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { type Extended, INFINITE, NOT_A_NUMBER, parseExtended } from "./extended.ts";
import { formatFloat } from "./float.ts";
import { formatTime } from "./strftime.ts";

interface Spec {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  conversion: string;
  /** `%(…)T`. */
  timeFormat: string | undefined;
}

/** What is wrong with a text that is not all a number, by how it begins. */
function invalidNumber(text: string): string {
  if (/^0[0-9]/.test(text)) return "invalid octal number";
  return text.startsWith("0x") ? "invalid hex number" : "invalid number";
}

/** One run of a format over arguments. */
class Formatter {
  readonly #sh: Interpreter;
  readonly #args: readonly string[];
  #next = 0;
  #text = "";
  #raw = false;
  status = 0;
  stopped = false;

  readonly #captured: boolean;

  /** `captured`: the text goes to a variable. */
  constructor(sh: Interpreter, args: readonly string[], captured: boolean) {
    this.#sh = sh;
    this.#args = args;
    this.#captured = captured;
  }

  run(format: string): string {
    do {
      const before = this.#next;
      if (!this.#once(format) || this.stopped) break;
      if (this.#next === before) break;
    } while (this.#next < this.#args.length);
    return this.#raw ? decodeText(encodeText(this.#text)) : this.#text;
  }

  /** Goes through the format once; false after an error that ends it all. */
  #once(format: string): boolean {
    let at = 0;
    while (at < format.length && !this.stopped) {
      const ch = format[at] as string;
      if (ch === "\\" && at + 1 < format.length) {
        const one = escapeAt(format, at, "format");
        this.#text += one.text;
        this.#raw ||= one.raw;
        this.#tellMissing([one.missing]);
        at = one.end;
      } else if (ch === "%") {
        const end = this.#directive(format, at);
        if (end < 0) return false;
        at = end;
      } else {
        const stop = nextSpecial(format, at);
        this.#text += format.slice(at, stop);
        at = stop;
      }
    }
    return true;
  }

  #tellMissing(missing: readonly Escape["missing"][]): void {
    for (const what of missing) if (what) this.#sh.builtinError("printf", `missing ${what}`);
  }

  #directive(format: string, start: number): number {
    if (format[start + 1] === "%") {
      this.#text += "%";
      return start + 2;
    }
    const match = /^%([-+ #0']*)(\*|-?\d+)?(?:(\.)(\*|-?\d+)?)?(?:hh|h|ll|l|L|q|j|z|t)?/.exec(
      format.slice(start),
    ) as RegExpExecArray;
    let end = start + match[0].length;
    let conversion = format[end] ?? "";
    // `q` is a length modifier for C but a conversion here; a Q likewise.
    if (match[0].endsWith("q")) {
      conversion = "q";
      end--;
    }
    const spec: Spec = {
      flags: match[1] as string,
      width: undefined,
      precision: undefined,
      conversion,
      timeFormat: undefined,
    };
    spec.width = this.#size(match[2]);
    if (match[3]) spec.precision = this.#size(match[4] ?? "0");
    if (spec.width !== undefined && spec.width < 0) {
      spec.flags += "-";
      spec.width = -spec.width;
    }
    if (spec.precision !== undefined && spec.precision < 0) spec.precision = undefined;
    if (conversion === "(") {
      const close = format.indexOf(")T", end);
      if (close < 0) {
        const paren = format.indexOf(")", end);
        this.#sh.builtinError(
          "printf",
          paren < 0
            ? "`(': missing format character"
            : `warning: \`${format[paren + 1] ?? ""}': invalid time format specification`,
        );
        this.status = 1;
        return -1;
      }
      spec.timeFormat = format.slice(end + 1, close);
      spec.conversion = "T";
      end = close + 1;
    }
    if (!this.#convert(spec, format.slice(start, end))) return -1;
    return end + 1;
  }

  #size(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    if (text === "*") return Number(this.#integer(this.#take() ?? "0"));
    return Number(text);
  }

  #take(): string | undefined {
    return this.#args[this.#next++];
  }

  #convert(spec: Spec, source: string): boolean {
    switch (spec.conversion) {
      case "s":
        this.#put(cut(this.#take() ?? "", spec.precision), spec);
        return true;
      case "b": {
        const out = decodeEscapes(this.#take() ?? "", "argument");
        this.#tellMissing(out.missing);
        this.#put(cut(out.text, spec.precision), spec);
        this.stopped ||= out.stopped;
        return true;
      }
      case "q":
      case "Q": {
        const value = this.#take() ?? "";
        const text = spec.conversion === "Q" ? cut(value, spec.precision) : value;
        const quoted = spec.flags.includes("#")
          ? needsAnsi(text)
            ? ansiQuote(text)
            : `'${text.replaceAll("'", "'\\''")}'`
          : backslashQuote(text);
        this.#put(spec.conversion === "Q" ? quoted : cut(quoted, spec.precision), spec);
        return true;
      }
      case "c": {
        const value = this.#take() ?? "";
        this.#put(value === "" ? "\0" : decodeText(encodeText(value).subarray(0, 1)), spec);
        return true;
      }
      case "n": {
        const name = this.#take();
        if (name) this.#sh.vars.set(name, String(this.#text.length));
        return true;
      }
      case "d":
      case "i":
      case "u":
      case "o":
      case "x":
      case "X":
        this.#number(spec, this.#integer(this.#take() ?? "0"));
        return true;
      case "a":
      case "A":
      case "e":
      case "E":
      case "f":
      case "F":
      case "g":
      case "G":
        this.#put(
          formatFloat(this.#float(this.#take() ?? "0"), spec),
          { ...spec, flags: spec.flags.replace("0", spec.flags.includes("-") ? "" : "0") },
          true,
        );
        return true;
      case "T":
        this.#time(spec);
        return true;
      case "":
        this.#sh.builtinError("printf", `\`${source}': missing format character`);
        this.status = 1;
        return false;
      default:
        this.#sh.builtinError("printf", `\`${spec.conversion}': invalid format character`);
        this.status = 1;
        return false;
    }
  }

  #put(text: string, spec: Spec, numeric = false): void {
    const width = spec.width ?? 0;
    const size = width ? byteLength(text) : 0;
    if (width <= size) this.#text += text;
    else if (spec.flags.includes("-")) this.#text += text + " ".repeat(width - size);
    else if (numeric && spec.flags.includes("0") && /\d/.test(text)) {
      const sign = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? "";
      this.#text += sign + "0".repeat(width - size) + text.slice(sign.length);
    } else this.#text += " ".repeat(width - size) + text;
  }

  #number(spec: Spec, value: bigint): void {
    const signed = spec.conversion === "d" || spec.conversion === "i";
    const base = spec.conversion === "o" ? 8 : spec.conversion === "x" || spec.conversion === "X" ? 16 : 10;
    const size = signed ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
    let digits = size.toString(base);
    if (spec.conversion === "X") digits = digits.toUpperCase();
    if (spec.precision !== undefined)
      digits = spec.precision === 0 && size === 0n ? "" : digits.padStart(spec.precision, "0");
    if (spec.flags.includes("'") && base === 10) digits = digits.replace(/\B(?=(\d{3})+$)/g, "");
    let prefix = "";
    if (signed)
      prefix = value < 0n ? "-" : spec.flags.includes("+") ? "+" : spec.flags.includes(" ") ? " " : "";
    else if (spec.flags.includes("#") && size !== 0n)
      prefix = base === 16 ? `0${spec.conversion}` : base === 8 && !digits.startsWith("0") ? "0" : "";
    const zero = spec.precision === undefined && !spec.flags.includes("-");
    this.#put(prefix + digits, zero ? spec : { ...spec, flags: spec.flags.replaceAll("0", "") }, true);
  }

  /** C's strtoimax with base 0, `'c` for a character's code; says what is wrong and goes on with what it read. */
  #integer(text: string): bigint {
    const quoted = /^['"]/.test(text);
    if (quoted) return BigInt(charCode(text.slice(1)));
    const match = /^[ \t\n\r\v\f]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
    const rest = match ? text.slice(match[0].length) : text;
    if (!match || rest) {
      if (text !== "") this.#complain(text, invalidNumber(text));
      if (!match) return 0n;
    }
    const digits = match[2] as string;
    const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    const value = match[1] === "-" ? -size : size;
    if (value > 9223372036854775807n || value < -9223372036854775808n) {
      this.#sh.builtinError("printf", `warning: ${text}: Numerical result out of range`);
      return value < 0n ? -9223372036854775808n : 9223372036854775807n;
    }
    return value;
  }

  /** C's strtold; says what is wrong and goes on with what it read. */
  #float(text: string): Extended {
    if (/^['"]/.test(text)) return parseExtended(String(charCode(text.slice(1))));
    const match =
      /^[ \t\n]*([-+]?)(inf(?:inity)?|nan|0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*(?:[pP][-+]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/i.exec(
        text,
      );
    if (text !== "" && (!match || match[0].length < text.length)) this.#complain(text, invalidNumber(text));
    if (!match) return parseExtended("0");
    const body = (match[2] as string).toLowerCase();
    const negative = match[1] === "-";
    if (body.startsWith("inf")) return { ...INFINITE, negative };
    if (body === "nan") return { ...NOT_A_NUMBER, negative };
    const value = parseExtended(body);
    if (
      value.kind === "infinite" ||
      (value.mantissa === 0n && /[1-9a-f]/.test(body.split(/[ep]/)[0] as string))
    )
      this.#sh.builtinError("printf", `warning: ${text}: Numerical result out of range`);
    return { ...value, negative };
  }

  #complain(text: string, what: string): void {
    this.#flushLines();
    this.#sh.builtinError("printf", `${text}: ${what}`);
    this.status = 1;
  }

  /** Writes the lines that are complete: bash's output is line-buffered, so they come before the message. */
  #flushLines(): void {
    const end = this.#text.lastIndexOf("\n") + 1;
    if (end === 0 || this.#captured) return;
    const lines = this.#text.slice(0, end);
    this.#sh.out(this.#raw ? decodeText(encodeText(lines)) : lines, "printf");
    this.#text = this.#text.slice(end);
  }

  #time(spec: Spec): void {
    const text = this.#take();
    const now = Number(this.#sh.system.realtime() / 1_000_000_000n);
    const seconds = text === undefined || text === "" ? -1 : Number(this.#integer(text));
    const at = seconds === -1 ? now : seconds === -2 ? Math.floor(this.#sh.startedAt) : seconds;
    const zone = this.#sh.vars.text("TZ");
    this.#put(cut(formatTime(spec.timeFormat || "%X", at, zone), spec.precision), spec);
  }
}

function nextSpecial(format: string, from: number): number {
  for (let at = from + 1; at < format.length; at++) {
    const code = format.charCodeAt(at);
    if (code === 37 || code === 92) return at;
  }
  return format.length;
}

function charCode(text: string): number {
  const code = text.codePointAt(0) ?? 0;
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
}

/** Widths and precisions count bytes, as in C. */
function byteLength(text: string): number {
  return /^[\x00-\x7f]*$/.test(text) ? text.length : encodeText(text).length;
}

function cut(text: string, precision: number | undefined): string {
  if (precision === undefined || byteLength(text) <= precision) return text;
  return decodeText(encodeText(text).subarray(0, precision));
}

/** `printf [-v var] format [arguments]`. */
export function printfBuiltin(sh: Interpreter, args: string[]): number {
  let at = 0;
  let target: string | undefined;
  while (at < args.length) {
    const arg = args[at] as string;
    if (arg === "--") {
      at++;
      break;
    }
    if (arg === "-v" || (arg.startsWith("-v") && arg.length > 2)) {
      target = arg === "-v" ? args[++at] : arg.slice(2);
      at++;
      if (target === undefined) {
        sh.builtinError("printf", "-v: option requires an argument");
        return usage(sh);
      }
      if (!sh.isAssignable(target)) {
        sh.builtinError("printf", `\`${target}': not a valid identifier`);
        return 2;
      }
      continue;
    }
    if (arg.startsWith("-") && arg.length > 1) {
      sh.builtinError("printf", `${arg.slice(0, 2)}: invalid option`);
      return usage(sh);
    }
    break;
  }
  const format = args[at];
  if (format === undefined) return usage(sh);
  const formatter = new Formatter(sh, args.slice(at + 1), target !== undefined);
  const text = formatter.run(format);
  if (target !== undefined) {
    if (!sh.assignByName(target, text, "printf")) return 1;
    return formatter.status;
  }
  return sh.out(text, "printf") ? formatter.status : 1;
}

function usage(sh: Interpreter): number {
  sh.errorText("printf: usage: printf [-v var] format [arguments]\n");
  return 2;
}
