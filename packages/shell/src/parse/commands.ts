import { type AssignmentPlace, assignmentWord, readArrayArgument, readAssignment } from "./assignments.ts";
import type { Assignment, Command, FunctionDefinition, Redirect, SimpleCommand, Word } from "./ast.ts";
import { CLOSE_PAREN, META, OPEN_PAREN, REDIRECT_START } from "./characters.ts";
import { readCompound, readFunctionBody, readParenthesis } from "./compounds.ts";
import type { Reader } from "./reader.ts";
import { readRedirect } from "./redirects.ts";
import { closesList, type ReservedWord, reservedAt } from "./reserved.ts";
import { NONE } from "./stack.ts";
import { alignSubstitutions } from "./substitution-lines.ts";
import { atWord, readFirstWord, readWord } from "./words.ts";

/** Reads one command: what stands between two `|`. `first`: nothing precedes it that keeps `!` and `time` from counting. */
export function readCommand(r: Reader, first: boolean): Command {
  r.skipBlanks();
  if (r.code() === OPEN_PAREN) return readParenthesis(r);
  if (r.hasAliases() && atWord(r) && expandAliases(r) && r.code() === OPEN_PAREN) return readParenthesis(r);
  const word = reservedAt(r);
  if (word === null) return readSimple(r);
  return readReserved(r, word, first);
}

function readReserved(r: Reader, word: ReservedWord, first: boolean): Command {
  if (closesList(word)) r.unexpected();
  if (word === "!") {
    if (first) r.unexpected();
    return r.unexpected();
  }
  // After `|`, `time` is a word like any other.
  if (word === "time") return readSimple(r);
  r.pos += word.length;
  return readCompound(r, word);
}

/** Replaces the alias at `pos`, again and again. */
export function expandAliases(r: Reader): boolean {
  let expanded = false;
  for (;;) {
    const start = r.pos;
    const { line } = r;
    const word = readAliasName(r);
    if (word !== null && r.expandAlias(start, word)) {
      expanded = true;
      r.skipBlanks();
      continue;
    }
    r.pos = start;
    r.line = line;
    return expanded;
  }
}

const ALIAS_NAME = /[^\s;&|()<>\\'"$`\0=/]+(?=[\s;&|()<>\0])/y;

function readAliasName(r: Reader): string | null {
  ALIAS_NAME.lastIndex = r.pos;
  const name = ALIAS_NAME.exec(r.src)?.[0];
  if (name === undefined) return null;
  r.pos += name.length;
  return name;
}

/** Builtins whose arguments are assignments, and those that only take `name=(…)` as text. */
const DECLARATIONS: ReadonlySet<string> = new Set(["declare", "typeset", "local", "export", "readonly"]);
const ARRAY_AS_TEXT: ReadonlySet<string> = new Set(["eval", "let", "alias"]);
const PREFIXES: ReadonlySet<string> = new Set(["command", "builtin"]);

/** How arguments after the words so far are read. */
type Arguments = "words" | "text arrays" | AssignmentPlace;

function readSimple(r: Reader): SimpleCommand | FunctionDefinition {
  const start = r.line;
  let assignments: Assignment[] = NONE;
  let redirects: Redirect[] = NONE;
  let mode: Arguments = "words";
  const base = r.words.size;
  const inside = r.substitutions.size;
  let line = start;
  let wordFirst = false;
  for (let tokens = 0; ; tokens++) {
    // bash notes the line of a command after its first token; where that is a word, after one token more.
    if (tokens === 1) wordFirst = r.words.size > base;
    if (tokens === 1 || (tokens === 2 && wordFirst)) line = r.line;
    r.skipBlanks();
    const c = r.code();
    if (REDIRECT_START[c]) {
      const before = r.line;
      const redirect = readRedirect(r);
      if (redirect) {
        // That token is its operator.
        if (tokens === 1 && wordFirst) {
          line = before;
          wordFirst = false;
        }
        redirects = added(redirects, redirect);
        continue;
      }
      if (!atWord(r)) break;
    } else if (META[c]) break;
    const first = r.words.size === base;
    if (first) {
      const assignment = readAssignment(r, "command");
      if (assignment) {
        assignments = added(assignments, assignment);
        continue;
      }
      if (assignments.length + redirects.length > 0 && r.hasAliases() && expandAliases(r)) continue;
    } else if (r.aliasNextAt >= 0 && expandNext(r)) continue;
    const word = first ? readFirstWord(r) : mode === "words" ? readWord(r) : readArgument(r, mode);
    r.words.push(word);
    if (first || mode === "argument") mode = argumentsAfter(word, first);
  }
  const words = r.words.take(base);
  if (words.length === 1 && assignments.length + redirects.length === 0) line = r.line;
  if (r.code() === OPEN_PAREN && words.length > 0) {
    const alone = words.length === 1 && assignments.length + redirects.length === 0;
    return alone ? readFunction(r, words[0]!, start) : r.unexpected();
  }
  if (words.length + assignments.length + redirects.length === 0) r.unexpected();
  alignSubstitutions(r, inside, line);
  return { type: "Simple", line, assignments, words, redirects };
}

/** Few commands have any of these, hardly one has two. */
function added<T>(list: T[], item: T): T[] {
  if (list === NONE) return [item];
  list.push(item);
  return list;
}

/** After an alias that ends with a blank, the next word is looked up too. */
function expandNext(r: Reader): boolean {
  if (r.pos < r.aliasNextAt) return false;
  r.aliasNextAt = -1;
  return expandAliases(r);
}

function argumentsAfter({ text }: Word, first: boolean): Arguments {
  if (DECLARATIONS.has(text)) return first ? "declaration" : "argument";
  if (PREFIXES.has(text)) return "argument";
  return first && ARRAY_AS_TEXT.has(text) ? "text arrays" : "words";
}

function readArgument(r: Reader, mode: Exclude<Arguments, "words">): Word {
  if (mode === "text arrays") return readArrayArgument(r) ?? readWord(r);
  const { line } = r;
  const assignment = readAssignment(r, mode);
  return assignment ? assignmentWord(assignment, line) : readWord(r);
}

/** `name ()` with `pos` at the parenthesis. */
function readFunction(r: Reader, name: Word, line: number): FunctionDefinition {
  r.pos++;
  r.skipBlanks();
  if (r.code() !== CLOSE_PAREN) r.unexpected();
  r.pos++;
  const body = readFunctionBody(r);
  return { type: "Function", line, name: name.text, keyword: false, endLine: r.line, body };
}
