import { Errno, stackLeft } from "@shadowbox/vfs";
import { formatTime } from "../builtins/strftime.ts";
import type { Builtin } from "../builtins/table.ts";
import { isStackEnd, ShellError } from "../errors.ts";
import { expandPrompt, type PromptHost } from "../expand/prompt.ts";
import type { Assignment, Backquote, Command, ProcessSubstitution, Script } from "../parse/ast.ts";
import { AssocArray } from "../state/arrays.ts";
import type { CompletionSpec } from "../state/completion.ts";
import { flagLetters, type SetOptions } from "../state/options.ts";
import { type ShellFunction, ShellState } from "../state/shell-state.ts";
import { isClosed } from "../state/target.ts";
import { VariableStore } from "../state/variables.ts";
import type { System } from "../system.ts";
import { evaluateArithmetic } from "./arithmetic.ts";
import { assignText } from "./assign.ts";
import type { Flow } from "./flow.ts";
import { headText, printFunction } from "./function-text.ts";
import { Jobs } from "./jobs.ts";
import { errorText, signalName, signalNumber } from "./messages.ts";
import { Descriptors } from "./output.ts";
import { expandLikeHereDocument, expandTextAsWord } from "./reparse.ts";
import { VERSION, variableChanged } from "./special.ts";
import { runBackquote, runProcessSubstitution, runSubstitution } from "./subshell.ts";
import { queueSignals } from "./traps.ts";

/** A running shell: its state and the services that commands, builtins and expansions use. */
export class Interpreter implements PromptHost {
  readonly system: System;
  readonly vars = new VariableStore();
  readonly state = new ShellState();
  readonly fds: Descriptors;
  readonly jobs: Jobs;
  /** Builtins by name; `enable -n` takes some away. */
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly disabled = new Set<string>();
  readonly version = VERSION;
  /** Set when control leaves the normal order. */
  flow: Flow | undefined;
  /** Seconds since the epoch when the shell started. */
  readonly startedAt: number;
  /** `declare a=(…)`: the assignments among the arguments of the builtin that runs, by position. */
  assignmentArguments: (Assignment | undefined)[] | undefined;
  /** The text `bash -c` was given. */
  executionString: string | undefined;
  interactive = false;
  /** Of a session: SIGINT ends what runs, and not the shell. */
  outlivesInterrupt = false;
  /** The process is a forked shell: how deep in subshells it began. */
  forked = false;
  /** Signals that wait for their trap. */
  pendingTraps: string[] = [];
  /** What `trap` shows in a subshell until it sets one of its own: the traps of the shell around. */
  shownTraps: ReadonlyMap<string, string> | undefined;
  /** Running traps by name, so that none runs inside itself. */
  readonly activeTraps = new Set<string>();
  /** Path of `<(…)` pipes to close after the command: descriptors. */
  processDescriptors: number[] = [];
  /** Text that the script's reader still holds, for messages and `history`. */
  getopts = { index: 0, text: "1" };
  history: string[] = [];
  callDepth = 0;
  /** BASH_ARGV has the script's own arguments: it was asked for outside of functions, or a file was sourced before. */
  showsArguments = false;
  /** How many lists run inside one another, and up to how many the stack is known to have room. */
  listDepth = 0;
  roomTo = SHALLOW;
  /** How many frames there were when the running trap began. */
  trapFrames = 0;
  /** How many of the commands around redirect standard input: jobs in the background then keep it. */
  inputRedirects = 0;
  /** Traps of the process's own shell while a subshell runs in its thread: signals are meant for them. */
  baseTraps: ReadonlyMap<string, string> | undefined;
  /** Signals that came in meanwhile, as a mask. */
  deferredSignals = 0;
  /** A syntax error was met: a shell that reads its input line by line stops there. */
  syntaxFailed = false;
  /** The builtin that runs could not write. */
  writeFailed = false;
  /** `command` runs a builtin: what is wrong with a special one does not end the shell (POSIX, `command`). */
  byCommand = false;
  /** The assignments before a function call made its scope already. */
  scopeReady = false;
  /** Signals that cut a `wait` short, as a mask. */
  interruptedBy = 0;
  /** Limits that `ulimit` was told. */
  readonly limits = new Map<string, string>();
  /** PATH that the hash table was made with. */
  hashedPath: string | undefined;
  /** The directory that the process is in, as last set by `cd` or at the start. */
  movedTo = "";
  /** What BASH_COMMAND shows: the command that runs, or ran when the running trap began. */
  currentCommand: string | Command = "";
  /** A file was sourced in this shell. */
  sourced = false;
  /** `$?` when the running traps began: what `exit` and `return` without a number give. */
  readonly trapStatus: number[] = [];
  /** Status of the last trap action, for `extdebug`. */
  debugStatus = 0;
  /** The command that this shell was made for, as an element of a pipeline or in the background: its failure is the business of whoever waits. */
  element: Command | undefined;
  /** The DEBUG trap of the next simple command ran already, before it was made an element of a pipeline. */
  debugged = false;
  /** Line, in the script itself, of the command that was last given up. */
  discardLine = 0;
  /** Options to bring back when the function ends (`local -`). */
  localOptions: SetOptions | undefined;
  /** How deep in substitutions, evals and sourced files: the first character of PS4 is repeated so often. */
  traceDepth = 0;
  /** Set by `exec` without a command: its redirections stay. */
  keepRedirects = false;
  /** Virtual `$BASHPID` of subshells that share the process. */
  subshellPid = 0;
  /** Completion specifications of `complete`. */
  readonly completions = new Map<string, CompletionSpec>();

  constructor(system: System, builtins: ReadonlyMap<string, Builtin>) {
    this.system = system;
    this.builtins = builtins;
    this.fds = new Descriptors(system);
    this.jobs = new Jobs(this);
    this.startedAt = Number(system.realtime() / 1_000_000_000n);
    this.vars.evaluate = (text) => this.#integer(text);
    this.vars.warn = (message) => this.warn(message);
    this.vars.changed = (name, present) => variableChanged(this, name, present);
  }

  // What expansion asks for.

  commandSubstitution(body: Script): string {
    return runSubstitution(this, body);
  }

  backquote(part: Backquote): string {
    return runBackquote(this, part);
  }

  processSubstitution(part: ProcessSubstitution): string {
    return runProcessSubstitution(this, part);
  }

  /** Of `$((…))`, whose failure is that of an expansion in POSIX mode. */
  arithmetic(expression: string): string {
    try {
      return evaluateArithmetic(this, expression).toString();
    } catch (error) {
      if (!this.posix || !(error instanceof ShellError) || error.code !== "arithmetic") throw error;
      throw new ShellError("expansion", error.message);
    }
  }

  integer(expression: string): number {
    return Number(evaluateArithmetic(this, expression));
  }

  special(name: string): string | undefined {
    const { state } = this;
    switch (name) {
      case "?":
        return String(state.lastStatus);
      case "#":
        return String(state.positional.length);
      case "$":
        return String(state.shellPid);
      case "!":
        return state.lastBackground === undefined ? undefined : String(state.lastBackground);
      case "-":
        return flagLetters(state.set, state.restricted, state.how);
      case "_":
        return state.lastArgument;
      default:
        return undefined;
    }
  }

  expandLikeHereDocument(text: string): string {
    return expandLikeHereDocument(this, text);
  }

  formatTime(format: string): string {
    return formatTime(format, Number(this.system.realtime() / 1_000_000_000n), this.vars.text("TZ"));
  }

  /** `() { … }` for the environment. */
  printFunctionBody(fn: ShellFunction): string {
    return printFunction(fn).replace(/^.*?\(\)\s*/s, "() ");
  }

  prompt(text: string): string {
    return expandPrompt(this, text);
  }

  subscriptText(text: string): string {
    return /[$`"'\\]/.test(text) ? expandTextAsWord(this, text) : text;
  }

  warn(message: string): void {
    this.error(message);
  }

  // Output and messages.

  /** Name and line that begin a message. */
  get prefix(): string {
    const frame = this.state.frames[this.state.frames.length - 1];
    const name = frame?.source || this.state.argv0;
    if (this.interactive) return `${name}: `;
    return `${name}: line ${this.state.line}: `;
  }

  /** Writes `text` to descriptor 1 for a builtin; false after an error, which is reported. */
  out(text: string, name: string): boolean {
    const result = this.fds.write(1, text);
    if (result === 0) return true;
    if (result === -Errno.EPIPE && this.state.traps.read.get("PIPE") === undefined) this.exitBySignal(13);
    else if (!this.writeFailed) this.builtinError(name, `write error: ${errorText(result)}`);
    this.writeFailed = true;
    return false;
  }

  /** Writes to descriptor 2. */
  errorText(text: string): void {
    this.fds.write(2, text);
  }

  /** `bash: line N: message`. */
  error(message: string): void {
    this.errorText(`${this.prefix}${message}\n`);
  }

  /** `bash: line N: name: message`; answers 1. */
  builtinError(name: string, message: string): 1 {
    this.error(`${name}: ${message}`);
    return 1;
  }

  /** Reports an invalid option and the usage line; answers 2. */
  usage(name: string, option: string | undefined, usage: string): 2 {
    if (option !== undefined) this.error(`${name}: ${option}: invalid option`);
    this.errorText(`${name}: usage: ${usage}\n`);
    return 2;
  }

  /** The value for an integer variable; one that cannot be gives up all up to the top, and ends a shell with `set -e` in a condition too. */
  #integer(text: string): string {
    try {
      return evaluateArithmetic(this, text).toString();
    } catch (error) {
      if (error instanceof ShellError && error.code === "arithmetic")
        throw new ShellError(this.state.set.errexit ? "expansion" : "integer", error.message);
      throw error;
    }
  }

  /** Reports a failure of the script; other errors go on, and so does the end of the stack until there is room to speak. */
  report(error: unknown): ShellError {
    if (error instanceof RangeError && error.message.includes("string length"))
      return new ShellError("limit", "xrealloc: cannot allocate: text too long");
    if (error instanceof RangeError || isStackEnd(error)) {
      if (!stackHasRoom()) throw error;
      return new ShellError("limit", "maximum nesting level exceeded");
    }
    if (!(error instanceof ShellError)) throw error;
    return error;
  }

  // Assigning by name, for builtins.

  /** Whether a text is a name or `name[subscript]`. */
  isAssignable(text: string): boolean {
    const match = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/s.exec(text);
    if (match === null) return false;
    const [, name, subscript] = match;
    return (
      subscript === undefined ||
      isClosed(subscript) ||
      this.vars.get(name as string)?.value instanceof AssocArray
    );
  }

  /** Assigns to `name` or `name[subscript]`; false after a failure, which is reported for `builtin`. */
  assignByName(target: string, value: string, builtin: string): boolean {
    try {
      assignText(this, target, value, false);
      return true;
    } catch (error) {
      const failure = this.report(error);
      if (failure.code === "subscript") throw failure;
      if (failure.code === "integer") throw new ShellError("integer", `${builtin}: ${failure.message}`);
      if (failure.code === "readonly") this.error(failure.message);
      else this.builtinError(builtin, failure.message);
      return false;
    }
  }

  // Ends.

  exit(status: number): number {
    this.flow = { kind: "exit", status: status & 255, signal: 0 };
    return status & 255;
  }

  exitBySignal(signal: number): number {
    this.flow = { kind: "exit", status: 128 + signal, signal };
    return 128 + signal;
  }

  /** Ends by a signal that is not trapped: the shell, or what it runs. */
  endBySignal(signal: number): void {
    if (signal === SIGINT && this.outlivesInterrupt)
      this.flow = { kind: "exit", status: 128 + signal, signal: 0, interrupted: true };
    else this.exitBySignal(signal);
  }

  /** What a signal means to the process: `action` is its trap. */
  setSignal(signal: number, action: string | undefined): void {
    const isNoticed =
      (signal === SIGINT && this.outlivesInterrupt) ||
      (ENDING.has(signal) && this.state.traps.read.get("EXIT"));
    const byDefault = isNoticed ? "catch" : "default";
    this.system.setSignal(signal, action === undefined ? byDefault : action === "" ? "ignore" : "catch");
  }

  /** Takes up the signals of the traps, and those that end the shell where something is to be done before. */
  setSignals(): void {
    const { traps } = this.state;
    for (const signal of ENDING)
      if (!traps.read.has(signalName(signal) as string)) this.setSignal(signal, undefined);
    for (const [name, action] of traps.read) {
      const signal = signalNumber(name);
      if (signal) this.setSignal(signal, action);
    }
  }

  /** Whether a signal that ends a shell has a trap, or is ignored. */
  isTrapped(name: string): boolean {
    return (this.baseTraps ?? this.state.traps.read).has(name);
  }

  /**
   * Makes sure that the stack has room for some lists more: it must not end in the middle of a call to the system. What is known is
   * forgotten at {@link FORGET_ROOM}, as lists may be larger the next time.
   */
  wantRoom(): void {
    if (!stackHasRoom(AHEAD)) throw new ShellError("limit", "maximum nesting level exceeded");
    this.roomTo = this.listDepth + STEP;
  }

  /** Queues the traps of signals already taken; whether any has one. */
  takeMask(mask: number): boolean {
    return queueSignals(this, mask);
  }

  /** Takes note of the command that BASH_COMMAND names, which stays the interrupted one while a trap runs. */
  begin(node: Command): void {
    if (this.activeTraps.size === 0) this.currentCommand = node;
  }

  get commandText(): string {
    return typeof this.currentCommand === "string" ? this.currentCommand : headText(this.currentCommand);
  }

  get posix(): boolean {
    return this.state.set.posix;
  }
}

const SIGINT = 2;
/** HUP, INT, ALRM, TERM, USR1 and USR2 end a shell after its EXIT trap. */
const ENDING: ReadonlySet<number> = new Set([1, SIGINT, 10, 12, 14, 15]);

/** Bytes that a message, its trap and their writes take, many times over. */
const ROOM = 64 << 10;

/** Lists inside one another that always have room; where less are left, room is looked for anew. */
export const SHALLOW = 50;
export const FORGET_ROOM = 25;
/** How many lists more are looked at in one go, and the bytes that they take, twice over (measured: 1 to 3.3 KB a list), with a call to the system. */
const STEP = 8;
const AHEAD = 128 << 10;

function stackHasRoom(bytes = ROOM): boolean {
  return stackLeft(bytes) >= bytes;
}
