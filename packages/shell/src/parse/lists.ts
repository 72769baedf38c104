import type { AndOr, AndOrElement, Command, Pipeline, Redirect, Script, Statement } from "./ast.ts";
import { AMPERSAND, BAR, CLOSE_PAREN, NEWLINE, NUL, SEMICOLON } from "./characters.ts";
import { expandAliases, readCommand } from "./commands.ts";
import { readNewline, skipNewlines } from "./here-documents.ts";
import { plainWord, type Reader } from "./reader.ts";
import { closesList, reservedAt } from "./reserved.ts";
import { atWord } from "./words.ts";

/** Statements up to something that closes a list, which is not taken. At least one, except where `empty` is allowed. */
export function readList(r: Reader, empty = false): Statement[] {
  const { statements } = r;
  const base = statements.size;
  const aliases = r.hasAliases();
  for (;;) {
    skipNewlines(r);
    // An alias may stand for the word that ends the list.
    if (aliases && atWord(r) && expandAliases(r)) skipNewlines(r);
    if (atListEnd(r)) break;
    const statement = readStatement(r);
    statements.push(statement);
    if (!readSeparator(r, statement)) break;
  }
  if (statements.size === base && !empty) r.unexpected();
  return statements.take(base);
}

/** The statements of one line (and of those it goes on in), as bash reads before it runs them. */
export function readLine(r: Reader): Statement[] {
  const { statements } = r;
  const base = statements.size;
  for (;;) {
    const statement = readStatement(r);
    r.substitutions.size = 0;
    statements.push(statement);
    const separated = readSeparator(r, statement);
    r.skipBlanks();
    if (r.code() === NEWLINE) {
      readNewline(r);
      return statements.take(base);
    }
    if (r.code() === NUL) return statements.take(base);
    if (!separated) r.unexpected();
  }
}

/** The inside of `$(…)`, `pos` after the `(`, and its `)`. */
export function readSubstitution(r: Reader): Script {
  const statements = readList(r, true);
  if (r.code() !== CLOSE_PAREN) r.unexpected();
  r.pos++;
  return { type: "Script", statements };
}

function atListEnd(r: Reader): boolean {
  const c = r.code();
  if (c === CLOSE_PAREN || c === NUL) return true;
  if (c === SEMICOLON) return r.codeAt(1) === SEMICOLON || r.codeAt(1) === AMPERSAND;
  return closesList(reservedAt(r));
}

/** Takes `;` or `&`; answers whether another statement may follow. A newline is left for {@link skipNewlines}. */
function readSeparator(r: Reader, statement: Statement): boolean {
  r.skipBlanks();
  const c = r.code();
  if (c === NEWLINE) return true;
  if (c === AMPERSAND) {
    r.pos++;
    statement.background = true;
    return true;
  }
  if (c !== SEMICOLON) return false;
  r.joinLines(1);
  if (r.codeAt(1) === SEMICOLON || r.codeAt(1) === AMPERSAND) return false;
  r.pos++;
  return true;
}

export function readStatement(r: Reader): Statement {
  const { line } = r;
  return { type: "Statement", line, command: readAndOr(r), background: false };
}

function readAndOr(r: Reader): AndOr | Pipeline | Command {
  const { line } = r;
  const first = readPipeline(r);
  let rest: AndOrElement[] | null = null;
  for (;;) {
    r.skipBlanks();
    const c = r.code();
    if (c !== AMPERSAND && c !== BAR) break;
    r.joinLines(1);
    if (r.codeAt(1) !== c) break;
    r.pos += 2;
    skipNewlines(r);
    const element: AndOrElement = {
      type: "AndOrElement",
      operator: c === BAR ? "||" : "&&",
      command: readPipeline(r),
    };
    if (rest) rest.push(element);
    else rest = [element];
  }
  return rest ? { type: "AndOr", line, first, rest } : first;
}

/** `time` and `!` in front of a pipeline, in any number and order. */
interface Prefix {
  negated: boolean;
  timed: Pipeline["timed"];
}

function readPipeline(r: Reader): Pipeline | Command {
  r.skipBlanks();
  const { line } = r;
  const prefix = readPrefix(r);
  if (prefix && atPipelineEnd(r)) return pipeline(line, prefix, [], []);
  const first = readCommand(r, prefix === null);
  r.skipBlanks();
  if (r.code() !== BAR || r.codeAt(1) === BAR) return prefix ? pipeline(line, prefix, [first], []) : first;
  const commands = [first];
  const joined: boolean[] = [];
  while (r.code() === BAR) {
    r.joinLines(1);
    if (r.codeAt(1) === BAR) break;
    const both = r.codeAt(1) === AMPERSAND;
    r.pos += both ? 2 : 1;
    joined.push(both);
    if (both) joinErrors(commands[commands.length - 1]!, r.line);
    skipNewlines(r);
    commands.push(readCommand(r, false));
    r.skipBlanks();
  }
  return pipeline(line, prefix, commands, joined);
}

function pipeline(line: number, prefix: Prefix | null, commands: Command[], joined: boolean[]): Pipeline {
  const { negated, timed } = prefix ?? { negated: false, timed: null };
  return { type: "Pipeline", line, negated, timed, commands, joined };
}

function readPrefix(r: Reader): Prefix | null {
  let prefix: Prefix | null = null;
  for (;;) {
    const word = reservedAt(r);
    if (word !== "!" && word !== "time") return prefix;
    prefix ??= { negated: false, timed: null };
    r.pos += word.length;
    r.skipBlanks();
    if (word === "!") prefix.negated = !prefix.negated;
    else prefix.timed = readTimeOptions(r);
  }
}

const TIME_OPTION = /(?:-p|--)(?=[\s;&|()<>\0])/y;

function readTimeOptions(r: Reader): "bash" | "posix" {
  let mode: "bash" | "posix" = "bash";
  for (;;) {
    TIME_OPTION.lastIndex = r.pos;
    const option = TIME_OPTION.exec(r.src)?.[0];
    if (option === undefined) return mode;
    r.pos += 2;
    r.skipBlanks();
    if (option === "--") return mode;
    mode = "posix";
  }
}

/** Where `time` or `!` may stand alone. */
function atPipelineEnd(r: Reader): boolean {
  const c = r.code();
  if (c === SEMICOLON) return r.codeAt(1) !== SEMICOLON && r.codeAt(1) !== AMPERSAND;
  return c === NEWLINE || c === NUL;
}

/** `a |& b` is `a 2>&1 | b`. */
function joinErrors(command: Command, line: number): void {
  const redirect: Redirect = {
    type: "Redirect",
    line,
    operator: ">&",
    fd: 2,
    fdVariable: null,
    target: plainWord("1", line),
    hereDocument: null,
  };
  const target = command.type === "Function" || command.type === "Coproc" ? command.body : command;
  if (target.type !== "Function" && target.type !== "Coproc")
    target.redirects = [...target.redirects, redirect];
}
