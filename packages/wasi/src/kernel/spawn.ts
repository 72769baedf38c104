import { Errno, encodeText, type Place } from "@shadowbox/vfs";
import { UNLISTED } from "./capabilities.ts";
import type { Command } from "./commands.ts";
import type { Kernel } from "./kernel.ts";
import { CLOSE_ON_EXEC, Header, PREOPEN, ProgramKind, Slot } from "./layout.ts";
import type { Process } from "./process.ts";
import { descend } from "./recorder.ts";
import { Signal } from "./signals.ts";
import { AT_CWD } from "./walker.ts";

/** A program found, and the command line it is to see. */
export interface Program {
  kind: ProgramKind;
  /** Number of the module; of a module file: its open file, with a reference that the caller has to release. */
  module: number;
  argv: readonly Uint8Array[];
  /** The command it is; a shell or a module file is none and has all capabilities but the network. */
  command?: Command;
}

/** A process to be started. */
export interface Launch {
  program: Program;
  env: readonly Uint8Array[];
  /** Descriptors of the child and the open files behind them, which get one more reference each. */
  files: readonly LaunchFile[];
  ppid: number;
  /** 0: a new one. */
  pgid: number;
  /** 0: a new one. */
  session: number;
  umask: number;
  ignored: number;
  /** Sets the working directory of the new process. */
  directory(slot: number): number;
  /** Handed over by {@link Kernel.forker}. */
  state?: { value: unknown };
}

export interface LaunchFile {
  fd: number;
  file: number;
  closeOnExec?: boolean;
}

/** Starts a process; its pid or a negated errno (EAGAIN: too many, E2BIG, ENOMEM). */
export function launch(kernel: Kernel, request: Launch): number {
  const { i32, base } = kernel.memory;
  const { program } = request;
  const slot = kernel.processes.create({
    ppid: request.ppid,
    pgid: request.pgid,
    session: request.session,
    umask: request.umask,
    ignored: request.ignored,
    kind: program.kind,
    module: program.kind === ProgramKind.MODULE ? program.module : 0,
    memoryPages: i32[base + Header.MEMORY_LIMIT],
  });
  if (slot < 0) return slot;
  if (program.command !== undefined) bound(kernel, slot, program.command);
  let status = kernel.setArguments(slot, program.argv, request.env);
  if (status >= 0) status = request.directory(slot);
  if (status < 0) {
    kernel.dropPrepared(slot);
    return status;
  }
  placeFiles(kernel, slot, request);
  const parent = request.ppid === 0 ? 0 : kernel.processes.find(request.ppid);
  descend(kernel, parent, slot);
  const pid = i32[slot + Slot.PID];
  if (request.state === undefined) kernel.launch(slot);
  else kernel.launchByMessage(slot, request.state.value);
  killWithParent(kernel, slot, pid, parent);
  return pid;
}

/** Gives a process what the manifest of its command lets it have. */
function bound(kernel: Kernel, slot: number, command: Command): void {
  const { i32 } = kernel.memory;
  i32[slot + Slot.COMMAND] = kernel.commands.indexOf(command.name) + 1;
  i32[slot + Slot.CAPABILITIES] = command.capabilities ?? UNLISTED;
  const pages = i32[slot + Slot.MEMORY_LIMIT];
  i32[slot + Slot.MEMORY_LIMIT] = Math.min(pages, command.memoryPages ?? pages);
  i32[slot + Slot.TIME_LIMIT] = command.timeMs ?? 0;
}

/** A parent that is killed while it starts a child takes it along: who killed a session must not miss the newest member. */
function killWithParent(kernel: Kernel, slot: number, pid: number, parent: number): void {
  if (parent === 0 || !kernel.processes.isDoomed(parent)) return;
  if (kernel.memory.i32[slot + Slot.PID] === pid) kernel.processes.send(slot, Signal.KILL);
}

function placeFiles(kernel: Kernel, slot: number, request: Launch): void {
  const guest = request.program.kind !== ProgramKind.SHELL;
  const preopens = guest ? kernel.preopens.list : [];
  const taken = new Set(request.files.map(({ fd }) => fd));
  for (const { fd, file, closeOnExec } of request.files) {
    const to = fd === PREOPEN && preopens.length > 0 ? lowestFree(taken, 10) : fd;
    if (to !== fd) kernel.memory.i32[slot + Slot.MOVED] = to;
    put(kernel, slot, to, file, closeOnExec ?? false);
    taken.add(to);
  }
  if (!guest) return;
  for (const [index, file] of preopens.entries()) {
    put(kernel, slot, PREOPEN + index, file, true);
    taken.add(PREOPEN + index);
  }
  if (request.program.kind !== ProgramKind.FILE) return;
  const fd = lowestFree(taken, 10);
  put(kernel, slot, fd, request.program.module, true);
  kernel.memory.i32[slot + Slot.PROGRAM_FD] = fd;
}

function lowestFree(taken: ReadonlySet<number>, least: number): number {
  let fd = least;
  while (taken.has(fd)) fd++;
  return fd;
}

function put(kernel: Kernel, slot: number, fd: number, file: number, closeOnExec: boolean): void {
  const { i32 } = kernel.memory;
  kernel.files.retain(file);
  i32[slot + Slot.FDS + fd] = (file + 1) | (closeOnExec ? CLOSE_ON_EXEC : 0);
  i32[slot + Slot.FD_LIMIT] = Math.max(i32[slot + Slot.FD_LIMIT], fd + 1);
}

/** Interpreters of interpreters that are followed, as Linux does. */
const SHEBANG_DEPTH = 4;
const SHEBANG_BYTES = 256;

/**
 * What running `path` means: a command of `/bin`, a module file, or the interpreter that its first line names. ENOENT,
 * EACCES, ENOTDIR, ELOOP, ENOEXEC (a text without `#!`).
 */
export function findProgram(
  process: Process,
  path: Uint8Array,
  argv: readonly Uint8Array[],
  depth = 0,
): Program | number {
  if (depth > SHEBANG_DEPTH) return -Errno.ELOOP;
  const found = process.paths.executable(path);
  if (typeof found === "number") return found;
  const command = commandAt(process.kernel, found);
  if (command !== undefined) {
    const { kind, module, argv0 } = command;
    return {
      kind,
      module,
      command,
      argv: argv0 === undefined ? argv : [encodeText(argv0), ...argv.slice(1)],
    };
  }
  const fd = process.paths.open(AT_CWD, path, 1);
  if (fd < 0) return fd;
  const head = new Uint8Array(SHEBANG_BYTES);
  const length = process.io.pread(fd, head, 0);
  if (length >= 4 && head[0] === 0 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d) {
    const file = process.fileNumber(fd);
    process.kernel.files.retain(file);
    process.close(fd);
    return { kind: ProgramKind.FILE, module: file, argv };
  }
  process.close(fd);
  const line = shebang(head.subarray(0, Math.max(0, length)));
  if (line === undefined) return -Errno.ENOEXEC;
  const given = line.argument === undefined ? [] : [line.argument];
  return findProgram(
    process,
    line.interpreter,
    [line.interpreter, ...given, path, ...argv.slice(1)],
    depth + 1,
  );
}

/** The command that a place on `/bin` stands for. */
export function commandAt(kernel: Kernel, place: Place): Command | undefined {
  for (const fs of kernel.commandFileSystems) if (fs === place.fs) return fs.commandOf(place.node);
  return undefined;
}

/** Interpreter and its one argument of a `#!` line. */
function shebang(
  head: Uint8Array,
): { interpreter: Uint8Array; argument: Uint8Array | undefined } | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  const end = head.indexOf(0x0a);
  const line = trim(head.subarray(2, end < 0 ? head.length : end));
  if (line.length === 0) return undefined;
  const space = line.findIndex(isBlank);
  if (space < 0) return { interpreter: line.slice(), argument: undefined };
  return { interpreter: line.slice(0, space), argument: trim(line.subarray(space)).slice() };
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function trim(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start])) start++;
  while (end > start && isBlank(bytes[end - 1])) end--;
  return bytes.subarray(start, end);
}

const DEFAULT_PATH = encodeText("/usr/bin:/bin");
const PATH_PREFIX = encodeText("PATH=");
const COLON = 0x3a;
const SLASH = 0x2f;

/** Paths to try for a program name: itself if it contains `/`, else in every directory of `PATH` in `env`. */
export function candidates(name: Uint8Array, env: readonly Uint8Array[]): Uint8Array[] {
  if (name.includes(SLASH)) return [name];
  const setting = env.find((entry) => PATH_PREFIX.every((byte, index) => entry[index] === byte));
  const path = setting?.subarray(PATH_PREFIX.length) ?? DEFAULT_PATH;
  const out: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== COLON) continue;
    const directory = at === start ? Uint8Array.of(0x2e) : path.subarray(start, at);
    const full = new Uint8Array(directory.length + 1 + name.length);
    full.set(directory);
    full[directory.length] = SLASH;
    full.set(name, directory.length + 1);
    out.push(full);
    start = at + 1;
  }
  return out;
}
