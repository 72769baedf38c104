import type { ShellError } from "../errors.ts";
import type { AndOr, Command, Pipeline, Redirect, Statement, StatementList, Subshell } from "../parse/ast.ts";
import { runCoproc, startBackground } from "./background.ts";
import { runArithmeticFor, runCase, runFor, runIf, runSelect, runWhile } from "./compound.ts";
import { runArithmeticCommand, runConditional } from "./conditional.ts";
import { defineFunction } from "./functions.ts";
import { FORGET_ROOM, type Interpreter, SHALLOW } from "./interpreter.ts";
import { runPipeline } from "./pipeline.ts";
import { putBack, redirect } from "./redirect.ts";
import { runSimple } from "./simple.ts";
import { inSubshell } from "./subshell.ts";
import { checkSignals, childEnded, runTrap } from "./traps.ts";

/** Runs statements one after the other until one of them leaves the normal order; the last status. */
export function runList(sh: Interpreter, list: StatementList): number {
  let status = 0;
  if (++sh.listDepth > sh.roomTo) sh.wantRoom();
  for (let i = 0; i < list.length; i++) {
    status = runStatement(sh, list[i] as Statement);
    if (sh.flow !== undefined) break;
  }
  if (--sh.listDepth === FORGET_ROOM) sh.roomTo = SHALLOW;
  return status;
}

function runStatement(sh: Interpreter, node: Statement): number {
  checkSignals(sh);
  if (sh.flow !== undefined || (sh.state.set.noexec && !sh.interactive)) return sh.state.lastStatus;
  if (node.background) return (sh.state.lastStatus = startBackground(sh, node.command));
  return runNode(sh, node.command);
}

/** Runs an and-or list, a pipeline or a command, and sets `$?`. */
export function runNode(sh: Interpreter, node: AndOr | Pipeline | Command): number {
  if (node.type === "AndOr") return runAndOr(sh, node);
  return node.type === "Pipeline" ? runPipeline(sh, node) : runCommand(sh, node);
}

function runAndOr(sh: Interpreter, node: AndOr): number {
  const { state } = sh;
  const last = node.rest.length - 1;
  state.conditionDepth++;
  let status: number;
  try {
    status = runNode(sh, node.first);
  } finally {
    state.conditionDepth--;
  }
  for (let i = 0; i <= last && sh.flow === undefined; i++) {
    const { operator, command } = node.rest[i] as AndOr["rest"][number];
    if ((status === 0) !== (operator === "&&")) continue;
    if (i === last) return runNode(sh, command);
    state.conditionDepth++;
    try {
      status = runNode(sh, command);
    } finally {
      state.conditionDepth--;
    }
  }
  return status;
}

/** Runs a list whose failure is only looked at (`if`, `while`): `set -e` and the ERR trap do not act. */
export function runCondition(sh: Interpreter, list: StatementList): number {
  sh.state.conditionDepth++;
  try {
    return runList(sh, list);
  } finally {
    sh.state.conditionDepth--;
  }
}

/** Runs one command with its redirections, and sets `$?` and PIPESTATUS. */
export function runCommand(sh: Interpreter, node: Command): number {
  const { traps } = sh.state;
  // A trap that the command sets is for those after it.
  const trapped = traps.read.size > 0 && traps.read.has("ERR");
  const { listDepth } = sh;
  let status: number;
  try {
    status = dispatch(sh, node);
  } catch (error) {
    sh.listDepth = listDepth;
    if (listDepth <= FORGET_ROOM) sh.roomTo = SHALLOW;
    status = fail(sh, sh.report(error));
  }
  const { state } = sh;
  state.lastStatus = status;
  if (
    node.type === "Simple" ||
    node.type === "Subshell" ||
    node.type === "ArithmeticCommand" ||
    node.type === "Conditional"
  ) {
    setPipeStatus(sh, status);
    if (status !== 0 && node !== sh.element) checkFailure(sh, status, node.line, trapped);
  }
  return state.lastStatus;
}

export function setPipeStatus(sh: Interpreter, status: number): void {
  const old = sh.state.pipeStatus;
  if (old.length !== 1 || old[0] !== status) sh.state.pipeStatus = [status];
}

function dispatch(sh: Interpreter, node: Command): number {
  if (node.type === "Simple") return runSimple(sh, node);
  if (node.type === "Function") return defineFunction(sh, node);
  if (node.type === "Coproc") return runCoproc(sh, node);
  if (node.redirects.length === 0) return runCompound(sh, node);
  return withRedirects(sh, node.redirects, () => runCompound(sh, node));
}

/** Runs `body` under redirections; 1 when one of them fails. */
export function withRedirects(sh: Interpreter, redirects: readonly Redirect[], body: () => number): number {
  sh.state.line = (redirects[0] as Redirect).line;
  const replaced = redirectOrFail(sh, redirects);
  if (!replaced) {
    sh.state.lastStatus = 1;
    checkFailure(sh, 1);
    return 1;
  }
  const input = redirects.some(({ fd, operator }) => (fd ?? (operator.startsWith("<") ? 0 : 1)) === 0);
  if (input) sh.inputRedirects++;
  try {
    return body();
  } finally {
    if (input) sh.inputRedirects--;
    putBack(sh, replaced);
  }
}

/** Redirects; a failing expansion of a target only fails the command. */
export function redirectOrFail(sh: Interpreter, redirects: readonly Redirect[]): ReturnType<typeof redirect> {
  try {
    return redirect(sh, redirects);
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code !== "assignment") throw error;
    sh.error(failure.message);
    return undefined;
  }
}

function runCompound(
  sh: Interpreter,
  node: Exclude<Command, { type: "Simple" | "Function" | "Coproc" }>,
): number {
  switch (node.type) {
    case "Group":
      return runList(sh, node.body);
    case "Subshell":
      return runSubshell(sh, node);
    case "If":
      return runIf(sh, node);
    case "While":
      return runWhile(sh, node);
    case "For":
      return runFor(sh, node);
    case "ArithmeticFor":
      return runArithmeticFor(sh, node);
    case "Select":
      return runSelect(sh, node);
    case "Case":
      return runCase(sh, node);
    case "Conditional":
      return runConditional(sh, node);
    case "ArithmeticCommand":
      return runArithmeticCommand(sh, node);
  }
}

function runSubshell(sh: Interpreter, node: Subshell): number {
  sh.begin(node);
  const status = inSubshell(sh, () => runList(sh, node.body));
  childEnded(sh);
  return status;
}

/** A shell that was started with `-c` and is in no subshell: some failures end it with a status of their own. */
export function isOutermost({ state }: Interpreter): boolean {
  return state.how === "c" && state.subshellDepth === 0;
}

/** Failures that `set -e` answers by ending the shell; those of arithmetic are none. */
const FATAL: ReadonlySet<string> = new Set(["expansion", "assignment", "readonly"]);

/** A failure inside of an expansion: it is printed; the command, or the whole shell, is given up. */
export function fail(sh: Interpreter, failure: ShellError): number {
  if (failure.code === "interrupted" && sh.flow?.kind === "exit") return sh.flow.status;
  if (failure.message !== "") sh.error(failure.message);
  // A shell started with -c ends with 127, others and subshells with 1.
  const outermost = isOutermost(sh);
  if (failure.code === "unbound") return sh.exit(outermost && !sh.state.set.errexit ? 127 : 1);
  // Unlike a command that fails, this ends a shell with `set -e` in a condition too.
  if (sh.state.set.errexit && FATAL.has(failure.code)) return sh.exit(1);
  // What `command` runs does not end the shell by an assignment that cannot be.
  const ends = failure.code === "expansion" || (failure.code === "readonly" && !sh.byCommand);
  if (sh.posix && ends) return sh.exit(outermost ? 127 : 1);
  return giveUp(sh, failure.code === "subscript" || failure.code === "integer", failure.status);
}

/** Gives up the command that the script is at; `whole`: up to the top, which a shell started with -c does not survive. */
export function giveUp(sh: Interpreter, whole: boolean, status = 1): number {
  if (whole && sh.state.how === "c" && sh.state.subshellDepth === 0) return sh.exit(1);
  const called = sh.state.frames[1]?.callLine;
  sh.discardLine = called ?? sh.state.line;
  sh.flow = { kind: "discard", status, whole };
  return status;
}

/** A builtin that takes one argument at most was given more. */
export function tooMany(sh: Interpreter, builtin: string): number {
  sh.builtinError(builtin, "too many arguments");
  return giveUp(sh, true);
}

/** After a failing command: the ERR trap, if it was `trapped` before, and `set -e`. `line`: where the command starts. */
export function checkFailure(sh: Interpreter, status: number, line = sh.state.line, trapped = true): void {
  const { state } = sh;
  if (state.conditionDepth > 0 || sh.flow !== undefined) return;
  if (trapped && state.traps.read.has("ERR")) {
    state.line = line;
    runTrap(sh, "ERR");
  }
  if (state.set.errexit && sh.flow === undefined) sh.flow = { kind: "exit", status, signal: 0 };
}
