import { expandText } from "../expand/word.ts";
import type { Command, Pipeline, Redirect, SimpleCommand, Word, WordPart } from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { Attr } from "../state/variable.ts";
import type { SpawnRequest } from "../system.ts";
import { expandCommand, traceCommand } from "./arguments.ts";
import { assign, refusesElement } from "./assign.ts";
import { startFork } from "./background.ts";
import { checkFailure, redirectOrFail, runCommand, runList } from "./execute.ts";
import { startProgram, takeEarlySignals, waitForeground } from "./external.ts";
import type { Interpreter } from "./interpreter.ts";
import { putBack } from "./redirect.ts";
import { inSubshell } from "./subshell.ts";
import { reportTimes } from "./timing.ts";
import { childEnded, debugTrap } from "./traps.ts";
import { commandText } from "./xtrace.ts";

export function runPipeline(sh: Interpreter, node: Pipeline): number {
  if (node.timed) return reportTimes(sh, node.timed, () => runNegatable(sh, node));
  return runNegatable(sh, node);
}

function runNegatable(sh: Interpreter, node: Pipeline): number {
  const { state } = sh;
  if (!node.negated) return runElements(sh, node);
  // Without `set -e` what a list inside does counts as ever: it may turn it on, and has its ERR trap.
  const looked = state.set.errexit || !holdsList(sh, node) ? 1 : 0;
  state.conditionDepth += looked;
  let status: number;
  try {
    status = runElements(sh, node);
  } finally {
    state.conditionDepth -= looked;
  }
  if (sh.flow !== undefined && sh.flow.kind !== "break" && sh.flow.kind !== "continue") return status;
  state.lastStatus = status === 0 ? 1 : 0;
  // bash counts `!` into PIPESTATUS for these two alone.
  const only = node.commands.length === 1 ? node.commands[0]?.type : undefined;
  if (only === "ArithmeticCommand" || only === "Conditional") state.pipeStatus = [state.lastStatus];
  return state.lastStatus;
}

/** Whether the only command of a pipeline runs others. */
function holdsList(sh: Interpreter, { commands }: Pipeline): boolean {
  const [only] = commands;
  if (commands.length !== 1 || only === undefined) return false;
  if (only.type === "Simple") return sh.state.functions.read.has(only.words[0]?.plain ?? "");
  return only.type !== "ArithmeticCommand" && only.type !== "Conditional" && only.type !== "Subshell";
}

function runElements(sh: Interpreter, node: Pipeline): number {
  if (node.commands.length === 0) return 0;
  if (node.commands.length === 1) return runCommand(sh, node.commands[0] as Command);
  const statuses = new Run(sh, node.commands).all();
  const { state } = sh;
  state.pipeStatus = statuses;
  let status = statuses[statuses.length - 1] as number;
  if (state.set.pipefail) for (const one of statuses) if (one !== 0) status = one;
  if (status === (statuses[statuses.length - 1] as number) || status !== 0) state.lastStatus = status;
  if (status !== 0) checkFailure(sh, status);
  return state.lastStatus;
}

/** Builtins that read no input and end by themselves: as elements they run at once, into an unbounded pipe. */
const QUICK = new Set([
  "echo",
  "printf",
  "pwd",
  "true",
  "false",
  ":",
  "type",
  "alias",
  "hash",
  "set",
  "declare",
  "typeset",
  "export",
  "readonly",
  "test",
  "[",
  "trap",
  "shopt",
  "umask",
  "ulimit",
  "compgen",
  "dirs",
  "history",
  "jobs",
  "help",
  "times",
  "cd",
  "unset",
  "let",
  "local",
  "shift",
]);

const PIPE_SIZE = 65_536;

type Kind = "quick" | "program" | "dynamic" | "shell";

/** One run of a pipeline of several elements. */
class Run {
  readonly #sh: Interpreter;
  readonly #commands: readonly Command[];
  readonly #results: ({ pid: number } | { status: number })[] = [];
  /** The element that runs in this thread, after the others have started. */
  #own = -1;
  #input = -1;
  #readerIsQuick = false;

  constructor(sh: Interpreter, commands: readonly Command[]) {
    this.#sh = sh;
    this.#commands = commands;
  }

  all(): number[] {
    const sh = this.#sh;
    sh.fds.materialize();
    sh.fds.pushBarrier();
    const kinds = this.#commands.map((command) => kindOf(sh, command));
    this.#own = kinds.lastIndexOf("shell");
    this.#readerIsQuick = kinds[this.#own + 1] === "quick";
    const saved0 = sh.fds.save(0);
    const saved1 = sh.fds.save(1);
    let own: { input: number; output: number } | undefined;
    let wasInterrupted = false;
    try {
      for (let i = 0; i < kinds.length; i++)
        own = this.#startElement(i, kinds[i] as Kind, saved0, saved1) ?? own;
      const pids = this.#results.flatMap((result) => (result && "pid" in result ? result.pid : []));
      wasInterrupted = takeEarlySignals(sh, pids);
      if (own) this.#runOwn(own, saved0, saved1, wasInterrupted);
    } finally {
      if (this.#input >= 0) sh.system.close(this.#input);
      sh.fds.restore(0, saved0);
      sh.fds.restore(1, saved1);
      sh.fds.popBarrier();
    }
    return this.#results.map((result) =>
      "status" in result ? result.status : waitForeground(sh, result.pid, wasInterrupted),
    );
  }

  /** Starts element `i`; for the own one only its ends are made and given back. */
  #startElement(
    i: number,
    kind: Kind,
    saved0: number,
    saved1: number,
  ): { input: number; output: number } | undefined {
    const sh = this.#sh;
    const last = i === this.#commands.length - 1;
    const input = this.#input;
    let output = -1;
    this.#input = -1;
    if (!last) {
      const pipe = kind === "quick" ? sh.system.capture() : sh.system.pipe();
      if (typeof pipe === "number") throw new Error(`pipe: errno ${pipe}`);
      output = sh.fds.moveHigh(pipe.writeEnd);
      this.#input = sh.fds.moveHigh(pipe.readEnd);
    }
    const command = this.#commands[i] as Command;
    if (command.type === "Simple" || command.type === "Subshell") sh.begin(command);
    if (command.type === "Simple" && this.#skips(command, saved0, saved1)) {
      if (output >= 0) sh.system.close(output);
      if (input >= 0) sh.system.close(input);
      this.#results[i] = { status: 0 };
      return undefined;
    }
    if (i === this.#own) return { input, output };
    connect(sh, input, saved0, 0);
    connect(sh, output, saved1, 1);
    sh.debugged = command.type === "Simple" && sh.state.traps.read.has("DEBUG");
    this.#results[i] = this.#start(command, kind);
    sh.debugged = false;
    return undefined;
  }

  /** The DEBUG trap runs before every simple command, with the output of the pipeline's surroundings; whether it leaves this one out. */
  #skips(command: SimpleCommand, saved0: number, saved1: number): boolean {
    if (!this.#sh.state.traps.read.has("DEBUG")) return false;
    connect(this.#sh, -1, saved0, 0);
    connect(this.#sh, -1, saved1, 1);
    this.#sh.state.line = command.line;
    return debugTrap(this.#sh, commandText(command));
  }

  #start(command: Command, kind: Kind): { pid: number } | { status: number } {
    const sh = this.#sh;
    if (kind === "quick") {
      const status = inSubshell(sh, () => runElement(sh, command));
      childEnded(sh);
      return { status };
    }
    if (kind === "shell") return this.#fork(command);
    const last = this.#input < 0;
    let pid: number | undefined;
    let forkInstead: Command | undefined;
    const status = inSubshell(sh, () => {
      const simple = command as SimpleCommand;
      sh.state.line = simple.line;
      sh.state.substitutionStatus = undefined;
      const argv = expandCommand(sh, simple.words);
      if (argv.length === 0 || isShellName(sh, argv[0] as string)) {
        if (last || argv.length === 0) return runElement(sh, { ...simple, words: argv.map(plainWord) });
        forkInstead = { ...simple, words: argv.map(plainWord) };
        return 0;
      }
      if (sh.state.set.xtrace) traceCommand(sh, argv);
      const started = startSimple(sh, simple, argv);
      pid = started.pid;
      return started.status ?? 0;
    });
    if (forkInstead) return this.#fork(forkInstead);
    return pid === undefined ? { status } : { pid };
  }

  #fork(command: Command): { pid: number } | { status: number } {
    const close = this.#input >= 0 ? [this.#input] : [];
    const pid = startFork(this.#sh, { kind: "command", node: command }, close);
    return pid < 0 ? { status: 1 } : { pid };
  }

  /** `isOver`: a SIGINT came before it could begin. */
  #runOwn(own: { input: number; output: number }, saved0: number, saved1: number, isOver: boolean): void {
    const sh = this.#sh;
    const command = this.#commands[this.#own] as Command;
    connect(sh, own.input, saved0, 0);
    connect(sh, own.output, saved1, 1);
    const last = this.#own === this.#commands.length - 1;
    const { unread } = sh.fds;
    sh.fds.unread = this.#readerIsQuick ? PIPE_SIZE : 0;
    let status: number;
    sh.debugged = command.type === "Simple" && sh.state.traps.read.has("DEBUG");
    if (isOver) status = INTERRUPTED;
    else if (last && sh.state.shopt.lastpipe && !sh.state.set.monitor) status = runCommand(sh, command);
    else {
      status = inSubshell(sh, () => runElement(sh, command));
      childEnded(sh);
    }
    sh.fds.unread = unread;
    this.#results[this.#own] = { status };
    // Whoever reads from it sees its end, whoever writes to it a closed pipe.
    sh.system.dup2(saved0, 0);
    sh.system.dup2(saved1, 1);
    if (isOver) sh.takeMask(1 << SIGINT);
  }
}

const SIGINT = 2;
const INTERRUPTED = 128 + SIGINT;

/** A subshell as an element is one subshell, not two. */
function runElement(sh: Interpreter, command: Command): number {
  if (command.type === "Subshell" && command.redirects.length === 0) return runList(sh, command.body);
  const { element } = sh;
  sh.element = command;
  try {
    return runCommand(sh, command);
  } finally {
    sh.element = element;
  }
}

/** Makes `fd` the given end, which is used up, or what it was. */
function connect(sh: Interpreter, end: number, saved: number, fd: number): void {
  if (end >= 0) {
    sh.system.dup2(end, fd);
    sh.system.close(end);
  } else if (saved >= 0) sh.system.dup2(saved, fd);
}

/** Whether a name is a function or a builtin. */
export function isShellName(sh: Interpreter, name: string): boolean {
  return sh.state.functions.read.has(name) || (sh.builtins.has(name) && !sh.disabled.has(name));
}

function kindOf(sh: Interpreter, command: Command): Kind {
  if (command.type !== "Simple") return "shell";
  const first = command.words[0];
  if (!first) return "shell";
  if (first.plain === null) return "dynamic";
  const name = first.plain;
  if (mayWait(sh, command.redirects)) return "shell";
  if (!isShellName(sh, name)) return "program";
  const quick =
    QUICK.has(name) &&
    !sh.state.functions.read.has(name) &&
    command.redirects.length === 0 &&
    command.words.every(isInert);
  return quick ? "quick" : "shell";
}

/** Whether expanding a word runs no commands (which might read the input). */
export function isInert(word: Word): boolean {
  return word.plain !== null || wordParts(word).every(isInertPart);
}

const FILE_TYPE = 0o170000;
const FIFO = 0o010000;

/** Whether a redirection may wait, for a command in its words or for the other end of a FIFO: the shell must not. */
export function mayWait(sh: Interpreter, redirects: readonly Redirect[]): boolean {
  return redirects.some(({ operator, target }) => {
    if (!isInert(target) || (target.plain === null && sh.state.set.nounset)) return true;
    if (operator.startsWith("<<")) return false;
    const stat = sh.system.stat(target.plain ?? expandText(sh, target), true);
    return typeof stat !== "number" && (stat.mode & FILE_TYPE) === FIFO;
  });
}

function isInertPart(part: WordPart): boolean {
  switch (part.type) {
    case "DoubleQuoted":
      return part.parts.every(isInertPart);
    case "Parameter":
      return part.operation === null && part.subscript === null;
    case "ArithmeticExpansion":
      return part.expression.word === null;
    case "CommandSubstitution":
    case "Backquote":
    case "ProcessSubstitution":
    case "BadSubstitution":
      return false;
    default:
      return true;
  }
}

/** A word that stands for one text. */
export function plainWord(text: string): Word {
  return {
    type: "Word",
    line: 0,
    text,
    parts: [{ type: "SingleQuoted", value: text }],
    plain: text,
    quoted: true,
    braces: false,
    assignment: null,
  };
}

/** Starts the program of a simple command with its assignments and redirections. */
export function startSimple(
  sh: Interpreter,
  node: SimpleCommand,
  argv: readonly string[],
  how?: Pick<SpawnRequest, "group" | "deaf">,
): ReturnType<typeof startProgram> {
  const replaced = node.redirects.length ? redirectOrFail(sh, node.redirects) : [];
  if (!replaced) return { status: 1 };
  try {
    for (const assignment of node.assignments) {
      if (refusesElement(sh, assignment)) continue;
      const { name, value } = assignment;
      if (value.type === "ArrayLiteral") sh.vars.writable(name).value = value.text;
      else assign(sh, assignment);
      const variable = sh.vars.find(name);
      if (variable) sh.vars.setAttributes(variable, Attr.EXPORT, 0);
    }
    return startProgram(sh, argv, true, how);
  } finally {
    putBack(sh, replaced);
  }
}
