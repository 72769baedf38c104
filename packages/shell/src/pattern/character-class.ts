import { COLLATING } from "./collating.ts";

/** Tells whether a character (a code point; for a byte that is not UTF-8 its surrogate) belongs to a set. */
export type CharacterTest = (code: number) => boolean;

/** A parsed `[…]`: the test, and where the text goes on. */
export interface Bracket {
  test: CharacterTest;
  end: number;
}

/** ASCII members of the POSIX classes. */
const ASCII: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  ascii: /[\0-\x7f]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  word: /[A-Za-z0-9_]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** Members above ASCII in C.UTF-8. */
const BEYOND: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{N}\p{M}]/u,
  alpha: /[\p{L}\p{Nd}\p{Nl}]/u,
  blank: /[\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]/u,
  cntrl: /[\x80-\x9f\u2028\u2029]/u,
  graph: /[^\p{C}\p{Z}]/u,
  lower: /\p{Ll}/u,
  print: /[^\p{C}\u2028\u2029]/u,
  punct: /[\p{P}\p{S}]/u,
  space: /[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/u,
  upper: /\p{Lu}/u,
  word: /[\p{L}\p{N}\p{M}]/u,
};

const classes = new Map<string, CharacterTest>();

/** The test of `[:name:]`, `undefined` for a name that is none. */
export function classTest(name: string): CharacterTest | undefined {
  const known = classes.get(name);
  if (known) return known;
  const ascii = ASCII[name];
  if (!ascii) return undefined;
  const table = new Uint8Array(128);
  for (let code = 0; code < 128; code++) if (ascii.test(String.fromCharCode(code))) table[code] = 1;
  const beyond = BEYOND[name];
  const test: CharacterTest = (code) =>
    code < 128
      ? table[code] === 1
      : beyond !== undefined && !isByte(code) && beyond.test(String.fromCodePoint(code));
  classes.set(name, test);
  return test;
}

/** A byte that is not part of UTF-8 text. */
function isByte(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

export function upperCode(code: number): number {
  return otherCase(code, String.fromCodePoint(code).toUpperCase());
}

export function lowerCode(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  return otherCase(code, String.fromCodePoint(code).toLowerCase());
}

function otherCase(code: number, text: string): number {
  const other = text.codePointAt(0)!;
  return String.fromCodePoint(other).length === text.length ? other : code;
}

/** Accepts what `test` does in any case. */
export function foldTest(test: CharacterTest): CharacterTest {
  return (code) => test(code) || test(lowerCode(code)) || test(upperCode(code));
}

/** What a bracket expression's parser collects. */
interface Members {
  /** Pairs of first and last code. */
  ranges: number[];
  tests: CharacterTest[];
}

/** How the two grammars with brackets differ. */
export interface BracketRules {
  /** A backslash quotes (patterns); in a regex it is a member. */
  escapes: boolean;
  /** `!` negates as `^` does (patterns). */
  bang: boolean;
}

/**
 * Parses the bracket expression whose `[` is at `open`. `undefined`: it has no end. `"invalid"`: a range in the wrong order or an unknown
 * class, which a regex refuses; in a pattern such a member matches nothing.
 */
export function parseBracket(
  text: string,
  open: number,
  rules: BracketRules,
): Bracket | "invalid" | undefined {
  let at = open + 1;
  const negated = text[at] === "^" || (rules.bang && text[at] === "!");
  if (negated) at++;
  const members: Members = { ranges: [], tests: [] };
  let valid = true;
  for (let first = true; ; first = false) {
    if (at >= text.length) return undefined;
    if (text[at] === "]" && !first) break;
    const next = readMember(text, at, members, rules);
    if (next === undefined) return undefined;
    if (next < 0) valid = false;
    at = Math.abs(next);
  }
  if (!valid && !rules.escapes) return "invalid";
  return { test: membersTest(members, negated), end: at + 1 };
}

/** Adds the member at `at`; answers where the next starts, negated if it was not valid, `undefined` at the end. */
function readMember(text: string, at: number, members: Members, rules: BracketRules): number | undefined {
  if (text[at] === "[" && text[at + 1] === ":") {
    const close = text.indexOf(":]", at + 2);
    const name = close < 0 ? "" : text.slice(at + 2, close);
    if (close >= 0 && /^[a-z]*$/.test(name)) {
      const test = classTest(name);
      if (test) members.tests.push(test);
      return test ? close + 2 : -(close + 2);
    }
  }
  const from = readCharacter(text, at, rules);
  if (!from) return undefined;
  if (text[from.end] !== "-" || text[from.end + 1] === "]" || from.end + 1 >= text.length) {
    members.ranges.push(from.code, from.code);
    return from.end;
  }
  const to = readCharacter(text, from.end + 1, rules);
  if (!to) return undefined;
  if (to.code < from.code || from.code < 0) return -to.end;
  members.ranges.push(from.code, to.code);
  return to.end;
}

interface Character {
  code: number;
  end: number;
}

/** One character of a bracket expression, also as `[.x.]`, `[=x=]` or escaped. */
function readCharacter(text: string, at: number, rules: BracketRules): Character | undefined {
  const kind = text[at + 1];
  if (text[at] === "[" && (kind === "." || kind === "=")) {
    const close = text.indexOf(`${kind}]`, at + 2);
    if (close > at + 2) return { code: collatingCode(text.slice(at + 2, close)), end: close + 2 };
  }
  const from = rules.escapes && text[at] === "\\" && at + 1 < text.length ? at + 1 : at;
  const code = text.codePointAt(from);
  return code === undefined ? undefined : { code, end: from + (code > 0xffff ? 2 : 1) };
}

/** The character that `[.name.]` means; -1, which is in no text, for an unknown name. */
function collatingCode(name: string): number {
  const code = name.codePointAt(0)!;
  return name.length === (code > 0xffff ? 2 : 1) ? code : (COLLATING.get(name) ?? -1);
}

function membersTest({ ranges, tests }: Members, negated: boolean): CharacterTest {
  const member = (code: number): boolean => {
    for (let i = 0; i < ranges.length; i += 2) if (code >= ranges[i]! && code <= ranges[i + 1]!) return true;
    for (const test of tests) if (test(code)) return true;
    return false;
  };
  const table = new Uint8Array(128);
  for (let code = 0; code < 128; code++) if (member(code) !== negated) table[code] = 1;
  return (code) => (code < 128 ? table[code] === 1 : member(code) !== negated);
}
