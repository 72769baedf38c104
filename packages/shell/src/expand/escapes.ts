import { decodeText, encodeText } from "@shadowbox/vfs";

/** Which backslash escapes count: `$'…'` and `@E`, `echo -e`, a format of printf, its `%b`. */
export type EscapeStyle = "ansi" | "echo" | "format" | "argument";

const SIMPLE: Record<string, string> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** The outcome of {@link decodeEscapes}; `stopped` tells that `\c` ended the output, `missing` what has no digits. */
export interface Unescaped {
  text: string;
  stopped: boolean;
  missing: Escape["missing"][];
}

/** One escape: what it stands for, where it ends, whether it is a byte that is no character, and whether it lacks its digits. */
export interface Escape {
  text: string;
  end: number;
  raw: boolean;
  missing?: "hex digit for \\x" | "unicode digit for \\u" | "unicode digit for \\U";
}

/** Replaces backslash escapes. Bytes given by number join to UTF-8 characters where they can. */
export function decodeEscapes(source: string, style: EscapeStyle): Unescaped {
  if (!source.includes("\\")) return { text: source, stopped: false, missing: [] };
  const missing: Unescaped["missing"] = [];
  let text = "";
  let raw = false;
  let at = 0;
  while (at < source.length) {
    const next = source.indexOf("\\", at);
    if (next < 0 || next === source.length - 1) {
      text += source.slice(at);
      break;
    }
    text += source.slice(at, next);
    if (source[next + 1] === "c" && style !== "ansi" && style !== "format")
      return { text: join(text, raw), stopped: true, missing };
    const one = escapeAt(source, next, style);
    raw ||= one.raw;
    if (one.missing) missing.push(one.missing);
    text += one.text;
    at = one.end;
  }
  return { text: join(text, raw), stopped: false, missing };
}

function join(text: string, raw: boolean): string {
  return raw ? decodeText(encodeText(text)) : text;
}

/** One escape at `at` (its backslash): what it stands for and where it ends. */
export function escapeAt(source: string, at: number, style: EscapeStyle): Escape {
  const ch = source[at + 1] as string;
  const simple = SIMPLE[ch];
  if (simple !== undefined) return { text: simple, end: at + 2, raw: false };
  if ((ch === "'" || ch === '"' || ch === "?") && (style === "ansi" || style === "format"))
    return { text: ch, end: at + 2, raw: false };
  if (ch >= "0" && ch <= "7") {
    const leading = style === "echo" || (style === "argument" && ch === "0");
    if (style === "echo" && ch !== "0") return { text: `\\${ch}`, end: at + 2, raw: false };
    const digits = /^[0-7]*/.exec(source.slice(at + (leading ? 2 : 1), at + (leading ? 5 : 4)))?.[0] ?? "";
    return byte(Number.parseInt(digits || "0", 8) & 0xff, at + (leading ? 2 : 1) + digits.length);
  }
  if (ch === "x") return hexEscape(source, at, style);
  if (ch === "u" || ch === "U") {
    const digits = /^[0-9a-fA-F]*/.exec(source.slice(at + 2, at + (ch === "u" ? 6 : 10)))?.[0] ?? "";
    if (!digits) return { text: `\\${ch}`, end: at + 2, raw: false, missing: `unicode digit for \\${ch}` };
    const code = Number.parseInt(digits, 16);
    return {
      text: code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd",
      end: at + 2 + digits.length,
      raw: false,
    };
  }
  if (ch === "c" && style === "ansi" && at + 2 < source.length) {
    const code = (source.charCodeAt(at + 2) & 0x1f) | 0;
    return { text: source[at + 2] === "?" ? "\x7f" : String.fromCharCode(code), end: at + 3, raw: false };
  }
  return { text: `\\${ch}`, end: at + 2, raw: false };
}

function hexEscape(source: string, at: number, style: EscapeStyle): Escape {
  const braced = style === "ansi" ? /^\{([0-9a-fA-F]+)\}?/.exec(source.slice(at + 2)) : null;
  if (braced) return byte(Number.parseInt(braced[1] as string, 16) & 0xff, at + 2 + braced[0].length);
  const digits = /^[0-9a-fA-F]{0,2}/.exec(source.slice(at + 2, at + 4))?.[0] ?? "";
  if (!digits) return { text: "\\x", end: at + 2, raw: false, missing: "hex digit for \\x" };
  return byte(Number.parseInt(digits, 16), at + 2 + digits.length);
}

function byte(value: number, end: number): Escape {
  return { text: String.fromCharCode(value < 0x80 ? value : 0xdc00 + value), end, raw: value >= 0x80 };
}
