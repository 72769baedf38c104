import { readArithmetic } from "./arithmetic-text.ts";
import type {
  ArithmeticCommand,
  Command,
  CompoundCommand,
  Coproc,
  FunctionDefinition,
  Group,
  If,
  IfBranch,
  Statement,
  Subshell,
  While,
} from "./ast.ts";
import { readCase } from "./case.ts";
import { CLOSE_PAREN, OPEN_PAREN } from "./characters.ts";
import { readCommand } from "./commands.ts";
import { readConditional } from "./conditional.ts";
import { skipNewlines } from "./here-documents.ts";
import { readList } from "./lists.ts";
import { readFor, readSelect } from "./loops.ts";
import type { Reader } from "./reader.ts";
import { readRedirects } from "./redirects.ts";
import { expectReserved, type ReservedWord, reservedAt } from "./reserved.ts";
import { NONE } from "./stack.ts";
import { atWord, readWord } from "./words.ts";

/** The command that the reserved word before `pos` starts. */
export function readCompound(r: Reader, word: ReservedWord): Command {
  if (word === "function") return readFunctionKeyword(r);
  if (word === "coproc") return readCoproc(r);
  const command = readShellCommand(r, word);
  command.redirects = readRedirects(r);
  return command;
}

function readShellCommand(r: Reader, word: ReservedWord): CompoundCommand {
  const { line } = r;
  switch (word) {
    case "{":
      return readGroup(r, line);
    case "if":
      return readIf(r, line);
    case "while":
    case "until":
      return readWhile(r, word === "until", line);
    case "for":
      return readFor(r, line);
    case "select":
      return readSelect(r, line);
    case "case":
      return readCase(r, line);
    case "[[":
      return readConditional(r);
    default:
      return r.unexpected();
  }
}

function readGroup(r: Reader, line: number): Group {
  const body = readList(r);
  expectReserved(r, "}");
  return { type: "Group", line, body, redirects: NONE };
}

function readIf(r: Reader, line: number): If {
  let branches: IfBranch[] = NONE;
  let otherwise: Statement[] | null = null;
  for (;;) {
    const condition = readList(r);
    expectReserved(r, "then");
    const branch: IfBranch = { type: "IfBranch", condition, body: readList(r) };
    if (branches === NONE) branches = [branch];
    else branches.push(branch);
    if (reservedAt(r) !== "elif") break;
    r.pos += "elif".length;
  }
  if (reservedAt(r) === "else") {
    r.pos += "else".length;
    otherwise = readList(r);
  }
  expectReserved(r, "fi");
  return { type: "If", line, branches, otherwise, redirects: NONE };
}

function readWhile(r: Reader, until: boolean, line: number): While {
  const condition = readList(r);
  expectReserved(r, "do");
  const body = readList(r);
  expectReserved(r, "done");
  return { type: "While", line, until, condition, body, redirects: NONE };
}

/** `( list )` or `((expression))` at `pos`. */
export function readParenthesis(r: Reader): Subshell | ArithmeticCommand {
  const { line } = r;
  r.joinLines(1);
  if (r.codeAt(1) === OPEN_PAREN && !r.notArithmetic.has(r.pos)) {
    const command = readArithmeticCommand(r, line);
    if (command) return command;
  }
  r.pos++;
  const body = readList(r);
  if (r.code() !== CLOSE_PAREN) r.unexpected();
  r.pos++;
  return { type: "Subshell", line, body, redirects: readRedirects(r) };
}

function readArithmeticCommand(r: Reader, line: number): ArithmeticCommand | null {
  const { pos } = r;
  r.textStart = pos;
  r.textPrefix = "";
  r.pos += 2;
  const expression = readArithmetic(r, "parentheses");
  if (!expression) {
    r.notArithmetic.add(pos);
    r.pos = pos;
    r.line = line;
    return null;
  }
  r.pos += 2;
  // bash counts it where it ends.
  return { type: "ArithmeticCommand", line: r.line, expression, redirects: readRedirects(r) };
}

/** The compound command that is a function's body, and its redirects. */
export function readFunctionBody(r: Reader): CompoundCommand {
  skipNewlines(r);
  if (r.code() === OPEN_PAREN) return readParenthesis(r);
  const word = reservedAt(r);
  if (word === null || word === "function" || word === "coproc" || word === "time" || word === "!")
    r.unexpected();
  r.pos += word.length;
  const body = readShellCommandOrFail(r, word);
  body.redirects = readRedirects(r);
  return body;
}

/** As the start of a command must be; the word goes back for the message otherwise. */
function readShellCommandOrFail(r: Reader, word: ReservedWord): CompoundCommand {
  if (!STARTS_COMPOUND.has(word)) {
    r.pos -= word.length;
    r.unexpected();
  }
  return readShellCommand(r, word);
}

const STARTS_COMPOUND: ReadonlySet<ReservedWord> = new Set<ReservedWord>([
  "{",
  "if",
  "while",
  "until",
  "for",
  "select",
  "case",
  "[[",
]);

function readFunctionKeyword(r: Reader): FunctionDefinition {
  const { line } = r;
  r.skipBlanks();
  if (!atWord(r)) r.unexpected();
  const name = readWord(r).text;
  r.skipBlanks();
  if (r.code() === OPEN_PAREN && functionParentheses(r)) {
    r.pos++;
    r.skipBlanks();
    r.pos++;
  }
  const body = readFunctionBody(r);
  return { type: "Function", line, name, keyword: true, endLine: r.line, body };
}

/** `( )` rather than the start of a subshell as the body. */
function functionParentheses(r: Reader): boolean {
  return /^\([ \t]*\)/.test(r.src.slice(r.pos, r.pos + 80));
}

function readCoproc(r: Reader): Coproc {
  const { line } = r;
  r.skipBlanks();
  if (startsCompound(r)) return { type: "Coproc", line, name: null, body: readCommand(r, false) };
  const { pos } = r;
  if (atWord(r)) {
    const name = readWord(r);
    r.skipBlanks();
    if (startsCompound(r)) return { type: "Coproc", line, name, body: readCommand(r, false) };
    r.pos = pos;
    r.line = line;
  }
  return { type: "Coproc", line, name: null, body: readCommand(r, false) };
}

function startsCompound(r: Reader): boolean {
  if (r.code() === OPEN_PAREN) return true;
  const word = reservedAt(r);
  return word !== null && STARTS_COMPOUND.has(word);
}
