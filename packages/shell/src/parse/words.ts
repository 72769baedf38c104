import type { Word, WordPart } from "./ast.ts";
import {
  BACKQUOTE,
  BACKSLASH,
  BAR,
  type CharacterSet,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  DOLLAR,
  DOUBLE_QUOTE,
  GREATER,
  LESS,
  META,
  NAME,
  NAME_START,
  NEWLINE,
  NUL,
  OPEN_BRACKET,
  OPEN_PAREN,
  SINGLE_QUOTE,
  SUBSCRIPT_STOP,
  WORD_QUICK_STOP,
  WORD_STOP,
} from "./characters.ts";
import { readDollar } from "./dollar.ts";
import { makeWord, PartList } from "./parts.ts";
import { readBackquote, readDoubleQuoted, readSingleQuoted } from "./quotes.ts";
import { plainWord, type Reader } from "./reader.ts";
import { readProcessSubstitution } from "./substitutions.ts";

/** Whether a word (rather than an operator, newline or the end) starts at `pos`. */
export function atWord(r: Reader): boolean {
  const c = r.code();
  return !META[c] || atProcessSubstitution(r, c);
}

export function atProcessSubstitution(r: Reader, c: number): boolean {
  return (c === LESS || c === GREATER) && r.codeAt(1) === OPEN_PAREN;
}

/** Reads the word at `pos`; {@link atWord} holds. */
export function readWord(r: Reader): Word {
  const start = r.pos;
  const { src } = r;
  let at = start;
  while (!WORD_QUICK_STOP[src.charCodeAt(at)]) at++;
  const c = src.charCodeAt(at);
  if (META[c] && at > start && (src.charCodeAt(at + 1) !== OPEN_PAREN || (c !== LESS && c !== GREATER))) {
    if (c !== OPEN_PAREN || !r.extglob) {
      r.pos = at;
      return plainWord(src.slice(start, at), r.line);
    }
  }
  return wordOf(r, (reader) => readWordParts(reader));
}

/** Reads the right side of `=~`, where `(…)` and `|` belong to the word. */
export function readRegexWord(r: Reader): Word {
  return wordOf(r, readRegexParts);
}

/** Makes an outermost word of what `read` accepts, with its text. */
function wordOf(r: Reader, read: (r: Reader) => WordPart[]): Word {
  const { textStart, textPrefix, line } = r;
  r.textStart = r.pos;
  r.textPrefix = "";
  const parts = read(r);
  const word = makeWord(line, r.textFrom(0), parts);
  // What bash complains of is the whole of the word, or of the quotes.
  for (const part of parts) if (part.type === "BadSubstitution") part.text = word.text;
  r.textStart = textStart;
  r.textPrefix = textPrefix;
  return word;
}

/** Makes a word inside another: an operand, a subscript. */
export function innerWord(r: Reader, read: (r: Reader) => WordPart[]): Word {
  const { line } = r;
  const from = r.textLength();
  const parts = read(r);
  return makeWord(line, r.textFrom(from), parts);
}

/** The first word of a command: a name with `[…]` has blanks in the brackets, assignment or not. */
export function readFirstWord(r: Reader): Word {
  const { src } = r;
  let at = r.pos;
  if (!NAME_START[src.charCodeAt(at)]) return readWord(r);
  while (NAME[src.charCodeAt(at)]) at++;
  if (src.charCodeAt(at) !== OPEN_BRACKET) return readWord(r);
  return wordOf(r, (reader) => {
    const list = new PartList();
    list.literal(src.slice(reader.pos, at));
    reader.pos = at;
    readBrackets(reader, list);
    return readWordParts(reader, list);
  });
}

/** A word that starts with `[…]`, where anything may stand between the brackets: an element of an array. */
export function readBracketedWord(r: Reader): Word {
  return wordOf(r, (reader) => {
    const list = new PartList();
    readBrackets(reader, list);
    return readWordParts(reader, list);
  });
}

function readBrackets(r: Reader, list: PartList): void {
  const { line } = r;
  let depth = 0;
  for (;;) {
    const c = readRun(r, list, SUBSCRIPT_STOP);
    if (c === NUL) r.unmatched("]", line);
    if (c !== NEWLINE && c !== OPEN_BRACKET && c !== CLOSE_BRACKET) {
      readQuoting(r, list, c);
      continue;
    }
    if (c === NEWLINE) r.line++;
    list.literal(r.src[r.pos]!);
    r.pos++;
    if (c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACKET && --depth === 0) return;
  }
}

function readWordParts(r: Reader, list = new PartList()): WordPart[] {
  for (;;) {
    const c = readRun(r, list, WORD_STOP);
    if (!META[c]) readQuoting(r, list, c);
    else if (atProcessSubstitution(r, c)) list.push(readProcessSubstitution(r));
    else if (c === OPEN_PAREN && r.extglob && opensExtendedPattern(r)) readGroup(r, list);
    else return list.finish();
  }
}

function readRegexParts(r: Reader): WordPart[] {
  const list = new PartList();
  for (;;) {
    const c = readRun(r, list, WORD_STOP);
    if (!META[c]) readQuoting(r, list, c);
    else if (c === OPEN_PAREN) readGroup(r, list);
    else if (c === BAR) {
      list.literal("|");
      r.pos++;
    } else return list.finish();
  }
}

/** `(` right after one of `?*+@!`. */
function opensExtendedPattern(r: Reader): boolean {
  return r.pos > r.textStart && "?*+@!".includes(r.src[r.pos - 1]!);
}

/** `( … )` inside a pattern or regex: everything up to the matching parenthesis belongs to the word. */
function readGroup(r: Reader, list: PartList): void {
  const { line } = r;
  let depth = 0;
  for (;;) {
    const c = readRun(r, list, WORD_STOP);
    if (!META[c]) {
      readQuoting(r, list, c);
      continue;
    }
    if (c === NUL) r.unmatched(")", line);
    if (c === NEWLINE) r.line++;
    list.literal(r.src[r.pos]!);
    r.pos++;
    if (c === OPEN_PAREN) depth++;
    else if (c === CLOSE_PAREN && --depth === 0) return;
  }
}

/** Takes literal text up to a character of `stops`, which it answers. */
export function readRun(r: Reader, list: PartList, stops: CharacterSet): number {
  const { src, pos } = r;
  let at = pos;
  while (!stops[src.charCodeAt(at)]) at++;
  if (at > pos) {
    list.literal(src.slice(pos, at));
    r.pos = at;
  }
  return src.charCodeAt(at);
}

/** Outside double quotes: the quote, backslash, `$` or backquote at `pos`. */
export function readQuoting(r: Reader, list: PartList, c: number): void {
  if (c === SINGLE_QUOTE) list.push(readSingleQuoted(r));
  else if (c === DOUBLE_QUOTE) list.push(readDoubleQuoted(r, false));
  else if (c === DOLLAR) readDollar(r, list, false);
  else if (c === BACKQUOTE) list.push(readBackquote(r, false));
  else if (c === BACKSLASH) readEscape(r, list);
}

function readEscape(r: Reader, list: PartList): void {
  const next = r.src.codePointAt(r.pos + 1)!;
  if (next === NEWLINE) r.skipContinuation();
  else if (next === NUL) {
    list.literal("\\");
    r.pos++;
  } else {
    const value = String.fromCodePoint(next);
    list.push({ type: "Escaped", value });
    r.pos += 1 + value.length;
  }
}
