import { hasMeta, quoteIfNeeded, singleQuote } from "../expand/quote.ts";
import type { Command, SimpleCommand } from "../parse/ast.ts";
import type { Interpreter } from "./interpreter.ts";
import { assignmentText, wordText } from "./word-text.ts";

/** Prints a line of `set -x`. */
export function trace(sh: Interpreter, text: string): void {
  const prompt = sh.vars.text("PS4") ?? "";
  const { xtrace } = sh.state.set;
  sh.state.set.xtrace = false;
  let prefix: string;
  const status = sh.state.lastStatus;
  try {
    prefix = sh.prompt(prompt);
  } catch (error) {
    sh.error(sh.report(error).message);
    prefix = prompt;
  } finally {
    sh.state.set.xtrace = xtrace;
    sh.state.lastStatus = status;
  }
  const first = prefix.slice(0, 1);
  const fd = Number(sh.vars.text("BASH_XTRACEFD") || 2);
  sh.fds.write(
    Number.isInteger(fd) && sh.system.fdExists(fd) ? fd : 2,
    `${first.repeat(sh.traceDepth)}${prefix}${text}\n`,
  );
}

/** A word as `set -x` shows it. */
export function traceWord(text: string): string {
  if (text === "") return "''";
  return /\n/.test(text) || hasMeta(text) ? singleQuote(text) : quoteIfNeeded(text);
}

/** A command as BASH_COMMAND shows it. */
export function commandText(node: SimpleCommand): string {
  const pieces: string[] = [];
  for (const assignment of node.assignments) pieces.push(assignmentText(assignment));
  for (const word of node.words) pieces.push(wordText(word));
  for (const { fd, fdVariable, operator, target } of node.redirects)
    pieces.push(
      `${fdVariable ? `{${fdVariable}}` : (fd ?? "")}${operator}${/^[<>]&$/.test(operator) ? "" : " "}${wordText(target)}`,
    );
  return pieces.join(" ");
}

/** A short text of any command, for `jobs`. */
export function shortText(node: { type: string } & Partial<Command>): string {
  return node.type === "Simple" ? commandText(node as SimpleCommand) : "";
}
