import { Parser } from "../parse/parser.ts";
import type { SyntaxProblem } from "../parse/syntax-error.ts";
import { fail, isOutermost, runList } from "./execute.ts";
import { addHistory } from "./history.ts";
import type { Interpreter } from "./interpreter.ts";
import { checkSignals } from "./traps.ts";

/** Where a text comes from. */
export interface Origin {
  /** Line of its first character. */
  line: number;
  /** What messages about its syntax call it (`eval`); empty for the script itself. */
  name: string;
}

/** Reads and runs a text command by command; the status of the last one. */
export function runText(sh: Interpreter, text: string, origin: Origin): number {
  return runParser(sh, makeParser(sh, text, origin), origin);
}

export function makeParser(sh: Interpreter, text: string, origin: Origin, unfinished?: () => void): Parser {
  return new Parser(text, {
    line: origin.line,
    extglob: () => sh.state.shopt.extglob,
    alias: (name) => (sh.state.shopt.expand_aliases ? sh.state.aliases.read.get(name) : undefined),
    posix: () => sh.state.set.posix,
    hasAliases: () => sh.state.shopt.expand_aliases && sh.state.aliases.read.size > 0,
    warn: (message, isOpen) => {
      if (unfinished) {
        if (isOpen) unfinished();
        return;
      }
      const { line } = sh.state;
      sh.state.line = message.line;
      sh.error(message.text);
      sh.state.line = line;
    },
  });
}

/** Runs what a parser yields until it ends or something leaves the normal order. */
export function runParser(sh: Interpreter, parser: Parser, origin: Origin): number {
  let status = 0;
  for (;;) {
    const unit = parser.next();
    if (unit === null) return status;
    if (unit.type === "SyntaxError") {
      status = syntaxError(sh, unit, origin);
      // What is wrong in an array gives up its line and no more.
      if (!unit.kind.startsWith("array")) return status;
      if (sh.state.set.errexit) return 2;
      sh.syntaxFailed = false;
      continue;
    }
    if (sh.state.set.verbose) sh.errorText(parser.text);
    if (sh.state.set.history && (origin.name === "" || origin.name === "-c") && sh.state.frames.length === 1)
      addHistory(sh, parser.text);
    if (sh.state.set.noexec && !sh.interactive) continue;
    try {
      status = runList(sh, unit.statements);
    } catch (error) {
      status = fail(sh, sh.report(error));
      sh.state.lastStatus = status;
    }
    checkSignals(sh);
    const { flow } = sh;
    if (flow === undefined) {
      if (sh.state.set.onecmd) return sh.exit(status);
      continue;
    }
    if (flow.kind !== "discard" || (flow.whole && isNested(sh, origin))) return status;
    status = origin.name === "" ? flow.status : 1;
    sh.state.lastStatus = status;
    sh.state.pipeStatus = [status];
    // In a subshell a command that is given up takes the subshell with it.
    if (sh.state.subshellDepth > 0) return sh.exit(status);
    sh.flow = undefined;
    if (origin.name === "" || origin.name === "-c") parser.continueAfter(sh.discardLine);
  }
}

/** Whether the text is read by a command of another one. */
function isNested(sh: Interpreter, origin: Origin): boolean {
  return origin.name === "eval" || origin.name.endsWith("trap") || sh.state.frames.at(-1)?.kind === "source";
}

function syntaxError(sh: Interpreter, problem: SyntaxProblem, origin: Origin): number {
  const frame = sh.state.frames[sh.state.frames.length - 1];
  const name = frame?.source || sh.state.argv0;
  const middle = origin.name ? `${origin.name}: ` : "";
  // With `set -e` the first message is the last.
  for (const { line, text } of sh.state.set.errexit ? problem.messages.slice(0, 1) : problem.messages)
    if (text !== "") sh.errorText(`${name}: ${middle}line ${line}: ${text}\n`);
  sh.syntaxFailed = true;
  const whole = origin.name === "" || origin.name === "-c";
  if (problem.kind === "conditional" && whole) return sh.state.lastStatus;
  if (problem.kind === "unmatched" && whole && sh.state.lastStatus !== 0) return sh.state.lastStatus;
  if (problem.substituted && origin.name !== "" && !origin.name.endsWith("trap"))
    return sh.exit(isOutermost(sh) ? 127 : 1);
  sh.state.lastStatus = problem.kind.startsWith("array") ? 1 : 2;
  return sh.state.lastStatus;
}
