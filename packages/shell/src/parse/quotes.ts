import { readAnsiQuoted } from "./ansi-quotes.ts";
import type { Backquote, DoubleQuoted, SingleQuoted, WordPart } from "./ast.ts";
import {
  BACKQUOTE,
  BACKSLASH,
  type CharacterSet,
  CLOSE_BRACE,
  DOLLAR,
  DOUBLE_QUOTE,
  DOUBLE_QUOTED_STOP,
  GREATER,
  LESS,
  NEWLINE,
  NUL,
  OPEN_PAREN,
  PROTECTED_STOP,
  SINGLE_QUOTE,
} from "./characters.ts";
import { readDollar } from "./dollar.ts";
import { PartList } from "./parts.ts";
import type { Reader } from "./reader.ts";
import { NONE } from "./stack.ts";
import { readProcessSubstitution } from "./substitutions.ts";
import { readRun } from "./words.ts";

/** `'…'` at `pos`. */
export function readSingleQuoted(r: Reader): SingleQuoted {
  const end = r.src.indexOf("'", r.pos + 1);
  if (end < 0) r.unmatched("'", r.line);
  const value = r.src.slice(r.pos + 1, end);
  r.pos = end + 1;
  countLines(r, value);
  return { type: "SingleQuoted", value };
}

export function countLines(r: Reader, text: string): void {
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) r.line++;
}

/** `"…"` at `pos`. */
export function readDoubleQuoted(r: Reader, localized: boolean): DoubleQuoted {
  const { line, src } = r;
  let end = r.pos + 1;
  while (!DOUBLE_QUOTED_STOP[src.charCodeAt(end)]) end++;
  if (src.charCodeAt(end) === DOUBLE_QUOTE) {
    const parts: WordPart[] =
      end === r.pos + 1 ? NONE : [{ type: "Literal", value: src.slice(r.pos + 1, end) }];
    r.pos = end + 1;
    return { type: "DoubleQuoted", localized, parts };
  }
  const list = new PartList();
  r.pos++;
  const from = r.textLength();
  readQuotedRuns(r, list, DOUBLE_QUOTED_STOP, DOUBLE_QUOTE, '"', line);
  const parts = list.finish();
  for (const part of parts)
    if (part.type === "BadSubstitution") part.text = r.textFrom(from).replaceAll('\\"', '"');
  r.pos++;
  return { type: "DoubleQuoted", localized, parts };
}

/**
 * Text as in double quotes up to the character `end` (not taken). `}` as the end allows `\}` and quotes inside, which only
 * go away; {@link NUL} (a here-document) leaves double quotes as they are. `nested`: in quotes inside such an operand.
 */
export function readQuotedRuns(
  r: Reader,
  list: PartList,
  stops: CharacterSet,
  end: number,
  name: string,
  line: number,
  nested = false,
): void {
  for (;;) {
    const c = readRun(r, list, stops);
    if (c === end) return;
    if (c === NUL) r.unmatched(name, line);
    if (c === DOLLAR) readQuotedDollar(r, list, end);
    else if (c === BACKQUOTE) list.push(readBackquote(r, end === DOUBLE_QUOTE));
    else if (c === BACKSLASH) {
      if (nested) readNestedEscape(r, list);
      else readQuotedEscape(r, list, end);
    } else if (c === DOUBLE_QUOTE) {
      const opened = r.line;
      r.pos++;
      readQuotedRuns(r, list, DOUBLE_QUOTED_STOP, DOUBLE_QUOTE, '"', opened, true);
      r.pos++;
    } else if (c === SINGLE_QUOTE) readProtected(r, list);
    else if (c === LESS || c === GREATER) readQuotedAngle(r, list);
    else {
      // A newline: only counted.
      list.literal(r.src[r.pos]!);
      r.pos++;
      if (!r.hereDocument) r.line++;
    }
  }
}

/** `<` or `>` where a process substitution is text, but read as such all the same, so that what it holds closes nothing. */
export function readQuotedAngle(r: Reader, list: PartList): void {
  if (r.codeAt(1) === OPEN_PAREN) list.literal(readProcessSubstitution(r).text);
  else {
    list.literal(r.src[r.pos]!);
    r.pos++;
  }
}

/**
 * `'…'` in the double-quoted operand of `${x:-…}`: the quotes stay, and all they do is to keep a `}` from ending the
 * operand. In POSIX mode they do not even do that.
 */
function readProtected(r: Reader, list: PartList): void {
  const { line } = r;
  list.literal("'");
  r.pos++;
  if (r.surroundings.posix?.()) return;
  readQuotedRuns(r, list, PROTECTED_STOP, SINGLE_QUOTE, "'", line);
  list.literal("'");
  r.pos++;
}

/** In the operand of `"${x:-…}"` the `extquote` option, which is on, lets `$'…'` count. */
function readQuotedDollar(r: Reader, list: PartList, end: number): void {
  if (end === CLOSE_BRACE && r.codeAt(1) === SINGLE_QUOTE && !r.hereDocument)
    list.push(readAnsiQuoted(r, true));
  else readDollar(r, list, true);
}

/** In quotes inside the quoted operand of `${x:-…}` a backslash quotes every character. */
function readNestedEscape(r: Reader, list: PartList): void {
  const next = r.codeAt(1);
  if (next === NEWLINE) r.skipContinuation();
  else if (next === NUL) {
    list.literal("\\");
    r.pos++;
  } else {
    list.literal(r.src[r.pos + 1]!);
    r.pos += 2;
  }
}

/** Inside double quotes a backslash quotes only `$`, backquote, `\`, newline and the closing character. */
export function readQuotedEscape(r: Reader, list: PartList, end: number): void {
  const next = r.codeAt(1);
  if (next === NEWLINE) {
    r.skipContinuation();
    return;
  }
  const quotes =
    next === DOLLAR ||
    next === BACKQUOTE ||
    next === BACKSLASH ||
    (next === DOUBLE_QUOTE && end !== NUL) ||
    (next === CLOSE_BRACE && end === CLOSE_BRACE);
  if (!quotes) list.literal("\\");
  // A single quote after a backslash stays with it, so that it does not protect a brace.
  const pair = quotes || next === SINGLE_QUOTE;
  if (pair) list.literal(r.src[r.pos + 1]!);
  r.pos += pair ? 2 : 1;
}

/** `` `…` `` at `pos`: only its end is found, the inside is parsed when it runs. */
export function readBackquote(r: Reader, inDoubleQuotes: boolean): Backquote {
  const { line, src } = r;
  let source = "";
  let from = ++r.pos;
  for (;;) {
    const c = src.charCodeAt(r.pos);
    if (c === BACKQUOTE) break;
    if (c === NUL) r.unmatched("`", line);
    if (c === NEWLINE) r.line++;
    if (c === BACKSLASH) {
      const next = r.codeAt(1);
      if (next === NEWLINE) {
        // A line goes on in the next one even inside quotes.
        r.line++;
        source += src.slice(from, r.pos);
        from = r.pos + 2;
      }
      const drop =
        next === BACKSLASH ||
        next === BACKQUOTE ||
        next === DOLLAR ||
        (inDoubleQuotes && next === DOUBLE_QUOTE);
      if (drop) {
        source += src.slice(from, r.pos);
        from = r.pos + 1;
      }
      if (next !== NUL) r.pos++;
    }
    r.pos++;
  }
  source += src.slice(from, r.pos);
  r.pos++;
  // bash reads the inside when the word is complete, and counts its lines from there.
  return { type: "Backquote", line: r.line, source };
}
