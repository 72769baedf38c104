import type { Arithmetic } from "./ast.ts";
import {
  ARITHMETIC_STOP,
  BACKQUOTE,
  BACKSLASH,
  type CharacterSet,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  DOLLAR,
  DOUBLE_QUOTE,
  DOUBLE_QUOTED_STOP,
  NEWLINE,
  NUL,
  OLD_ARITHMETIC_STOP,
  OPEN_BRACKET,
  OPEN_PAREN,
  SEMICOLON,
  SINGLE_QUOTE,
  SUBSTRING_STOP,
} from "./characters.ts";
import { readDollar } from "./dollar.ts";
import { makeWord, PartList } from "./parts.ts";
import { readBackquote, readQuotedEscape, readQuotedRuns } from "./quotes.ts";
import type { Reader } from "./reader.ts";
import { readRun } from "./words.ts";

/**
 * Where an expression ends: `))`, `]`, one of the `;` and `))` of a `for` header, the `:` or `}` after the offset of a substring, the `}`
 * after its length. The end itself is not taken.
 */
export type ArithmeticEnd = "parentheses" | "header" | "brackets" | "offset" | "length";

const STOPS: Readonly<Record<ArithmeticEnd, CharacterSet>> = {
  parentheses: ARITHMETIC_STOP,
  header: ARITHMETIC_STOP,
  brackets: OLD_ARITHMETIC_STOP,
  offset: SUBSTRING_STOP,
  length: SUBSTRING_STOP,
};

const CLOSER: Readonly<Record<ArithmeticEnd, string>> = {
  parentheses: ")",
  header: ")",
  brackets: "]",
  offset: "}",
  length: "}",
};

/** What is open at a place in an expression. */
interface Nesting {
  depth: number;
  /** `?` without their `:`. */
  questions: number;
  /** Inside `'…'`, where brackets do not count. */
  quoted: boolean;
  done: boolean;
  failed: boolean;
}

/** Reads an expression at `pos`. `null`: a `)` came that is not doubled, so this is no arithmetic. */
export function readArithmetic(r: Reader, end: ArithmeticEnd): Arithmetic | null {
  const { line } = r;
  // At the start of a command there is no word around the expression.
  const from = r.textLength();
  const list = new PartList();
  const nesting: Nesting = { depth: 0, questions: 0, quoted: false, done: false, failed: false };
  let expands = false;
  for (;;) {
    const c = readRun(r, list, STOPS[end]);
    if (c === NUL) r.unmatched(CLOSER[end], line);
    if (c === DOLLAR || c === BACKQUOTE || c === BACKSLASH || c === DOUBLE_QUOTE) {
      expands = true;
      readExpansion(r, list, c);
      continue;
    }
    if (!nesting.quoted) step(r, c, end, nesting);
    if (nesting.failed) return null;
    if (nesting.done) break;
    if (c === SINGLE_QUOTE) {
      if (!nesting.quoted && r.src.indexOf("'", r.pos + 1) < 0) r.unmatched("'", r.line);
      nesting.quoted = !nesting.quoted;
    } else if (c === NEWLINE) r.line++;
    list.literal(r.src[r.pos]!);
    r.pos++;
  }
  const text = r.textFrom(from);
  if (!expands) return { type: "Arithmetic", line, text, word: null };
  const quoted = makeWord(line, text, [{ type: "DoubleQuoted", localized: false, parts: list.finish() }]);
  return { type: "Arithmetic", line, text, word: quoted };
}

/** Counts brackets, and says whether the expression ends before `c`. */
function step(r: Reader, c: number, end: ArithmeticEnd, nesting: Nesting): void {
  switch (c) {
    case OPEN_PAREN:
    case OPEN_BRACKET:
      nesting.depth++;
      return;
    case CLOSE_PAREN:
      r.joinLines(1);
      if (nesting.depth > 0 || end === "offset" || end === "length") nesting.depth--;
      else if (r.codeAt(1) === CLOSE_PAREN) nesting.done = true;
      else nesting.failed = true;
      return;
    case CLOSE_BRACKET:
      if (nesting.depth > 0 || end !== "brackets") nesting.depth--;
      else nesting.done = true;
      return;
    case SEMICOLON:
      nesting.done = end === "header" && nesting.depth === 0;
      return;
    case CLOSE_BRACE:
      nesting.done = true;
      return;
    case COLON:
      if (nesting.depth > 0 || end === "length") return;
      if (nesting.questions > 0) nesting.questions--;
      else nesting.done = true;
      return;
    case 63:
      if (nesting.depth === 0) nesting.questions++;
  }
}

function readExpansion(r: Reader, list: PartList, c: number): void {
  if (c === DOLLAR) readDollar(r, list, true);
  else if (c === BACKQUOTE) list.push(readBackquote(r, true));
  else if (c === BACKSLASH) {
    readQuotedEscape(r, list, DOUBLE_QUOTE);
    // A quoted parenthesis counts for none.
    const next = r.code();
    if (r.src.charCodeAt(r.pos - 1) !== BACKSLASH || (next !== OPEN_PAREN && next !== CLOSE_PAREN)) return;
    list.literal(r.src[r.pos]!);
    r.pos++;
  } else {
    const { line } = r;
    r.pos++;
    readQuotedRuns(r, list, DOUBLE_QUOTED_STOP, DOUBLE_QUOTE, '"', line);
    r.pos++;
  }
}
