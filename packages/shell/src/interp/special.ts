import { isAliasName } from "../builtins/alias.ts";
import { setOption } from "../builtins/set.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { SET_NAMES, SHOPT_NAMES } from "../state/options.ts";
import { Attr, type Dynamic } from "../state/variable.ts";
import type { Interpreter } from "./interpreter.ts";

export const VERSION = "5.2.15(1)-release";
const VERSION_PARTS = ["5", "2", "15", "1", "release", "wasm32-unknown-wasi"];

/** Computed variables that bash does not list. */
export const UNLISTED: ReadonlySet<string> = new Set([
  ...["BASHPID", "BASH_ARGV0", "BASH_COMMAND", "BASH_SUBSHELL", "COMP_WORDBREAKS", "EPOCHREALTIME"],
  ...["EPOCHSECONDS", "HISTCMD", "LINENO", "RANDOM", "SECONDS", "SRANDOM"],
]);

/** What hangs on a variable being there: POSIX mode, the trace's file, files with a leading dot in globs. */
export function variableChanged(sh: Interpreter, name: string, present: boolean): void {
  const { set, shopt } = sh.state;
  if (name === "POSIXLY_CORRECT" && set.posix !== present) setOption(sh, "posix", present);
  else if (name === "GLOBIGNORE" && !present) shopt.dotglob = false;
  else if (name === "BASH_XTRACEFD" && !present) {
    const fd = Number(sh.vars.text(name));
    if (fd > 2) sh.system.close(fd);
  }
}

/** Defines the variables whose values are computed. */
export function defineSpecials(sh: Interpreter): void {
  const { vars, state, system } = sh;
  const define = (
    name: string,
    get: Dynamic["get"],
    set?: Dynamic["set"],
    attrs = 0,
    elements?: Dynamic["elements"],
  ) => vars.define(name, attrs, { get, set, elements });
  state.secondsBase = system.monotonic();
  define(
    "SECONDS",
    () => String(Math.floor((system.monotonic() - state.secondsBase) / 1000)),
    (value) => {
      state.secondsBase = system.monotonic() - (Number.parseInt(value, 10) || 0) * 1000;
    },
    Attr.INTEGER,
  );
  state.randomSeed = randomInteger(sh);
  define(
    "RANDOM",
    () => nextRandom(sh),
    (value) => {
      state.randomSeed = Number.parseInt(value, 10) >>> 0;
    },
    Attr.INTEGER,
  );
  define("SRANDOM", () => String(randomInteger(sh)), undefined, Attr.INTEGER);
  define("LINENO", () => String(lineNumber(sh)), undefined, Attr.INTEGER);
  define("EPOCHSECONDS", () => String(system.realtime() / 1_000_000_000n));
  define("EPOCHREALTIME", () => {
    const micros = system.realtime() / 1000n;
    return `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, "0")}`;
  });
  define("BASHPID", () => String(sh.subshellPid || system.pid), undefined, Attr.INTEGER);
  define("BASH_SUBSHELL", () => String(state.subshellDepth));
  define("BASH_COMMAND", () => sh.commandText);
  define("BASH_EXECUTION_STRING", () => sh.executionString);
  define("PIPESTATUS", () => IndexedArray.of(state.pipeStatus.map(String)), undefined, Attr.INDEXED);
  define(
    "FUNCNAME",
    () =>
      state.frames.some((frame) => frame.kind === "function") ? IndexedArray.of(frameNames(sh)) : undefined,
    undefined,
    Attr.INDEXED,
  );
  define(
    "BASH_SOURCE",
    () =>
      IndexedArray.of(
        state.frames
          .filter((frame, i) => i > 0 || frame.source !== "")
          .map((frame) => frame.source)
          .reverse(),
      ),
    undefined,
    Attr.INDEXED,
  );
  define(
    "BASH_LINENO",
    () =>
      IndexedArray.of(
        state.frames
          .filter((frame, i) => i > 0 || frame.source !== "")
          .map((frame) => String(frame.callLine))
          .reverse(),
      ),
    undefined,
    Attr.INDEXED,
  );
  define("GROUPS", () => IndexedArray.of([String(system.user.gid)]), undefined, Attr.INDEXED);
  define("DIRSTACK", () => IndexedArray.of([state.cwd, ...state.dirStack]), undefined, Attr.INDEXED, {
    // The first is the working directory, which no assignment changes.
    set: (key, value) => {
      const at = Number(key) - 1;
      if (at >= 0 && at < state.dirStack.length) state.dirStack = state.dirStack.with(at, value);
    },
  });
  define(
    "BASH_ARGV0",
    () => state.argv0,
    (value) => {
      state.argv0 = value;
    },
  );
  define("HISTCMD", () => String(Math.max(1, sh.history.length)));
  vars.define("_", 0, { get: () => state.lastArgument, plain: true });
  define("BASH_ARGC", () => IndexedArray.of(callArguments(sh, false)), undefined, Attr.INDEXED);
  define("BASH_ARGV", () => IndexedArray.of(callArguments(sh, true)), undefined, Attr.INDEXED);
  define("BASH_ALIASES", () => assoc([...state.aliases.read]), undefined, Attr.ASSOC, {
    set: (key, value) => {
      if (isAliasName(String(key))) state.aliases.write.set(String(key), value);
      else sh.error(`\`${key}': invalid alias name`);
    },
  });
  define(
    "BASH_CMDS",
    () => assoc([...state.hash.read].map(([name, { path }]) => [name, path])),
    undefined,
    Attr.ASSOC,
    {
      set: (key, value) => {
        sh.hashedPath = vars.text("PATH");
        state.hash.write.set(String(key), { path: value, hits: 0 });
      },
    },
  );
  define("SHELLOPTS", () => SET_NAMES.filter((name) => state.set[name]).join(":"), undefined, Attr.READONLY);
  define(
    "BASHOPTS",
    () => SHOPT_NAMES.filter((name) => state.shopt[name]).join(":"),
    undefined,
    Attr.READONLY,
  );
}

function assoc(entries: [string, string][]): AssocArray {
  const array = new AssocArray();
  for (const [key, value] of entries) array.set(key, value);
  return array;
}

/** BASH_ARGV (the arguments, last first) or BASH_ARGC (how many of them each frame has), innermost frame first. */
function callArguments(sh: Interpreter, values: boolean): string[] {
  const { frames } = sh.state;
  if (
    !frames.some(({ kind }) => kind === "function") ||
    frames.some(({ kind, args }) => kind !== "main" && args)
  )
    sh.showsArguments = true;
  const all = frames
    .filter(({ kind, args }) => (kind === "main" ? sh.showsArguments : args !== undefined))
    .map(({ args }) => args ?? [])
    .reverse();
  return values ? all.flatMap((args) => [...args].reverse()) : all.map((args) => String(args.length));
}

function frameNames(sh: Interpreter): string[] {
  return sh.state.frames
    .filter((frame, i) => i > 0 || frame.source !== "")
    .map((frame) => frame.name)
    .reverse();
}

function lineNumber(sh: Interpreter): number {
  return sh.state.line;
}

function randomInteger(sh: Interpreter): number {
  const bytes = new Uint8Array(4);
  sh.system.random(bytes);
  return new DataView(bytes.buffer).getUint32(0, true);
}

/** The generator of bash 5.1 and later (Park–Miller, halves folded together), so that a seed gives the same sequence. */
function nextRandom(sh: Interpreter): string {
  const seed = sh.state.randomSeed || 123459876;
  const high = Math.floor(seed / 127773);
  const low = seed % 127773;
  let next = 16807 * low - 2836 * high;
  if (next < 0) next += 0x7fffffff;
  sh.state.randomSeed = next;
  return String(((next >>> 16) ^ (next & 65535)) & 32767);
}

/** Plain variables that every shell has, where the environment does not give them. */
export function setDefaults(sh: Interpreter, shellPath: string): void {
  const { vars, system } = sh;
  const fallback = (name: string, value: string) => {
    if (vars.get(name) === undefined) vars.set(name, value);
  };
  const fixed = (name: string, value: string, attrs: number) => {
    const variable = vars.writable(name);
    variable.value = value;
    vars.setAttributes(variable, attrs, 0);
  };
  vars.set("IFS", " \t\n");
  vars.set("BASH", shellPath);
  vars.set("BASH_VERSION", VERSION);
  const version = vars.writable("BASH_VERSINFO");
  version.value = IndexedArray.of(VERSION_PARTS);
  vars.setAttributes(version, Attr.INDEXED | Attr.READONLY, 0);
  fixed("UID", String(system.user.uid), Attr.READONLY | Attr.INTEGER);
  fixed("EUID", String(system.user.uid), Attr.READONLY | Attr.INTEGER);
  fixed("PPID", String(system.ppid), Attr.READONLY | Attr.INTEGER);
  fallback("HOSTNAME", system.hostname);
  fallback("HOSTTYPE", "wasm32");
  fallback("MACHTYPE", "wasm32-unknown-wasi");
  fallback("OSTYPE", "wasi");
  fallback("PATH", "/usr/local/bin:/usr/bin:/bin");
  fallback("TERM", "dumb");
  fallback("SHELL", "/bin/bash");
  fallback("COMP_WORDBREAKS", " \t\n\"'@><=;|&(:");
  vars.set("PS4", vars.text("PS4") ?? "+ ");
  fixed("OPTIND", "1", Attr.INTEGER);
  vars.set("OPTERR", "1");
  const level = Number.parseInt(vars.text("SHLVL") ?? "0", 10) || 0;
  vars.set("SHLVL", String(level + 1));
  vars.setAttributes(vars.writable("SHLVL"), Attr.EXPORT, 0);
}
