import { expandText } from "../expand/word.ts";
import type { AndOr, Command, Coproc, Pipeline, StatementList } from "../parse/ast.ts";
import { IndexedArray } from "../state/arrays.ts";
import type { PlainState } from "../state/shell-state.ts";
import { Attr } from "../state/variable.ts";
import type { PlainVariables } from "../state/variables.ts";
import { OpenFlag, type SpawnRequest } from "../system.ts";
import { expandCommand, traceCommand } from "./arguments.ts";
import { findProgram } from "./external.ts";
import type { Interpreter } from "./interpreter.ts";
import type { RunningJob } from "./jobs.ts";
import { nodeText } from "./node-text.ts";
import { isInert, isShellName, mayWait, startSimple } from "./pipeline.ts";
import { inSubshell } from "./subshell.ts";

/** What a forked shell has to run. */
export type ForkTask =
  | { kind: "list"; body: StatementList }
  | { kind: "command"; node: AndOr | Pipeline | Command }
  | { kind: "none" };

/** A whole shell as plain data: what {@link System.fork} carries over. */
export interface ForkState {
  variables: PlainVariables;
  state: PlainState;
  task: ForkTask;
  /** Descriptors that the new shell closes first. */
  close: number[];
  disabled: string[];
  getopts: { index: number; text: string };
  callDepth: number;
  executionString: string | undefined;
  traceDepth: number;
  /** Jobs left running, for the next shell of a session. */
  jobs?: RunningJob[];
  /** The mask of new files' modes, for the same: a forked shell has its parent's. */
  umask?: number;
}

/** Starts another shell that runs `task` with a copy of everything; its pid or a negated errno. */
export function startFork(
  sh: Interpreter,
  task: ForkTask,
  close: number[],
  { group, deaf }: Pick<SpawnRequest, "group" | "deaf"> = {},
): number {
  sh.fds.materialize();
  const pid = sh.system.fork(forkState(sh, task, close), group, deaf);
  if (pid < 0) sh.error("fork: cannot start another shell");
  return pid;
}

export function forkState(sh: Interpreter, task: ForkTask, close: number[]): ForkState {
  return {
    variables: sh.vars.toPlain(),
    state: sh.state.toPlain(),
    task,
    close,
    disabled: [...sh.disabled],
    getopts: { ...sh.getopts },
    callDepth: sh.callDepth,
    executionString: sh.executionString,
    traceDepth: sh.traceDepth,
  };
}

/** `command &`. */
export function startBackground(sh: Interpreter, node: AndOr | Pipeline | Command): number {
  sh.fds.materialize();
  const stdin =
    sh.state.set.monitor || sh.inputRedirects > 0 ? -1 : sh.system.open("/dev/null", OpenFlag.READ, 0);
  const saved = stdin >= 0 ? sh.fds.save(0) : -1;
  if (stdin >= 0) {
    sh.system.dup2(stdin, 0);
    if (stdin !== 0) sh.system.close(stdin);
  }
  let pid: number;
  try {
    // With job control each job is a process group of its own; without, a keyboard's signals are not for it.
    const how = sh.state.set.monitor ? { group: sh.forked ? undefined : 0 } : { deaf: true };
    pid = startProgramElement(sh, node, how) ?? startFork(sh, { kind: "command", node }, [], how);
  } finally {
    if (stdin >= 0) sh.fds.restore(0, saved);
  }
  if (pid < 0) return 1;
  sh.state.lastBackground = pid;
  sh.jobs.add(pid, nodeText(node));
  return 0;
}

/** A simple command that is a program needs no shell of its own, unless its words run commands or its redirections wait: nobody else should. */
function startProgramElement(
  sh: Interpreter,
  node: AndOr | Pipeline | Command,
  how: Pick<SpawnRequest, "group" | "deaf">,
): number | undefined {
  if (node.type !== "Simple" || !node.words.every(isInert) || mayWait(sh, node.redirects)) return undefined;
  let pid: number | undefined;
  inSubshell(sh, () => {
    const { line } = sh.state;
    sh.state.line = node.line;
    const [name] = node.words.length ? expandCommand(sh, node.words.slice(0, 1)) : [];
    sh.state.line = line;
    if (name === undefined || isShellName(sh, name) || findProgram(sh, name, false) === undefined) return 0;
    sh.state.line = node.line;
    const argv = expandCommand(sh, node.words);
    if (sh.state.set.xtrace) traceCommand(sh, argv);
    const started = startSimple(sh, node, argv, how);
    pid = started.pid;
    return started.status ?? 0;
  });
  return pid;
}

/** `coproc`: a forked shell with pipes to and from it in an array. */
export function runCoproc(sh: Interpreter, node: Coproc): number {
  const name = node.name ? expandText(sh, node.name) : "COPROC";
  const input = sh.system.pipe();
  const output = sh.system.pipe();
  if (typeof input === "number" || typeof output === "number") return 1;
  sh.fds.materialize();
  const saved0 = sh.fds.save(0);
  const saved1 = sh.fds.save(1);
  sh.system.dup2(input.readEnd, 0);
  sh.system.dup2(output.writeEnd, 1);
  sh.system.close(input.readEnd);
  sh.system.close(output.writeEnd);
  const read = upTo63(sh, output.readEnd);
  const write = upTo63(sh, input.writeEnd);
  const pid = startFork(sh, { kind: "command", node: node.body }, [read, write], {
    deaf: !sh.state.set.monitor,
  });
  sh.fds.restore(0, saved0);
  sh.fds.restore(1, saved1);
  if (pid < 0) return 1;
  const variable = sh.vars.writable(name);
  variable.value = IndexedArray.of([String(read), String(write)]);
  sh.vars.setAttributes(variable, Attr.INDEXED, 0);
  sh.vars.set(`${name}_PID`, String(pid));
  sh.state.lastBackground = pid;
  const job = sh.jobs.add(pid, `coproc ${name} ${nodeText(node.body)}`);
  job.coproc = { name, fds: [read, write] };
  return 0;
}

function upTo63(sh: Interpreter, fd: number): number {
  for (let want = 63; want > 9; want--) {
    if (sh.system.fdExists(want)) continue;
    sh.system.dup2(fd, want);
    sh.system.close(fd);
    sh.system.setCloseOnExec(want, true);
    return want;
  }
  return fd;
}
