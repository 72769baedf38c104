import { topicText } from "../builtins/help.ts";
import type { Builtin } from "../builtins/table.ts";
import { ShellError } from "../errors.ts";
import { expandText } from "../expand/word.ts";
import type { Assignment, Redirect, SimpleCommand } from "../parse/ast.ts";
import { Attr } from "../state/variable.ts";
import { expandCommand, traceCommand } from "./arguments.ts";
import { assign, refusesElement } from "./assign.ts";
import { redirectOrFail } from "./execute.ts";
import { runProgram } from "./external.ts";
import { callFunction } from "./functions.ts";
import type { Interpreter } from "./interpreter.ts";
import { keep, putBack, type Replaced, redirect } from "./redirect.ts";
import { parseAssignment } from "./reparse.ts";
import { debugTrap } from "./traps.ts";
import { commandText, trace, traceWord } from "./xtrace.ts";

/** Runs `[name=value …] [word …] [redirects]`. */
export function runSimple(sh: Interpreter, given: SimpleCommand): number {
  const { state } = sh;
  const node = state.set.keyword ? withKeywords(given) : given;
  state.line = node.line;
  sh.begin(node);
  if (sh.debugged) sh.debugged = false;
  else if (state.traps.read.has("DEBUG")) {
    if (debugTrap(sh, commandText(node))) return sh.flow === undefined ? 0 : state.lastStatus;
  }
  state.substitutionStatus = undefined;
  const opened = sh.processDescriptors.length;
  try {
    const argv = expandCommand(sh, node.words);
    if (argv.length === 0) {
      const status = runAssignments(sh, node);
      state.lastArgument = "";
      return status;
    }
    return runWords(sh, argv, node);
  } finally {
    if (sh.processDescriptors.length > opened) closeProcesses(sh, opened);
  }
}

/** `set -k`: assignments count wherever they stand among the words. */
function withKeywords(node: SimpleCommand): SimpleCommand {
  const assignments = [...node.assignments];
  const words = node.words.filter((word) => {
    const assignment = /^[A-Za-z_]\w*(?:\[.*\])?\+?=/s.test(word.text)
      ? parseAssignment(word.text)
      : undefined;
    if (assignment) assignments.push(assignment);
    return assignment === undefined;
  });
  return { ...node, assignments, words };
}

/** Closes the ends of `<(…)` that this command was given. */
export function closeProcesses(sh: Interpreter, from: number): void {
  for (const fd of sh.processDescriptors.splice(from)) sh.system.close(fd);
}

/** A command without words: assignments to the shell's own variables, then redirections for their effects alone. */
function runAssignments(sh: Interpreter, node: SimpleCommand): number {
  for (const assignment of node.assignments) {
    assign(sh, assignment, (value) => trace(sh, assignmentTrace(assignment, value)));
  }
  if (node.redirects.length) {
    const replaced = redirectOrFail(sh, node.redirects);
    if (!replaced) return 1;
    putBack(sh, replaced);
  }
  return sh.state.substitutionStatus ?? 0;
}

function traceValue(value: string): string {
  return value === "" ? "" : traceWord(value);
}

function assignmentTrace(node: Assignment, value: string): string {
  const subscript = node.subscript === null ? "" : `[${node.subscript.text}]`;
  const shown = node.value.type === "ArrayLiteral" ? value : traceValue(value);
  return `${node.name}${subscript}${node.append ? "+=" : "="}${shown}`;
}

function runWords(sh: Interpreter, argv: string[], node: SimpleCommand): number {
  const { state } = sh;
  const name = argv[0] as string;
  const found = state.functions.read.get(name);
  const builtin = sh.disabled.size > 0 && sh.disabled.has(name) ? undefined : sh.builtins.get(name);
  const fn = found && state.set.posix && builtin?.special ? undefined : found;
  const traced = state.set.xtrace;
  if (traced && node.assignments.length === 0) traceCommand(sh, argv);
  let replaced: Replaced | undefined;
  if (node.redirects.length) {
    const done =
      fn || builtin ? (redirectOrFail(sh, node.redirects) ?? 1) : redirectOfProgram(sh, node.redirects);
    if (typeof done === "object") replaced = done;
    else {
      state.lastArgument = argv[argv.length - 1] as string;
      if (!fn && !builtin) return done;
      return builtin?.special && !fn && sh.posix ? sh.exit(1) : 1;
    }
  }
  try {
    let status: number;
    if (node.assignments.length)
      status = withAssignments(
        sh,
        node.assignments,
        fn ? "function" : READERS.has(name) ? "reader" : builtin?.special ? "special" : "command",
        () => {
          if (traced) traceCommand(sh, argv);
          return runResolved(sh, argv, fn !== undefined, builtin);
        },
      );
    else status = runResolved(sh, argv, fn !== undefined, builtin);
    if (sh.keepRedirects) {
      sh.keepRedirects = false;
      if (replaced) keep(sh, replaced);
    }
    return status;
  } finally {
    if (replaced) putBack(sh, replaced);
    state.lastArgument = argv[argv.length - 1] as string;
  }
}

/** A program's redirections are the business of its process: what is wrong with them ends no more than that. */
function redirectOfProgram(sh: Interpreter, redirects: readonly Redirect[]): Replaced | number {
  const { lastStatus } = sh.state;
  sh.vars.beginSubshell();
  try {
    return redirect(sh, redirects) ?? 1;
  } catch (error) {
    const failure = sh.report(error);
    sh.error(failure.message);
    const outermost = sh.state.how === "c" && sh.state.subshellDepth === 0 && !sh.state.set.errexit;
    return (failure.code === "unbound" && outermost) || (sh.posix && failure.code === "expansion") ? 127 : 1;
  } finally {
    // What its words set is set in the child.
    sh.vars.endSubshell();
    sh.state.lastStatus = lastStatus;
  }
}

/** Builtins that run commands in this shell, to which assignments before them are like those of a function. */
const READERS = new Set(["eval", ".", "source"]);

/** Special builtins whose status may be that of a command they ran. */
const RUNS_OTHERS = new Set([".", "source", "eval", "exec", "exit"]);

/** Runs a command by what its name was found to be. */
export function runResolved(
  sh: Interpreter,
  argv: string[],
  isFunction: boolean,
  builtin: Builtin | undefined,
): number {
  const name = argv[0] as string;
  if (isFunction) {
    const fn = sh.state.functions.read.get(name);
    if (fn) return callFunction(sh, fn, argv.slice(1));
  }
  if (builtin) {
    const status = runBuiltin(sh, builtin, argv);
    // Where POSIX asks for it, wrong usage of a special builtin ends the shell.
    return status === 2 && builtin.special && sh.posix && !RUNS_OTHERS.has(name) ? sh.exit(2) : status;
  }
  // `%1` is `fg %1`.
  if (name.startsWith("%")) return runBuiltin(sh, sh.builtins.get("fg") as Builtin, ["fg", ...argv]);
  sh.fds.materialize();
  return runProgram(sh, argv, true);
}

/** Builtins to which `--help` is an argument like any other. */
const NO_HELP = new Set([":", "[", "echo", "false", "test", "true"]);

/** Failures that are not the builtin's own. */
const PASSES_THROUGH: ReadonlySet<string> = new Set([
  "unbound",
  "expansion",
  "limit",
  "subscript",
  "integer",
  "interrupted",
]);

/** Runs a builtin; what it throws for a failing script is printed as bash does, under the builtin's name where it has one. */
export function runBuiltin(sh: Interpreter, builtin: Builtin, argv: string[]): number {
  const assignments = sh.assignmentArguments;
  sh.writeFailed = false;
  try {
    if (argv[1] === "--help" && !NO_HELP.has(argv[0] as string)) {
      sh.out(topicText(argv[0] as string, ""), argv[0] as string);
      return 2;
    }
    const status = builtin.run(sh, argv.slice(1), argv[0] as string);
    return sh.writeFailed && status === 0 ? 1 : status;
  } catch (error) {
    const failure = sh.report(error);
    if (PASSES_THROUGH.has(failure.code)) throw failure;
    sh.error(failure.code === "readonly" ? failure.message : `${argv[0]}: ${failure.message}`);
    return 1;
  } finally {
    if (sh.assignmentArguments === assignments) sh.assignmentArguments = undefined;
  }
}

/** Runs `body` with assignments in force for it alone, exported. Special builtins keep them in POSIX mode. */
function withAssignments(
  sh: Interpreter,
  assignments: readonly Assignment[],
  kind: "function" | "reader" | "special" | "command",
  body: () => number,
): number {
  if ((kind === "special" || kind === "reader") && sh.posix) {
    for (const assignment of assignments) assign(sh, assignment);
    return body();
  }
  const kept = sh.assignmentArguments;
  sh.vars.pushScope(kind === "special" ? "command" : kind);
  sh.scopeReady = false;
  try {
    if (!assignAllTemporary(sh, assignments)) return 1;
    sh.assignmentArguments = kept;
    sh.scopeReady = kind === "function";
    return body();
  } finally {
    sh.vars.popScope();
  }
}

/** False where one of them cannot be, which in POSIX mode keeps the command from running. */
function assignAllTemporary(sh: Interpreter, assignments: readonly Assignment[]): boolean {
  try {
    for (const node of assignments) {
      assignTemporary(sh, node);
      if (sh.flow !== undefined) return false;
    }
    return true;
  } catch (error) {
    const failure = sh.report(error);
    if (!sh.posix || failure.code !== "readonly") throw failure;
    sh.error(failure.message);
    return false;
  }
}

function assignTemporary(sh: Interpreter, node: Assignment): void {
  if (refusesElement(sh, node)) return;
  if (node.value.type === "ArrayLiteral") {
    // `a=(…) cmd` puts the text into the environment, as bash does for what cannot be exported.
    const variable = sh.vars.temporary(node.name);
    sh.vars.setAttributes(variable, Attr.EXPORT, 0);
    variable.value = node.value.text;
    return;
  }
  const value = expandText(sh, node.value, true);
  const name = sh.vars.follow(node.name)?.name ?? node.name;
  const existing = sh.vars.get(name);
  if (existing && existing.attrs & Attr.READONLY) {
    refuse(sh, `${name}: readonly variable`);
    return;
  }
  const old = node.append ? (existing?.scalar ?? "") : "";
  const inherited = (existing?.attrs ?? 0) & (Attr.INTEGER | Attr.UPPER | Attr.LOWER | Attr.CAPITAL);
  const variable = sh.vars.temporary(name);
  sh.vars.setAttributes(variable, Attr.EXPORT | inherited, 0);
  sh.vars.touch(variable);
  sh.vars.assign(variable, node.append && inherited & Attr.INTEGER ? `${old || 0}+${value}` : old + value);
  if (sh.state.set.xtrace) trace(sh, `${node.name}${node.append ? "+=" : "="}${traceValue(value)}`);
}

/** A temporary assignment that cannot be: the command runs all the same, but not in POSIX mode. */
function refuse(sh: Interpreter, message: string): void {
  if (sh.posix) throw new ShellError("readonly", message);
  sh.error(message);
}
