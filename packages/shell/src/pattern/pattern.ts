import { lowerCode } from "./character-class.ts";
import { type Codes, ends } from "./match.ts";
import { mirror, type PatternElement, type PatternOptions, parsePattern } from "./pattern-syntax.ts";
import { includes } from "./positions.ts";

/** A compiled pattern. Offsets are in UTF-16 units, and never inside a character. */
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

const cache = new Map<string, Matcher>();
const CACHE_SIZE = 1000;

/** The matcher of a glob pattern, in which a backslash quotes the next character. Matchers are kept. */
export function compilePattern(pattern: string, options: PatternOptions = {}): Matcher {
  const { extglob = true, nocase = false, period = false } = options;
  const key = `${extglob ? "e" : "-"}${nocase ? "i" : "-"}${period ? "p" : "-"}${pattern}`;
  const known = cache.get(key);
  if (known) return known;
  const row = parsePattern(pattern, options);
  const matcher = (nocase || period ? null : quickMatcher(row)) ?? new PatternMatcher(row, nocase, period);
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, matcher);
  return matcher;
}

/** Patterns that string methods can match: literals with at most one `*` before or after them, or on both sides. */
function quickMatcher(row: readonly PatternElement[]): Matcher | null {
  const shape = row.map(({ type }) => type).join(" ");
  const text = row
    .map((element) => (element.type === "literal" ? String.fromCodePoint(...element.codes) : ""))
    .join("");
  switch (shape) {
    case "":
    case "literal":
      return literalMatcher(text);
    case "star":
      return starMatcher();
    case "star literal":
      return endMatcher(text);
    case "literal star":
      return startMatcher(text);
    case "star literal star":
      return containsMatcher(text);
    default:
      return null;
  }
}

function literalMatcher(literal: string): Matcher {
  const size = literal.length;
  return {
    test: (text) => text === literal,
    prefix: (text) => (text.startsWith(literal) ? size : -1),
    suffix: (text) => (text.endsWith(literal) ? text.length - size : -1),
    find(text, from) {
      const start = text.indexOf(literal, from);
      return start < 0 ? undefined : { start, end: start + size };
    },
  };
}

function starMatcher(): Matcher {
  return {
    test: () => true,
    prefix: (text, longest) => (longest ? text.length : 0),
    suffix: (text, longest) => (longest ? 0 : text.length),
    find: (text, start) => ({ start, end: text.length }),
  };
}

/** `*literal` */
function endMatcher(literal: string): Matcher {
  const size = literal.length;
  const prefix = (text: string, longest: boolean): number => {
    const at = longest ? text.lastIndexOf(literal) : text.indexOf(literal);
    return at < 0 ? -1 : at + size;
  };
  return {
    test: (text) => text.endsWith(literal),
    prefix,
    suffix: (text, longest) => (text.endsWith(literal) ? (longest ? 0 : text.length - size) : -1),
    find(text, start) {
      const at = text.lastIndexOf(literal);
      return at < start ? undefined : { start, end: at + size };
    },
  };
}

/** `literal*` */
function startMatcher(literal: string): Matcher {
  return {
    test: (text) => text.startsWith(literal),
    prefix: (text, longest) => (text.startsWith(literal) ? (longest ? text.length : literal.length) : -1),
    suffix: (text, longest) => (longest ? text.indexOf(literal) : text.lastIndexOf(literal)),
    find(text, from) {
      const start = text.indexOf(literal, from);
      return start < 0 ? undefined : { start, end: text.length };
    },
  };
}

/** `*literal*` */
function containsMatcher(literal: string): Matcher {
  return {
    test: (text) => text.includes(literal),
    prefix(text, longest) {
      const at = text.indexOf(literal);
      return at < 0 ? -1 : longest ? text.length : at + literal.length;
    },
    suffix(text, longest) {
      const at = text.lastIndexOf(literal);
      return at < 0 ? -1 : longest ? 0 : at;
    },
    find: (text, start) => (text.includes(literal, start) ? { start, end: text.length } : undefined),
  };
}

/** All other patterns. Texts are matched as rows of characters, so that `?` is one whatever its size. */
class PatternMatcher implements Matcher {
  private readonly row: PatternElement[];
  private readonly nocase: boolean;
  private readonly period: boolean;
  private mirrored: PatternElement[] | null = null;

  constructor(row: PatternElement[], nocase: boolean, period: boolean) {
    this.row = row;
    this.nocase = nocase;
    this.period = period;
  }

  test(text: string): boolean {
    const codes = this.codes(text);
    return includes(ends(this.row, codes, [0, 0], this.period), codes.length);
  }

  prefix(text: string, longest: boolean): number {
    const codes = this.codes(text);
    const found = ends(this.row, codes, [0, 0], this.period);
    if (found.length === 0) return -1;
    return unitOffset(text, codes, longest ? found[found.length - 1]! : found[0]!);
  }

  suffix(text: string, longest: boolean): number {
    this.mirrored ??= mirror(this.row);
    const codes = this.codes(text).toReversed();
    const found = ends(this.mirrored, codes, [0, 0], this.period);
    if (found.length === 0) return -1;
    return unitOffset(text, codes, codes.length - (longest ? found[found.length - 1]! : found[0]!));
  }

  find(text: string, from: number): { start: number; end: number } | undefined {
    const codes = this.codes(text);
    const wide = codes.length !== text.length;
    const [first] = this.row;
    for (let at = wide ? characterCount(text, from) : from; at <= codes.length; at++) {
      if (first?.type === "literal" && codes[at] !== first.codes[0]) continue;
      const found = ends(this.row, codes, [at, at], this.period);
      if (found.length > 0) {
        const end = found[found.length - 1]!;
        return { start: unitOffset(text, codes, at), end: unitOffset(text, codes, end) };
      }
      // What `*` could not reach from here it cannot reach from farther on.
      if (first?.type === "star") return undefined;
    }
    return undefined;
  }

  private codes(text: string): readonly number[] {
    return codesOf(text, this.nocase);
  }
}

/** The last text taken apart: replacing all matches in a text asks for the same one again and again. */
let last: { text: string; nocase: boolean; codes: readonly number[] } = {
  text: "",
  nocase: false,
  codes: [],
};

function codesOf(text: string, nocase: boolean): readonly number[] {
  if (last.text === text && last.nocase === nocase) return last.codes;
  const codes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdbff) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
    }
    codes.push(nocase ? lowerCode(code) : code);
  }
  last = { text, nocase, codes };
  return codes;
}

/** The offset in UTF-16 units of a character. */
function unitOffset(text: string, codes: Codes, index: number): number {
  if (codes.length === text.length) return index;
  let at = 0;
  for (let i = 0; i < index; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

/** How many characters the first `units` units hold. */
function characterCount(text: string, units: number): number {
  let count = 0;
  for (let at = 0; at < units; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}
