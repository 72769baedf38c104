import { Errno } from "@shadowbox/vfs";
import { Capability } from "./capabilities.ts";
import { CLOSE_ON_EXEC, ProgramKind, Slot } from "./layout.ts";
import type { Process } from "./process.ts";
import type { Ended } from "./processes.ts";
import { candidates, findProgram, type Launch, type LaunchFile, launch, type Program } from "./spawn.ts";

/** A child to be started from a file. */
export interface Spawn {
  /** A name without `/` is looked up in the child's `PATH`. */
  path: Uint8Array;
  argv: readonly Uint8Array[];
  env: readonly Uint8Array[];
  /** Default: the parent's. */
  cwd?: Uint8Array;
  /** Default: all descriptors of the parent that are not close-on-exec, under their numbers. */
  files?: readonly LaunchFile[];
  /** 0: a new group; default: the parent's. */
  group?: number;
  /** Mask of signals that the child does not ignore, though the parent does; default none. */
  reset?: number;
  /** Mask of signals that the child ignores besides; default none. */
  ignore?: number;
  /** Run a text without `#!` by `sh`, as execvp does; default: ENOEXEC. */
  shellFallback?: boolean;
}

const SH = new TextEncoder().encode("/bin/sh");

/** System calls on other processes. Each answers ≥ 0 or a negated errno. */
export class Children {
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  /** Starts a program; its pid, or ENOENT, EACCES, ENOEXEC, ENOTDIR, E2BIG, EAGAIN, ENOMEM. */
  spawn(request: Spawn): number {
    if (!this.#process.may(Capability.SPAWN)) return -Errno.EPERM;
    const program = this.#find(request);
    if (typeof program === "number") return program;
    const pid = launch(this.#process.kernel, {
      ...this.#common(request.group, request.reset, request.ignore),
      program,
      env: request.env,
      files: request.files ?? this.#inherited(false),
      directory: (slot) => this.#directory(slot, request.cwd),
    });
    if (program.kind === ProgramKind.FILE) this.#process.kernel.files.release(program.module);
    return pid;
  }

  #find(request: Spawn): Program | number {
    let result: Program | number = -Errno.ENOENT;
    for (const path of candidates(request.path, request.env)) {
      const found = findProgram(this.#process, path, request.argv);
      if (found === -Errno.ENOEXEC && request.shellFallback)
        return findProgram(this.#process, SH, [SH, path, ...request.argv.slice(1)]);
      if (typeof found !== "number") return found;
      // A later directory may have it, but one that may not be run is worth telling.
      if (found !== -Errno.ENOENT && found !== -Errno.ENOTDIR) result = found;
      if (request.path.includes(0x2f)) return found;
    }
    return result;
  }

  #common(
    group: number | undefined,
    reset = 0,
    ignore = 0,
  ): Pick<Launch, "ppid" | "pgid" | "session" | "umask" | "ignored"> {
    const { i32 } = this.#process.kernel.memory;
    const { slot } = this.#process;
    return {
      ppid: this.#process.pid,
      pgid: group ?? i32[slot + Slot.PGID],
      session: i32[slot + Slot.SESSION],
      umask: i32[slot + Slot.UMASK],
      ignored: (i32[slot + Slot.IGNORED] & ~reset) | ignore,
    };
  }

  #inherited(all: boolean): LaunchFile[] {
    const { i32 } = this.#process.kernel.memory;
    const files: LaunchFile[] = [];
    for (const fd of this.#process.descriptors()) {
      const entry = i32[this.#process.slot + Slot.FDS + fd];
      const closeOnExec = (entry & CLOSE_ON_EXEC) !== 0;
      if (all || !closeOnExec) files.push({ fd, file: (entry & ~CLOSE_ON_EXEC) - 1, closeOnExec });
    }
    return files;
  }

  #directory(slot: number, cwd: Uint8Array | undefined): number {
    const { kernel } = this.#process;
    if (cwd === undefined) return kernel.inheritDirectory(this.#process.slot, slot);
    const place = this.#process.paths.directory(cwd);
    return typeof place === "number" ? place : kernel.setDirectory(slot, place);
  }

  /**
   * Starts another shell with copies of all descriptors, directory and umask; `state` goes to its worker by message. Its
   * pid or EAGAIN. `group` and `ignore` as for a program.
   */
  fork(state: unknown, group?: number, ignore?: number): number {
    const { argv, env } = this.#process.args();
    return launch(this.#process.kernel, {
      ...this.#common(group, 0, ignore),
      program: { kind: ProgramKind.SHELL, module: 0, argv },
      env,
      files: this.#inherited(true),
      directory: (slot) => this.#directory(slot, undefined),
      state: { value: state },
    });
  }

  /**
   * Waits for a child: `pid` > 0 that one, -1 any, 0 any of the own group, < -1 any of group -`pid`. `undefined`: none
   * has ended (`noHang`). ECHILD, EINTR.
   */
  wait(pid: number, noHang: boolean): Ended | undefined | number {
    const { memory, processes } = this.#process.kernel;
    const word = this.#process.slot + Slot.CHILD_SEQ;
    for (;;) {
      const seen = Atomics.load(memory.i32, word);
      const ended = processes.reap(this.#process.pid, pid, this.#process.pgid);
      if (ended !== undefined || noHang) return ended;
      const status = this.#process.sleep(word, 0, seen);
      if (status < 0) return status;
    }
  }

  /** Sends a signal: `pid` > 0 to a process, 0 to the own group, -1 to all others, < -1 to group -`pid`. ESRCH, EINVAL. */
  kill(pid: number, signal: number): number {
    return this.#process.kernel.processes.kill(pid, signal, this.#process.pgid, this.#process.pid);
  }
}
