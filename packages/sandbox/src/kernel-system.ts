import {
  type DirEntry,
  type FileStat,
  OpenFlag,
  type Pipe,
  type SpawnRequest,
  type System,
  type WaitResult,
} from "@shadowbox/shell";
import { type Clock, decodeText, Errno, emptyStat, encodeText, FileType } from "@shadowbox/vfs";
import { AT_CWD, OpenFlags, type Process, Signal, statMode, USER } from "@shadowbox/wasi";

/** The shell's flags of `open` and the kernel's. */
const OPEN_FLAGS: readonly (readonly [number, number])[] = [
  [OpenFlag.READ, OpenFlags.READ],
  [OpenFlag.WRITE, OpenFlags.WRITE],
  [OpenFlag.CREATE, OpenFlags.CREATE],
  [OpenFlag.EXCLUSIVE, OpenFlags.EXCLUSIVE],
  [OpenFlag.TRUNCATE, OpenFlags.TRUNCATE],
  [OpenFlag.APPEND, OpenFlags.APPEND],
  [OpenFlag.DIRECTORY, OpenFlags.DIRECTORY],
];

const KINDS: Partial<Record<FileType, DirEntry["kind"]>> = {
  [FileType.REGULAR]: "file",
  [FileType.DIRECTORY]: "directory",
  [FileType.SYMLINK]: "symlink",
  [FileType.FIFO]: "fifo",
  [FileType.CHARACTER_DEVICE]: "device",
  [FileType.BLOCK_DEVICE]: "device",
};

const PIPE_BIT = 1 << Signal.PIPE;
/** Signals that come from a keyboard. */
const KEYBOARD = (1 << Signal.INT) | (1 << Signal.QUIT);

/**
 * The shell's machine: a process of the kernel. Every call is bracketed as a system call, so that a kill takes effect
 * between calls and never inside one; a fatal signal unwinds the shell with the kernel's ProcessExit.
 */
export class KernelSystem implements System {
  readonly #process: Process;
  /** A shell notices a closed pipe by EPIPE; whether the script wants the signal too is kept here. */
  #wantsPipeSignal = false;
  #taken = 0;

  constructor(process: Process) {
    this.#process = process;
    process.setSignal(Signal.PIPE, "catch");
  }

  #call<T>(body: (process: Process) => T): T {
    const process = this.#process;
    process.enter();
    const result = body(process);
    process.leave();
    return result;
  }

  get pid(): number {
    return this.#process.pid;
  }
  get ppid(): number {
    return this.#process.ppid;
  }
  readonly user = { name: "user", uid: USER.uid, gid: USER.gid, home: "/home/user" };
  readonly hostname = "shadowbox";

  open(path: string, flags: number, mode: number): number {
    let wanted = 0;
    for (const [theirs, ours] of OPEN_FLAGS) if (flags & theirs) wanted |= ours;
    return this.#call((process) => process.paths.open(AT_CWD, encodeText(path), wanted, mode));
  }

  close(fd: number): number {
    return this.#call((process) => process.close(fd));
  }

  read(fd: number, into: Uint8Array): number {
    return this.#call((process) => process.io.read(fd, into));
  }

  readUntil(fd: number, into: Uint8Array, delimiter: number): number {
    return this.#call((process) => process.io.readUntil(fd, into, delimiter));
  }

  write(fd: number, bytes: Uint8Array): number {
    return this.#call((process) => {
      const count = process.io.write(fd, bytes);
      if (count === -Errno.EPIPE) this.#taken |= process.takeSignals();
      return count;
    });
  }

  seek(fd: number, offset: number, whence: 0 | 1 | 2): number {
    return this.#call((process) => process.io.seek(fd, offset, whence));
  }

  dup(fd: number, least: number): number {
    return this.#call((process) => process.dup(fd, least));
  }

  dup2(from: number, to: number): number {
    return this.#call((process) => process.dup2(from, to));
  }

  setCloseOnExec(fd: number, on: boolean): number {
    return this.#call((process) => process.setCloseOnExec(fd, on));
  }

  fdExists(fd: number): boolean {
    return this.#process.fileNumber(fd) >= 0;
  }

  isatty(fd: number): boolean {
    return this.#call((process) => process.io.isatty(fd));
  }

  pollRead(fd: number, timeoutMs: number): boolean {
    return this.#call(
      (process) => process.io.poll(() => process.io.readable(fd), timeoutMs) === 1 || process.io.readable(fd),
    );
  }

  pipe(): Pipe | number {
    return this.#call((process) => process.pipe());
  }

  capture(): Pipe | number {
    return this.#call((process) => process.pipe(true));
  }

  stat(path: string, followLinks: boolean): FileStat | number {
    return this.#call((process) => {
      const stat = emptyStat();
      const failed = process.paths.stat(AT_CWD, encodeText(path), stat, { follow: followLinks });
      return failed < 0 ? failed : { ...stat, mode: statMode(stat) };
    });
  }

  access(path: string, bits: number): number {
    return this.#call((process) => process.paths.access(AT_CWD, encodeText(path), bits));
  }

  readdir(path: string): DirEntry[] | number {
    return this.#call((process) => {
      const fd = process.paths.open(AT_CWD, encodeText(path), OpenFlags.READ | OpenFlags.DIRECTORY);
      if (fd < 0) return fd;
      const entries: DirEntry[] = [];
      const failed = process.io.readdir(fd, 0, (name, _ino, type) => {
        const text = decodeText(name);
        if (text !== "." && text !== "..") entries.push({ name: text, kind: KINDS[type] ?? "other" });
        return true;
      });
      process.close(fd);
      return failed < 0 ? failed : entries;
    });
  }

  readlink(path: string): string | number {
    return this.#call((process) => {
      const target = process.paths.readlink(AT_CWD, encodeText(path));
      return typeof target === "number" ? target : decodeText(target);
    });
  }

  getcwd(): string {
    return decodeText(this.#process.paths.getcwd());
  }

  chdir(path: string): number {
    return this.#call((process) => process.paths.chdir(encodeText(path)));
  }

  umask(mask?: number): number {
    return this.#process.umask(mask);
  }

  spawn(request: SpawnRequest): number {
    return this.#call((process) =>
      process.children.spawn({
        path: encodeText(request.path),
        argv: request.argv.map(encodeText),
        env: request.env.map(encodeText),
        group: request.group,
        ignore: request.deaf ? KEYBOARD : 0,
      }),
    );
  }

  fork(state: unknown, group?: number, deaf = false): number {
    return this.#call((process) => process.children.fork(state, group, deaf ? KEYBOARD : 0));
  }

  wait(pid: number, noHang: boolean): WaitResult | undefined | number {
    return this.#call((process) => process.children.wait(pid, noHang));
  }

  kill(pid: number, signal: number): number {
    return this.#call((process) => process.children.kill(pid, signal));
  }

  takeSignals(): number {
    const taken = this.#taken | this.#call((process) => process.takeSignals());
    this.#taken = 0;
    return this.#wantsPipeSignal ? taken : taken & ~PIPE_BIT;
  }

  setSignal(signal: number, disposition: "default" | "ignore" | "catch"): void {
    if (signal === Signal.PIPE) this.#wantsPipeSignal = disposition === "catch";
    const kept = signal === Signal.PIPE && disposition === "default" ? "catch" : disposition;
    this.#process.setSignal(signal, kept);
  }

  sleep(ms: number): number {
    return this.#call((process) => process.pause(ms));
  }

  get #clock(): Clock {
    return this.#process.kernel.memory.heap.clock;
  }

  realtime(): bigint {
    return BigInt(this.#clock.read()) * 1000n;
  }

  monotonic(): number {
    return this.#clock.read() / 1000;
  }

  random(into: Uint8Array): void {
    this.#process.kernel.devices.fillRandom(into);
  }

  times(): { user: number; system: number; childUser: number; childSystem: number } {
    return this.#process.times();
  }

  terminalSize(): { columns: number; rows: number } | undefined {
    return this.#process.terminalSize();
  }

  commandNames(): readonly string[] {
    return this.#process.kernel.commands.list().map((command) => command.name);
  }
}
