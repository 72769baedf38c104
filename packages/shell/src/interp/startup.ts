import { Errno } from "@shadowbox/vfs";
import { setOption } from "../builtins/set.ts";
import { optionOfLetter, SET_NAMES, type SetOption, SHOPT_NAMES, type Shopt } from "../state/options.ts";
import type { Frame } from "../state/shell-state.ts";
import { OpenFlag } from "../system.ts";
import type { Interpreter } from "./interpreter.ts";
import { errorText } from "./messages.ts";
import { startRestricted } from "./restricted.ts";
import { runText } from "./source.ts";
import { VERSION } from "./special.ts";
import { runInput } from "./stdin.ts";

interface Invocation {
  command: boolean;
  stdin: boolean;
  restricted: boolean;
  rest: string[];
}

/** Runs what the arguments of the program `bash` ask for; the status. */
export function runMain(sh: Interpreter, args: readonly string[]): number {
  if (baseName(sh.state.argv0) === "sh") setOption(sh, "posix", true);
  const invocation = parseArguments(sh, args);
  if (typeof invocation === "number") return invocation;
  const { command, stdin, rest } = invocation;
  if (invocation.restricted || baseName(sh.state.argv0) === "rbash") startRestricted(sh);
  if (command) {
    const [text, name, ...positional] = rest;
    if (text === undefined) {
      sh.errorText(`${sh.state.argv0}: -c: option requires an argument\n`);
      return 2;
    }
    if (name !== undefined) sh.state.argv0 = name;
    sh.state.positional = positional;
    (sh.state.frames[0] as Frame).args = positional;
    sh.state.how = "c";
    sh.executionString = text;
    return runText(sh, text, { line: 1, name: "-c" });
  }
  if (rest.length && !stdin) return runFile(sh, rest[0] as string, rest.slice(1));
  sh.state.positional = rest;
  (sh.state.frames[0] as Frame).args = rest;
  sh.state.how = "s";
  return runInput(sh);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/^-/, "");
}

const LONG_WITH_ARGUMENT = new Set(["init-file", "rcfile"]);

function parseArguments(sh: Interpreter, args: readonly string[]): Invocation | number {
  const found: Invocation = { command: false, stdin: false, restricted: false, rest: [] };
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--" || arg === "-") {
      at++;
      break;
    }
    if (arg === "--restricted") found.restricted = true;
    if (arg.startsWith("--")) {
      const long = longOption(sh, arg.slice(2));
      if (long !== undefined) return long;
      if (LONG_WITH_ARGUMENT.has(arg.slice(2))) at++;
      continue;
    }
    if (!/^[-+]./.test(arg)) break;
    const used = shortOptions(sh, arg, args, at, found);
    if (used < 0) return 2;
    at += used;
  }
  found.rest = args.slice(at);
  return found;
}

const LONG_OPTIONS =
  "debug debugger dump-po-strings dump-strings help init-file login noediting noprofile norc posix pretty-print rcfile restricted verbose version";

function usageOf(name: string): string {
  const long = LONG_OPTIONS.split(" ").map((option) => `\t--${option}\n`);
  return [
    `Usage:\t${name} [GNU long option] [option] ...\n\t${name} [GNU long option] [option] script-file ...\n`,
    `GNU long options:\n${long.join("")}Shell options:\n`,
    "\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)\n\t-abefhkmnptuvxBCEHPT or -o option\n",
  ].join("");
}

const HELP = `Type \`bash -c "help set"' for more information about shell options.
Type \`bash -c help' for more information about shell builtin commands.
`;

function invalidOption(sh: Interpreter, option: string): 2 {
  sh.errorText(`${sh.state.argv0}: ${option}: invalid option\n${usageOf(sh.state.argv0)}`);
  return 2;
}

/** A status where the shell ends at once. */
function longOption(sh: Interpreter, name: string): number | undefined {
  switch (name) {
    case "version":
      sh.out(`GNU bash, version ${VERSION} (wasm32-unknown-wasi)\n`, "bash");
      return 0;
    case "help":
      sh.out(`GNU bash, version ${VERSION}-(wasm32-unknown-wasi)\n${usageOf(sh.state.argv0)}${HELP}`, "bash");
      return 0;
    case "posix":
      setOption(sh, "posix", true);
      return undefined;
    case "verbose":
      setOption(sh, "verbose", true);
      return undefined;
    case "login":
    case "noprofile":
    case "norc":
    case "noediting":
    case "restricted":
    case "debugger":
    case "init-file":
    case "rcfile":
      return undefined;
    default:
      return invalidOption(sh, `--${name}`);
  }
}

/** One argument of single letters; how many further arguments it took, -1 after an error. */
function shortOptions(
  sh: Interpreter,
  arg: string,
  args: readonly string[],
  at: number,
  found: Invocation,
): number {
  const on = arg[0] === "-";
  let used = 0;
  for (const letter of arg.slice(1)) {
    if (letter === "c") found.command = true;
    else if (letter === "s") found.stdin = true;
    else if (letter === "i") sh.state.shopt.expand_aliases = true;
    else if (letter === "r") found.restricted = on;
    else if (letter === "l" || letter === "D") continue;
    else if (letter === "o" || letter === "O") {
      const name = args[at + 1 + used];
      if (name === undefined) return used;
      used++;
      if (!namedOption(sh, letter, name, on)) return -1;
    } else {
      const option = optionOfLetter(letter);
      if (!option) {
        invalidOption(sh, `${arg[0]}${letter}`);
        return -1;
      }
      setOption(sh, option, on);
    }
  }
  return used;
}

function namedOption(sh: Interpreter, letter: string, name: string, on: boolean): boolean {
  if (letter === "o" && (SET_NAMES as string[]).includes(name)) setOption(sh, name as SetOption, on);
  else if (letter === "O" && (SHOPT_NAMES as readonly string[]).includes(name))
    sh.state.shopt[name as Shopt] = on;
  else {
    sh.errorText(`${sh.state.argv0}: ${name}: invalid ${letter === "o" ? "option" : "shell option"} name\n`);
    return false;
  }
  return true;
}

/** Runs a script file. */
function runFile(sh: Interpreter, file: string, args: string[]): number {
  const opened = openScript(sh, file);
  if (typeof opened === "number") return opened;
  const { text, path } = opened;
  sh.state.argv0 = file;
  sh.state.positional = args;
  (sh.state.frames[0] as { source: string }).source = path;
  // Of a file a last line without its end gets one, which counts where it ends in a backslash.
  return runText(sh, text.endsWith("\\") ? `${text}\n` : text, { line: 1, name: "" });
}

function openScript(sh: Interpreter, file: string): { text: string; path: string } | number {
  const fd = sh.system.open(file, OpenFlag.READ, 0);
  const stat = sh.system.stat(file, true);
  if (fd < 0 || (typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000)) {
    const directory = typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000;
    if (fd >= 0) sh.system.close(fd);
    const { argv0 } = sh.state;
    sh.errorText(directory ? `${file}: ${file}: Is a directory\n` : `${argv0}: ${file}: ${errorText(fd)}\n`);
    return fd === -Errno.ENOENT ? 127 : 126;
  }
  const text = sh.fds.readAll(fd);
  sh.system.close(fd);
  if (/^[^\n]*\0/.test(text.slice(0, 80))) {
    sh.errorText(`${file}: ${file}: cannot execute binary file\n`);
    return 126;
  }
  return { text, path: file };
}
