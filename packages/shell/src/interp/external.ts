import { Errno } from "@shadowbox/vfs";
import { printable } from "../expand/quote.ts";
import { OpenFlag } from "../system.ts";
import { callFunction } from "./functions.ts";
import type { Interpreter } from "./interpreter.ts";
import { errorText, SIGNAL_TEXTS } from "./messages.ts";
import { inSubshell } from "./subshell.ts";
import { checkSignals, childEnded } from "./traps.ts";

/** The path of a command: through PATH and the hash table; `undefined` if there is none. */
export function findProgram(sh: Interpreter, name: string, remember = true): string | undefined {
  if (name.includes("/")) return name;
  const path = sh.vars.text("PATH");
  if (sh.hashedPath !== path) {
    sh.hashedPath = path;
    sh.state.hash.write.clear();
  }
  const known = sh.state.hash.read.get(name);
  if (known) {
    if (remember) sh.state.hash.write.set(name, { path: known.path, hits: known.hits + 1 });
    return known.path;
  }
  if (!path) return undefined;
  const found = searchPath(sh, name, path)[0];
  if (found !== undefined && remember && sh.state.set.hashall && executable(sh, found))
    sh.state.hash.write.set(name, { path: found, hits: 1 });
  return found;
}

/** Without a PATH a name is that of a file right here. */
function hereWithoutPath(sh: Interpreter, name: string): string | undefined {
  return sh.vars.text("PATH") || name === "" || sh.state.functions.read.has("command_not_found_handle")
    ? undefined
    : name;
}

/** All files of that name in a search path: those that can run, else the first that is there at all. */
export function searchPath(sh: Interpreter, name: string, path: string): string[] {
  if (name === "") return [];
  const found: string[] = [];
  let fallback: string | undefined;
  for (const directory of path.split(":")) {
    const file =
      directory === "" ? `./${name}` : directory.endsWith("/") ? directory + name : `${directory}/${name}`;
    const stat = sh.system.stat(file, true);
    if (typeof stat === "number") continue;
    const type = stat.mode & 0o170000;
    if (type === 0o040000) continue;
    if (sh.system.access(file, 1) >= 0) found.push(file);
    else fallback ??= file;
  }
  return found.length || fallback === undefined ? found : [fallback];
}

function executable(sh: Interpreter, path: string): boolean {
  return sh.system.access(path, 1) >= 0;
}

/** Runs a program and waits for it; `mayHandle`: `command_not_found_handle` is asked. */
export function runProgram(sh: Interpreter, argv: readonly string[], mayHandle: boolean): number {
  const started = startProgram(sh, argv, mayHandle);
  if (started.pid === undefined) return started.status;
  return waitForeground(sh, started.pid);
}

/** Either the pid of a started program, or the status of having failed to start it. */
export type Started = { pid: number; status?: undefined } | { pid?: undefined; status: number };

/** Starts a program with the descriptors and exported variables as they are. */
export function startProgram(
  sh: Interpreter,
  argv: readonly string[],
  mayHandle: boolean,
  group?: number,
): Started {
  const name = argv[0] as string;
  if (sh.state.restricted && name.includes("/")) {
    sh.error(`${name}: restricted: cannot specify \`/' in command names`);
    return { status: 127 };
  }
  let path = findProgram(sh, name) ?? hereWithoutPath(sh, name);
  if (path === undefined) return { status: notFound(sh, argv, mayHandle) };
  const env = [...sh.vars.environment(), ...exportedFunctions(sh), `_=${path}`];
  let pid = sh.system.spawn({ path, argv, env, group });
  if (pid === -Errno.ENOENT && sh.state.shopt.checkhash && sh.state.hash.write.delete(name)) {
    path = findProgram(sh, name);
    if (path === undefined) return { status: notFound(sh, argv, mayHandle) };
    pid = sh.system.spawn({ path, argv, env, group });
  }
  if (pid === -Errno.ENOEXEC && isBinary(sh, path)) {
    sh.error(`${path}: cannot execute binary file: Exec format error`);
    return { status: 126 };
  }
  if (pid === -Errno.ENOEXEC) pid = startScript(sh, path, argv, env, group);
  return pid >= 0 ? { pid } : { status: cannotRun(sh, path, pid) };
}

/** Bytes that bash looks at to tell a text from a binary file. */
const HEAD = 80;

/** Whether the first line of a file, as far as it is looked at, has a NUL. */
export function isBinary(sh: Interpreter, path: string): boolean {
  const fd = sh.system.open(path, OpenFlag.READ, 0);
  if (fd < 0) return false;
  const head = new Uint8Array(HEAD);
  const count = sh.system.read(fd, head);
  sh.system.close(fd);
  const nul = head.subarray(0, Math.max(0, count)).indexOf(0);
  const end = head.indexOf(10);
  return nul >= 0 && (end < 0 || nul < end);
}

/** A text without `#!` is a script for this shell. */
function startScript(
  sh: Interpreter,
  path: string,
  argv: readonly string[],
  env: readonly string[],
  group?: number,
): number {
  const shell = sh.vars.text("BASH") ?? "/bin/bash";
  return sh.system.spawn({ path: shell, argv: ["bash", path, ...argv.slice(1)], env, group });
}

function exportedFunctions(sh: Interpreter): string[] {
  const list: string[] = [];
  for (const fn of sh.state.functions.read.values())
    if (fn.exported) list.push(`BASH_FUNC_${fn.name}%%=${sh.printFunctionBody(fn)}`);
  return list;
}

function notFound(sh: Interpreter, argv: readonly string[], mayHandle: boolean): number {
  const handler = mayHandle ? sh.state.functions.read.get("command_not_found_handle") : undefined;
  if (handler) return inSubshell(sh, () => callFunction(sh, handler, [...argv]));
  sh.error(`${printable(argv[0] as string)}: command not found`);
  return 127;
}

function cannotRun(sh: Interpreter, path: string, errno: number): number {
  const stat = sh.system.stat(path, true);
  if (typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000) {
    sh.error(`${path}: Is a directory`);
    return 126;
  }
  if (errno === -Errno.ENOENT && typeof stat !== "number") {
    sh.error(`${path}: cannot execute: required file not found`);
    return 127;
  }
  if (errno === -Errno.ENOENT || errno === -Errno.ENOTDIR) {
    sh.error(`${path}: ${errorText(errno)}`);
    return errno === -Errno.ENOENT ? 127 : 126;
  }
  sh.error(`${path}: ${errorText(errno)}`);
  return 126;
}

/** Waits for a foreground child; signals that came in meanwhile act when it has ended, or end the shell. */
export function waitForeground(sh: Interpreter, pid: number): number {
  for (;;) {
    const result = sh.system.wait(pid, false);
    if (typeof result === "object") {
      childEnded(sh);
      const status = statusOf(sh, result.pid, result.status);
      sh.jobs.afterForeground();
      return status;
    }
    if (result !== -Errno.EINTR) return sh.jobs.takeStatus(pid) ?? 127;
    const { lastStatus } = sh.state;
    takeFatal(sh);
    if (sh.flow !== undefined) return lastStatus;
  }
}

/** Signals during a wait: a fatal one ends the shell now, trapped ones stay pending. */
function takeFatal(sh: Interpreter): void {
  const held = sh.holdTraps;
  sh.holdTraps = true;
  try {
    checkSignals(sh);
  } finally {
    sh.holdTraps = held;
  }
}

/** The exit status of a child that ended, as `$?` shows it; death by a signal is told. */
export function statusOf(sh: Interpreter, pid: number, status: number): number {
  if (status < 256) return status;
  const signal = status - 256;
  const text = SIGNAL_TEXTS[signal];
  // Of SIGTERM bash says no more than its name.
  if (signal === 15) sh.errorText(`${text}\n`);
  else if (text && signal !== 2 && signal !== 13)
    sh.errorText(`${sh.prefix}${String(pid).padStart(5)} ${text.padEnd(23)} ${sh.commandText}\n`);
  return 128 + signal;
}
