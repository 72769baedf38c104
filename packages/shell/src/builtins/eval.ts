import { Errno } from "@shadowbox/vfs";
import { findProgram, isBinary, searchPath, startProgram, waitStarted } from "../interp/external.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { errorText } from "../interp/messages.ts";
import { refused } from "../interp/restricted.ts";
import { runText } from "../interp/source.ts";
import { runTrap } from "../interp/traps.ts";
import { OpenFlag } from "../system.ts";
import { Options } from "./options.ts";

/** `eval [arg …]` */
export function evalBuiltin(sh: Interpreter, args: string[]): number {
  const rest = args[0] === "--" ? args.slice(1) : args;
  if (rest[0] && rest === args && /^-./.test(rest[0]))
    return sh.usage("eval", rest[0].slice(0, 2), "eval [arg ...]");
  const text = rest.join(" ");
  if (text.trim() === "") return 0;
  const line = sh.state.line;
  const { currentCommand } = sh;
  sh.traceDepth++;
  try {
    return runText(sh, text, { line, name: "eval" });
  } finally {
    sh.currentCommand = currentCommand;
    sh.syntaxFailed = false;
    sh.traceDepth--;
  }
}

/** `source file [args]`, `. file [args]` */
export function sourceBuiltin(sh: Interpreter, args: string[], name: string): number {
  let rest = args;
  if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0] && /^-./.test(rest[0]))
    return sh.usage(name, rest[0].slice(0, 2), `${name} filename [arguments]`);
  const file = rest[0];
  if (file === undefined) {
    sh.builtinError(name, "filename argument required");
    return sh.usage(name, undefined, `${name} filename [arguments]`);
  }
  if (file.includes("/") && refused(sh, name, file)) return 1;
  const path = sourcePath(sh, file);
  const text = path === undefined ? -Errno.ENOENT : readScript(sh, path);
  if (typeof text === "number") {
    sh.error(
      text === NOT_A_FILE
        ? `${name}: ${file}: is a directory`
        : path === undefined && !file.includes("/") && sh.posix
          ? `${name}: ${file}: file not found`
          : `${file}: ${errorText(text)}`,
    );
    return sh.posix ? sh.exit(1) : 1;
  }
  if (isBinary(sh, path as string)) {
    sh.error(`${name}: ${path}: cannot execute binary file`);
    return 126;
  }
  return runSourced(sh, path as string, text, rest.length > 1 ? rest.slice(1) : undefined);
}

const NOT_A_FILE = -100_000;

function sourcePath(sh: Interpreter, file: string): string | undefined {
  if (file.includes("/")) return file;
  if (sh.state.shopt.sourcepath) {
    for (const path of searchPath(sh, file, sh.vars.text("PATH") ?? "")) return path;
  }
  return sh.posix ? undefined : file;
}

function readScript(sh: Interpreter, path: string): string | number {
  const stat = sh.system.stat(path, true);
  if (typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000) return NOT_A_FILE;
  const special = /^\/dev\/(?:fd\/(\d+)|(stdin))$/.exec(path);
  const fd = special
    ? sh.system.dup(special[1] ? Number(special[1]) : 0, 10)
    : sh.system.open(path, OpenFlag.READ, 0);
  if (fd < 0) return fd;
  const text = sh.fds.readAll(fd);
  sh.system.close(fd);
  return text;
}

function runSourced(sh: Interpreter, file: string, text: string, args: string[] | undefined): number {
  const { state } = sh;
  const { positional } = state;
  if (args) state.positional = args;
  const given = state.positional;
  sh.sourced = true;
  state.frames.push({
    kind: "source",
    name: "source",
    source: file,
    callLine: state.line,
    args: state.shopt.extdebug || !args ? (args ?? [file]) : undefined,
  });
  const line = state.line;
  const debug = state.set.functrace ? undefined : state.traps.read.get("DEBUG");
  if (debug !== undefined) state.traps.write.delete("DEBUG");
  sh.traceDepth++;
  try {
    let status = runText(sh, text, { line: 1, name: "" });
    if (sh.flow?.kind === "return") {
      status = sh.flow.status;
      sh.flow = undefined;
    }
    if (state.traps.read.has("RETURN") && sh.flow === undefined) {
      state.lastStatus = status;
      runTrap(sh, "RETURN");
    }
    return status;
  } finally {
    sh.syntaxFailed = false;
    sh.traceDepth--;
    if (debug !== undefined && !state.traps.read.has("DEBUG")) state.traps.write.set("DEBUG", debug);
    state.frames.pop();
    state.line = line;
    // `set --` inside a sourced file without arguments of its own is meant for the caller.
    if (args && state.positional === given) state.positional = positional;
    else if (args) state.positional = positional;
  }
}

/** `exec [-cl] [-a name] [command [args]]` */
export function execBuiltin(sh: Interpreter, args: string[]): number {
  let clean = false;
  let login = false;
  let argv0: string | undefined;
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "c") clean = true;
    else if (letter === "l") login = true;
    else if (letter === "a") argv0 = options.next();
    else
      return sh.usage(
        "exec",
        `-${letter}`,
        "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
      );
  }
  const rest = options.operands();
  if (rest.length === 0) {
    sh.keepRedirects = true;
    return 0;
  }
  if (refused(sh, "exec")) return 1;
  return replaceShell(sh, rest, argv0 ?? (login ? `-${rest[0]}` : undefined), clean);
}

/** There is no exec in the machine: the program runs as a child and its status ends the shell. */
function replaceShell(sh: Interpreter, argv: string[], argv0: string | undefined, clean: boolean): number {
  const name = argv[0] as string;
  const path = findProgram(sh, name, false) ?? (sh.vars.text("PATH") ? undefined : `${sh.state.cwd}/${name}`);
  const stays = sh.state.shopt.execfail && sh.state.subshellDepth === 0;
  sh.fds.materialize();
  if (path === undefined) {
    sh.builtinError("exec", `${name}: not found`);
    return stays ? 127 : sh.exit(127);
  }
  const stat = sh.system.stat(path, true);
  if (typeof stat === "number" || (stat.mode & 0o170000) === 0o040000 || sh.system.access(path, 1) < 0) {
    const missing = typeof stat === "number";
    const directory = !missing && (stat.mode & 0o170000) === 0o040000;
    sh.error(
      `${missing ? "" : directory ? "exec: " : ""}${path}: ${missing ? errorText(stat) : directory ? "cannot execute: Is a directory" : "Permission denied"}`,
    );
    if (!missing && !directory) sh.error(`exec: ${path}: cannot execute: Permission denied`);
    const status = missing ? 127 : 126;
    return stays ? status : sh.exit(status);
  }
  for (const trap of ["EXIT"]) sh.state.traps.write.delete(trap);
  let pid: number;
  if (clean || argv0 !== undefined)
    pid = sh.system.spawn({
      path,
      argv: [argv0 ?? name, ...argv.slice(1)],
      env: clean ? [] : sh.vars.environment(),
    });
  else {
    const started = startProgram(sh, [path === name ? name : name, ...argv.slice(1)], false);
    if (started.pid === undefined) return sh.exit(started.status);
    pid = started.pid;
  }
  if (pid < 0) return sh.exit(126);
  return sh.exit(waitStarted(sh, pid));
}
