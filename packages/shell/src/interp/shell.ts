import { setOption } from "../builtins/set.ts";
import { BUILTINS } from "../builtins/table.ts";
import { parseScript } from "../parse/parser.ts";
import { SET_NAMES, type SetOption, SHOPT_NAMES, type Shopt } from "../state/options.ts";
import { Attr, isName } from "../state/variable.ts";
import type { System } from "../system.ts";
import { type ForkState, forkState } from "./background.ts";
import { runCommand, runList, runNode } from "./execute.ts";
import { Interpreter } from "./interpreter.ts";
import { runText } from "./source.ts";
import { defineSpecials, setDefaults } from "./special.ts";
import { runMain } from "./startup.ts";
import { resetTraps, runExitTrap } from "./traps.ts";

export interface ShellOptions {
  /** `$0` and the name in messages; `bash`. */
  argv0?: string;
  /** Environment, `NAME=value` each. */
  env?: readonly string[];
  /** `$1`, `$2`, … */
  args?: readonly string[];
  /** It runs one text after another: SIGINT ends what runs, the next {@link Shell.run} goes on with the same state. */
  session?: boolean;
  /** Path under which this shell can be spawned, for `$BASH` and scripts without `#!`; `/bin/bash`. */
  path?: string;
}

/** A shell's variables, functions, options and place, as structured-clonable data. */
export type ShellSnapshot = ForkState;

/** Bash: one process's shell over an injected machine. Calls block until the commands have ended. */
export class Shell {
  readonly #sh: Interpreter;

  constructor(system: System, options: ShellOptions = {}) {
    const sh = new Interpreter(system, BUILTINS);
    this.#sh = sh;
    sh.state.argv0 = options.argv0 ?? "bash";
    sh.state.positional = [...(options.args ?? [])];
    sh.state.lastArgument = sh.state.argv0;
    sh.state.shellPid = system.pid;
    sh.outlivesInterrupt = options.session === true;
    defineSpecials(sh);
    importEnvironment(sh, options.env ?? []);
    setDefaults(sh, options.path ?? "/bin/bash");
    startDirectory(sh);
    sh.state.frames.push({ kind: "main", name: "main", source: "", callLine: 0 });
  }

  /**
   * Runs a text as `bash -c` does, keeping the state for the next call. The exit status 0–255; 256 + n when a signal n ended
   * it. `exit` ends the run; `ended` tells that it did.
   */
  run(source: string): number {
    const sh = this.#sh;
    sh.executionString = source;
    sh.state.how = "c";
    if (sh.outlivesInterrupt) sh.setSignals();
    const status = runText(sh, source, { line: 1, name: "-c" });
    return this.#endRun(status);
  }

  /** The last {@link run} came to `exit` (or `set -e`, or a signal) rather than to the end of its text. */
  ended = false;

  /** Runs the EXIT trap of a session that is over; the status. */
  finish(): number {
    const status = runExitTrap(this.#sh, this.#sh.state.lastStatus);
    this.#sh.flow = undefined;
    return status;
  }

  /** Runs as the program `bash` with these arguments (without the program's name): options, `-c`, a file, or standard input. */
  main(args: readonly string[]): number {
    const status = runMain(this.#sh, args);
    return this.#finishWith(status);
  }

  /** Goes on as the shell that {@link System.fork} was given; its exit status. */
  runState(state: unknown): number {
    const sh = this.#sh;
    const fork = state as ForkState;
    for (const fd of fork.close) sh.system.close(fd);
    for (let fd = 100; fd < 256; fd++) if (sh.system.fdExists(fd)) sh.system.close(fd);
    this.restore(fork);
    sh.state.subshellDepth++;
    sh.subshellPid = 0;
    sh.forked = true;
    resetTraps(sh);
    if (fork.task.kind === "command" && fork.task.node.type === "Simple") {
      sh.element = fork.task.node;
      sh.debugged = sh.state.traps.read.has("DEBUG");
    }
    const { task } = fork;
    let status = 0;
    if (task.kind === "list") {
      sh.shownTraps = undefined;
      sh.state.set.errexit &&= sh.state.shopt.inherit_errexit || sh.state.set.errexit;
      status = runList(sh, task.body);
    } else if (task.kind === "command")
      status =
        task.node.type === "Subshell" && task.node.redirects.length === 0
          ? runList(sh, task.node.body)
          : runNode(sh, task.node);
    return this.#finishWith(status);
  }

  /** Everything a shell remembers between two runs, but not its descriptors and background jobs. */
  snapshot(): ShellSnapshot {
    const { jobs } = this.#sh;
    jobs.poll();
    const running = jobs.running.map(({ id, pid, text }) => ({ id, pid, text }));
    return { ...forkState(this.#sh, { kind: "none" }, []), jobs: running, umask: this.#sh.system.umask() };
  }

  restore(snapshot: ShellSnapshot): void {
    const sh = this.#sh;
    sh.vars.fromPlain(snapshot.variables);
    sh.state.fromPlain(snapshot.state);
    sh.vars.exportAll = sh.state.set.allexport;
    sh.disabled.clear();
    for (const name of snapshot.disabled) sh.disabled.add(name);
    sh.getopts = { ...snapshot.getopts };
    sh.callDepth = snapshot.callDepth;
    sh.executionString = snapshot.executionString;
    sh.traceDepth = snapshot.traceDepth;
    sh.jobs.adopt(snapshot.jobs ?? []);
    if (snapshot.umask !== undefined) sh.system.umask(snapshot.umask);
    if (sh.state.cwd !== sh.movedTo && sh.system.chdir(sh.state.cwd) === 0) sh.movedTo = sh.state.cwd;
  }

  /** Commands, functions and builtins that begin so, for completion at a prompt. */
  get interpreter(): Interpreter {
    return this.#sh;
  }

  #endRun(status: number): number {
    const { flow } = this.#sh;
    if (flow?.kind === "exit" && flow.interrupted) {
      this.#sh.flow = undefined;
      this.#sh.state.lastStatus = flow.status;
      this.ended = false;
      return flow.status;
    }
    this.ended = flow?.kind === "exit";
    if (flow?.kind !== "exit") {
      this.#sh.flow = undefined;
      return status;
    }
    return this.#finishWith(status);
  }

  /** Runs the EXIT trap and takes the status from the way the commands ended. */
  #finishWith(status: number): number {
    const sh = this.#sh;
    const { flow } = sh;
    let end = status;
    let signal = 0;
    if (flow?.kind === "exit") {
      end = flow.status;
      signal = flow.signal;
    } else if (flow?.kind === "return" || flow?.kind === "discard") end = flow.status;
    sh.flow = undefined;
    // To the trap `$?` is what it was when the signal came.
    end = runExitTrap(sh, signal ? sh.state.lastStatus : end);
    sh.flow = undefined;
    return signal ? 256 + signal : end & 255;
  }
}

function importEnvironment(sh: Interpreter, env: readonly string[]): void {
  for (const pair of env) {
    const equals = pair.indexOf("=");
    if (equals <= 0) continue;
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    const fn = /^BASH_FUNC_(.+)%%$/.exec(name);
    if (fn) {
      importFunction(sh, fn[1] as string, value);
      continue;
    }
    if (name === "SHELLOPTS" || name === "BASHOPTS") {
      importOptions(sh, name, value);
      continue;
    }
    if (!isName(name) || name === "_") continue;
    const variable = sh.vars.writable(name);
    if (variable.dynamic) continue;
    variable.value = value;
    sh.vars.setAttributes(variable, Attr.EXPORT, 0);
  }
}

/** Options that the shell around exported. */
function importOptions(sh: Interpreter, variable: string, value: string): void {
  for (const name of value.split(":")) {
    if (variable === "SHELLOPTS" && (SET_NAMES as string[]).includes(name))
      setOption(sh, name as SetOption, true);
    else if (variable === "BASHOPTS" && (SHOPT_NAMES as readonly string[]).includes(name))
      sh.state.shopt[name as Shopt] = true;
  }
  const own = sh.vars.get(variable);
  if (own) sh.vars.setAttributes(own, Attr.EXPORT, 0);
}

function importFunction(sh: Interpreter, name: string, value: string): void {
  if (!value.startsWith("() {") || name.includes("/")) return;
  // The definition and nothing after it: the environment does not run commands.
  const script = parseScript(`${name} ${value}`);
  const only = script.type === "Script" && script.statements.length === 1 ? script.statements[0] : undefined;
  if (only?.command.type !== "Function" || only.background || only.command.name !== name) {
    sh.errorText(`${sh.state.argv0}: error importing function definition for \`${name}'\n`);
    return;
  }
  runCommand(sh, only.command);
  const fn = sh.state.functions.read.get(name);
  if (fn) fn.exported = true;
}

/** PWD of the environment counts if it is the current directory. */
function startDirectory(sh: Interpreter): void {
  const physical = sh.system.getcwd();
  const claimed = sh.vars.text("PWD");
  let cwd = physical;
  if (claimed?.startsWith("/")) {
    const a = sh.system.stat(claimed, true);
    const b = sh.system.stat(".", true);
    if (typeof a !== "number" && typeof b !== "number" && a.dev === b.dev && a.ino === b.ino) cwd = claimed;
  }
  sh.state.cwd = cwd;
  sh.movedTo = cwd;
  sh.vars.set("PWD", cwd);
  sh.vars.setAttributes(sh.vars.writable("PWD"), Attr.EXPORT, 0);
  const old = sh.vars.text("OLDPWD");
  const stat = old === undefined ? -1 : sh.system.stat(old, true);
  if (typeof stat === "number" || (stat.mode & 0o170000) !== 0o040000) sh.vars.unset("OLDPWD");
  sh.vars.setAttributes(sh.vars.writable("OLDPWD"), Attr.EXPORT, 0);
}
