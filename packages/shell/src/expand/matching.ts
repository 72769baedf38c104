import type { ExpansionHost } from "./host.ts";

export interface Matcher {
  /** Whether the whole text matches. */
  test(text: string): boolean;
  /** End of the longest or shortest matching prefix, -1 for none. */
  prefix(text: string, longest: boolean): number;
  /** Start of the longest or shortest matching suffix, -1 for none. */
  suffix(text: string, longest: boolean): number;
  /** The first match at or after `from`, the longest there. */
  find(text: string, from: number): { start: number; end: number } | undefined;
}
export interface MatchOptions {
  extglob: boolean;
  nocase: boolean;
}
export function matchOptions(host: ExpansionHost, nocase: boolean): MatchOptions {
  return { extglob: host.state.shopt.extglob, nocase };
}
const cache = new Map<string, Matcher>();
export function matcherFor(_host: ExpansionHost, pattern: string, nocase = false): Matcher {
  const key = `${nocase ? 1 : 0}${pattern}`;
  let m = cache.get(key);
  if (!m) {
    m = make(pattern, nocase);
    cache.set(key, m);
  }
  return m;
}
export function matchesName(
  pattern: string,
  options: MatchOptions,
  dotglob: boolean,
): (name: string) => boolean {
  const re = compile(pattern, options.nocase);
  return (name) =>
    (name[0] !== "." || dotglob || pattern[0] === "." || pattern.startsWith("\\.")) && re.test(name);
}
function make(pattern: string, nocase: boolean): Matcher {
  const whole = compile(pattern, nocase);
  return {
    test: (text) => whole.test(text),
    prefix(text, longest) {
      for (let i = 0; i <= text.length; i++) {
        const e = longest ? text.length - i : i;
        if (whole.test(text.slice(0, e))) return e;
      }
      return -1;
    },
    suffix(text, longest) {
      for (let i = 0; i <= text.length; i++) {
        const s = longest ? i : text.length - i;
        if (whole.test(text.slice(s))) return s;
      }
      return -1;
    },
    find(text, from) {
      for (let s = from; s <= text.length; s++)
        for (let e = text.length; e >= s; e--) if (whole.test(text.slice(s, e))) return { start: s, end: e };
      return undefined;
    },
  };
}
/** A pattern that is none stands for itself. */
function compile(pattern: string, nocase: boolean): RegExp {
  const flags = nocase ? "sui" : "su";
  try {
    return new RegExp(`^(?:${translate(pattern)})$`, flags);
  } catch {
    return new RegExp(`^${[...pattern].map(esc).join("")}$`, flags);
  }
}

function translate(p: string): string {
  let out = "";
  const stack: string[] = [];
  for (let i = 0; i < p.length; i++) {
    const c = p[i] as string;
    if (c === "\\" && i + 1 < p.length) {
      i++;
      out += esc(p[i] as string);
    } else if ("?*+@!".includes(c) && p[i + 1] === "(") {
      stack.push(c);
      out += c === "!" ? "(?!(?:" : "(?:";
      i++;
    } else if (c === "|" && stack.length) out += "|";
    else if (c === ")" && stack.length) {
      const k = stack.pop() as string;
      out += k === "!" ? ")$).*" : k === "@" ? ")" : `)${k}`;
    } else if (c === "*") out += ".*";
    else if (c === "?") out += ".";
    else if (c === "[") {
      const m = /^\[([!^]?)(\]?(?:\[:\w+:\]|\\.|[^\]])*)\]/s.exec(p.slice(i));
      if (!m) {
        out += "\\[";
        continue;
      }
      out += `[${m[1] ? "^" : ""}${(m[2] as string).replace(/\[:(\w+):\]|\\(.)|([[\]&~^\\])/gs, (_, k, q, s) => (k ? (CLASSES[k] ?? "") : q !== undefined ? (/[-\][^\\&~]/.test(q) ? `\\${q}` : q).replace(/\\([&~])/, "$1") : /[&~]/.test(s) ? s : `\\${s}`))}]`;
      i += m[0].length - 1;
    } else out += esc(c);
  }
  return out;
}
function esc(c: string): string {
  return /[.*+?^${}()|[\]\\/]/.test(c) ? `\\${c}` : c;
}
const CLASSES: Record<string, string> = {
  alpha: "a-zA-Z",
  digit: "0-9",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9A-Fa-f",
  cntrl: "\\x00-\\x1f",
  print: "\\x20-\\x7e",
  graph: "\\x21-\\x7e",
  word: "\\w",
};
