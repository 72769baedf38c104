import { Errno } from "@shadowbox/vfs";
import { printable } from "../expand/quote.ts";
import { OpenFlag, type SpawnRequest } from "../system.ts";
import { callFunction } from "./functions.ts";
import type { Interpreter } from "./interpreter.ts";
import { errorText, SIGNAL_TEXTS } from "./messages.ts";
import { inSubshell } from "./subshell.ts";
import { childEnded } from "./traps.ts";

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
  return waitStarted(sh, started.pid);
}

/** Waits for a child that was just started. */
export function waitStarted(sh: Interpreter, pid: number): number {
  const { lastStatus } = sh.state;
  const wasInterrupted = takeEarlySignals(sh, [pid]);
  return sh.flow === undefined ? waitForeground(sh, pid, wasInterrupted) : lastStatus;
}

/** Either the pid of a started program, or the status of having failed to start it. */
export type Started = { pid: number; status?: undefined } | { pid?: undefined; status: number };

/** Starts a program with the descriptors and exported variables as they are. */
export function startProgram(
  sh: Interpreter,
  argv: readonly string[],
  mayHandle: boolean,
  how: Pick<SpawnRequest, "group" | "deaf"> = {},
): Started {
  const name = argv[0] as string;
  if (sh.state.restricted && name.includes("/")) {
    sh.error(`${name}: restricted: cannot specify \`/' in command names`);
    return { status: 127 };
  }
  let path = findProgram(sh, name) ?? hereWithoutPath(sh, name);
  if (path === undefined) return { status: notFound(sh, argv, mayHandle) };
  const env = [...sh.vars.environment(), ...exportedFunctions(sh), `_=${path}`];
  let pid = sh.system.spawn({ path, argv, env, ...how });
  if (pid === -Errno.ENOENT && sh.state.shopt.checkhash && sh.state.hash.write.delete(name)) {
    path = findProgram(sh, name);
    if (path === undefined) return { status: notFound(sh, argv, mayHandle) };
    pid = sh.system.spawn({ path, argv, env, ...how });
  }
  if (pid === -Errno.ENOEXEC && isBinary(sh, path)) {
    sh.error(`${path}: cannot execute binary file: Exec format error`);
    return { status: 126 };
  }
  if (pid === -Errno.ENOEXEC) pid = startScript(sh, path, argv, env, how);
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
  how: Pick<SpawnRequest, "group" | "deaf">,
): number {
  const shell = sh.vars.text("BASH") ?? "/bin/bash";
  return sh.system.spawn({ path: shell, argv: ["bash", path, ...argv.slice(1)], env, ...how });
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

const SIGINT = 2;
const INTERRUPT = 1 << SIGINT;

/**
 * Waits for a foreground child; signals that came in meanwhile act when it has ended, or end the shell. SIGINT is the child's: where that
 * takes it and does not end by it, the shell goes on. `wasInterrupted`: it came already ({@link takeEarlySignals}).
 */
export function waitForeground(sh: Interpreter, pid: number, wasInterrupted = false): number {
  let isHeld = wasInterrupted;
  for (;;) {
    const result = sh.system.wait(pid, false);
    if (typeof result === "object") {
      childEnded(sh);
      const status = statusOf(sh, result.pid, result.status);
      sh.jobs.afterForeground();
      // A signal may have come so late that the end of the child was told first.
      if (takeWhileWaiting(sh, sh.system.takeSignals())) isHeld = true;
      const isTaken = (result.met & INTERRUPT) !== 0 && result.status !== BY_SIGNAL + SIGINT;
      if (isHeld && !isTaken) sh.takeMask(INTERRUPT);
      return status;
    }
    if (result !== -Errno.EINTR) return sh.jobs.takeStatus(pid) ?? 127;
    const { lastStatus } = sh.state;
    if (takeWhileWaiting(sh, sh.system.takeSignals())) isHeld = true;
    if (sh.flow !== undefined) return lastStatus;
  }
}

/** Takes signals that came while children were being started, which a SIGINT may have missed. Whether there was one, which acts by what becomes of them. */
export function takeEarlySignals(sh: Interpreter, pids: readonly number[]): boolean {
  const signals = sh.system.takeSignals();
  if (signals === 0) return false;
  if (signals & INTERRUPT) for (const pid of pids) sh.system.kill(pid, SIGINT);
  return takeWhileWaiting(sh, signals);
}

/** A fatal signal ends the shell now, traps wait; whether there was a SIGINT without one. */
function takeWhileWaiting(sh: Interpreter, signals: number): boolean {
  const isHeld = (signals & INTERRUPT) !== 0 && !sh.isTrapped("INT");
  sh.takeMask(isHeld ? signals & ~INTERRUPT : signals);
  return isHeld;
}

/** What a status of wait(2) begins with for a child that a signal ended. */
const BY_SIGNAL = 256;

/** The exit status of a child that ended, as `$?` shows it; death by a signal is told. */
export function statusOf(sh: Interpreter, pid: number, status: number): number {
  if (status < BY_SIGNAL) return status;
  const signal = status - BY_SIGNAL;
  const text = SIGNAL_TEXTS[signal];
  // Of SIGTERM bash says no more than its name.
  if (signal === 15) sh.errorText(`${text}\n`);
  else if (text && signal !== 2 && signal !== 13)
    sh.errorText(`${sh.prefix}${String(pid).padStart(5)} ${text.padEnd(23)} ${sh.commandText}\n`);
  return 128 + signal;
}
