import { ShellError } from "../errors.ts";
import type { Backquote, ProcessSubstitution, Redirect, Script } from "../parse/ast.ts";
import { parseScript } from "../parse/parser.ts";
import { startFork } from "./background.ts";
import { fail, redirectOrFail, runList } from "./execute.ts";
import type { Interpreter } from "./interpreter.ts";
import { putBack } from "./redirect.ts";
import { runText } from "./source.ts";
import { childEnded, queueSignals, resetTraps, runExitTrap } from "./traps.ts";

/** Runs `body` as a subshell in this thread: whatever it changes is undone. Its status. */
export function inSubshell(sh: Interpreter, body: () => number): number {
  const { state, vars, system } = sh;
  const saved = state.save();
  const directory = state.cwd;
  const mask = system.umask();
  const pid = sh.subshellPid;
  const { keepRedirects, localOptions, callDepth, getopts, shownTraps, currentCommand } = sh;
  const active = [...sh.activeTraps];
  const outermost = sh.baseTraps === undefined;
  if (outermost) sh.baseTraps = state.traps.read;
  vars.beginSubshell();
  sh.fds.beginSubshell();
  sh.jobs.beginSubshell();
  sh.subshellPid = nextSubshellPid++;
  sh.getopts = { ...getopts };
  state.subshellDepth++;
  resetTraps(sh);
  let status = 0;
  try {
    status = endOf(sh, body());
  } catch (error) {
    // Thrown through by the words of a compound command: it ends the subshell.
    status = endOf(sh, fail(sh, sh.report(error)));
  } finally {
    sh.flow = undefined;
    sh.activeTraps.clear();
    for (const name of active) sh.activeTraps.add(name);
    Object.assign(sh, { keepRedirects, localOptions, callDepth, getopts, shownTraps, currentCommand });
    sh.subshellPid = pid;
    sh.jobs.endSubshell();
    sh.fds.endSubshell();
    vars.endSubshell();
    state.restore(saved);
    vars.exportAll = state.set.allexport;
    if (system.umask() !== mask) system.umask(mask);
    if (sh.movedTo !== directory) restoreDirectory(sh, directory);
    if (outermost) sh.baseTraps = undefined;
  }
  if (outermost && sh.deferredSignals) {
    const mask = sh.deferredSignals;
    sh.deferredSignals = 0;
    queueSignals(sh, mask);
  }
  return status;
}

let nextSubshellPid = 1_000_000;

function restoreDirectory(sh: Interpreter, directory: string): void {
  if (sh.system.chdir(directory) === 0) sh.movedTo = directory;
}

/** The status of a subshell whose commands are done, after its EXIT trap. */
function endOf(sh: Interpreter, status: number): number {
  const { flow } = sh;
  let end = status;
  if (flow?.kind === "exit" || flow?.kind === "discard" || flow?.kind === "return") end = flow.status;
  sh.flow = undefined;
  return runExitTrap(sh, end);
}

/** `$(…)`. */
export function runSubstitution(sh: Interpreter, body: Script): string {
  const file = onlyInput(body);
  if (file) return capture(sh, () => copyFile(sh, file));
  return capture(sh, () => runList(sh, body.statements));
}

/** `` `…` `` */
export function runBackquote(sh: Interpreter, part: Backquote): string {
  const script = parseScript(part.source);
  const file = script.type === "Script" ? onlyInput(script) : undefined;
  if (file) return capture(sh, () => copyFile(sh, { ...file, line: part.line }));
  return capture(sh, () => runText(sh, part.source, { line: part.line, name: "command substitution" }));
}

/** The redirection of `$(<file)`. */
function onlyInput(body: Script): Redirect | undefined {
  const command = body.statements.length === 1 ? body.statements[0]?.command : undefined;
  if (command?.type !== "Simple" || command.words.length || command.assignments.length) return undefined;
  const [only] = command.redirects;
  return command.redirects.length === 1 && only?.operator === "<" && (only.fd ?? 0) === 0 ? only : undefined;
}

function copyFile(sh: Interpreter, node: Redirect): number {
  sh.state.line = node.line;
  const replaced = redirectOrFail(sh, [node]);
  if (!replaced) return 1;
  try {
    sh.fds.write(1, sh.fds.readAll(0));
  } finally {
    putBack(sh, replaced);
  }
  return 0;
}

function capture(sh: Interpreter, body: () => number): string {
  const { state } = sh;
  sh.fds.beginCapture();
  sh.traceDepth++;
  const { assignmentArguments, processDescriptors } = sh;
  sh.processDescriptors = [];
  let status = 0;
  let text = "";
  try {
    status = inSubshell(sh, () => {
      if (!state.shopt.inherit_errexit && !sh.posix) state.set.errexit = false;
      state.loopDepth = 0;
      const end = body();
      if (sh.flow?.kind === "discard") sh.flow = { ...sh.flow, status: 1 };
      return end;
    });
  } finally {
    text = sh.fds.endCapture();
    sh.traceDepth--;
    for (const fd of sh.processDescriptors) sh.system.close(fd);
    sh.assignmentArguments = assignmentArguments;
    sh.processDescriptors = processDescriptors;
  }
  childEnded(sh);
  // A signal for the shell itself: the command that the text was for does not run.
  if (sh.flow !== undefined) throw new ShellError("interrupted", "");
  state.substitutionStatus = status;
  state.lastStatus = status;
  if (text.includes("\0")) {
    sh.error("warning: command substitution: ignored null byte in input");
    text = text.replaceAll("\0", "");
  }
  return trimNewlines(text);
}

function trimNewlines(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** `<(…)` and `>(…)`: another shell at the other end of a pipe that this command opens as `/dev/fd/N`. */
export function runProcessSubstitution(sh: Interpreter, part: ProcessSubstitution): string {
  const pipe = sh.system.pipe();
  if (typeof pipe === "number") return "/dev/null";
  const reading = part.direction === "<";
  const ours = reading ? pipe.readEnd : pipe.writeEnd;
  const theirs = reading ? pipe.writeEnd : pipe.readEnd;
  const fd = highDescriptor(sh, ours);
  sh.system.setCloseOnExec(fd, true);
  const target = reading ? 1 : 0;
  if (target === 1) sh.fds.materialize();
  const saved = sh.fds.save(target);
  sh.system.dup2(theirs, target);
  sh.system.close(theirs);
  const pid = startFork(sh, { kind: "list", body: part.body.statements }, [fd]);
  sh.fds.restore(target, saved);
  sh.system.setCloseOnExec(fd, false);
  sh.processDescriptors.push(fd);
  if (pid > 0) {
    sh.state.lastBackground = pid;
    sh.jobs.addDetached(pid);
  }
  return `/dev/fd/${fd}`;
}

/** Bash takes descriptors from 63 downwards for these. */
function highDescriptor(sh: Interpreter, fd: number): number {
  for (let want = 63; want > 9; want--) {
    if (sh.system.fdExists(want)) continue;
    sh.system.dup2(fd, want);
    sh.system.close(fd);
    return want;
  }
  return fd;
}
