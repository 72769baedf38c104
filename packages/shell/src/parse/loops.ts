import { readArithmetic } from "./arithmetic-text.ts";
import type { Arithmetic, ArithmeticFor, For, Select, Statement, Word } from "./ast.ts";
import { NEWLINE, OPEN_PAREN, SEMICOLON } from "./characters.ts";
import { readNewline, skipNewlines } from "./here-documents.ts";
import { readList } from "./lists.ts";
import type { Reader } from "./reader.ts";
import { expectReserved, reservedAt } from "./reserved.ts";
import { NONE } from "./stack.ts";
import { alignSubstitutions } from "./substitution-lines.ts";
import { atWord, readWord } from "./words.ts";

/** `for` was read. */
export function readFor(r: Reader, line: number): For | ArithmeticFor {
  r.skipBlanks();
  r.joinLines(1);
  if (r.code() === OPEN_PAREN && r.codeAt(1) === OPEN_PAREN) return readArithmeticFor(r, line);
  const { name, words, body } = readNamedLoop(r, line);
  return { type: "For", line, name, words, body, redirects: NONE };
}

/** `select` was read. */
export function readSelect(r: Reader, line: number): Select {
  r.skipBlanks();
  const { name, words, body } = readNamedLoop(r, line);
  return { type: "Select", line, name, words, body, redirects: NONE };
}

interface NamedLoop {
  name: string;
  words: Word[] | null;
  body: Statement[];
}

function readNamedLoop(r: Reader, line: number): NamedLoop {
  const inside = r.substitutions.size;
  if (!atWord(r)) r.unexpected();
  const name = readWord(r).text;
  r.skipBlanks();
  if (r.code() === SEMICOLON && r.codeAt(1) !== SEMICOLON) {
    r.pos++;
    return { name, words: null, body: readBody(r) };
  }
  skipNewlines(r);
  if (reservedAt(r) !== "in") return { name, words: null, body: readBody(r) };
  r.pos += "in".length;
  const base = r.words.size;
  for (;;) {
    r.skipBlanks();
    if (!atWord(r)) break;
    r.words.push(readWord(r));
  }
  const words = r.words.take(base);
  alignSubstitutions(r, inside, line);
  readTerminator(r);
  return { name, words, body: readBody(r) };
}

/** `;` or a newline. */
function readTerminator(r: Reader): void {
  if (r.code() === NEWLINE) readNewline(r);
  else if (r.code() === SEMICOLON && r.codeAt(1) !== SEMICOLON) r.pos++;
  else r.unexpected();
}

/** `do … done` or `{ … }`, after newlines. */
function readBody(r: Reader): Statement[] {
  skipNewlines(r);
  const braces = reservedAt(r) === "{";
  expectReserved(r, braces ? "{" : "do");
  const body = readList(r);
  expectReserved(r, braces ? "}" : "done");
  return body;
}

function readArithmeticFor(r: Reader, line: number): ArithmeticFor {
  const start = r.pos;
  r.textStart = start;
  r.textPrefix = "";
  r.pos += 2;
  const parts: Arithmetic[] = [];
  for (;;) {
    const part = readArithmetic(r, "header");
    if (!part) r.unexpected();
    parts.push(part);
    if (r.code() !== SEMICOLON) break;
    r.pos++;
  }
  r.pos += 2;
  if (parts.length !== 3) {
    const complaint = parts.length < 3 ? "arithmetic expression required" : "`;' unexpected";
    r.fail("token", `syntax error: ${complaint}`, `syntax error: \`${r.src.slice(start, r.pos)}'`);
  }
  r.skipBlanks();
  if (r.code() === SEMICOLON || r.code() === NEWLINE) readTerminator(r);
  const body = readBody(r);
  const [init, condition, step] = parts.map((part) => (part.text.trim() === "" ? null : part));
  return {
    type: "ArithmeticFor",
    line,
    init: init!,
    condition: condition!,
    step: step!,
    body,
    redirects: NONE,
  };
}
