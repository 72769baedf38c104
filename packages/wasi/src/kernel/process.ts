import { decodeText, Errno, encodeText, FileType } from "@shadowbox/vfs";
import { Alarm } from "./alarm.ts";
import { refusal } from "./capabilities.ts";
import { Children } from "./children.ts";
import { FileIo } from "./io.ts";
import type { Kernel } from "./kernel.ts";
import {
  Capacity,
  CLOSE_ON_EXEC,
  FileKind,
  Header,
  Limit,
  OpenFile,
  OpenFlags,
  PREOPEN,
  Run,
  Slot,
} from "./layout.ts";
import { Paths } from "./paths.ts";
import { RpcDevice } from "./rpc.ts";
import { bit, fatalSignals, SIGNAL_MAX, Signal, STATUS_SIGNALLED, setBits } from "./signals.ts";

/**
 * Unwinds a guest's stack when its process ends: by exit, by a signal, or because somebody else already ended it. No `Error`: every
 * process ends by one, and to write the stack down takes a twentieth of a short process's time.
 */
export class ProcessExit {
  /** 0–255, or 256 + signal; -1 when the process was already ended from outside. */
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** One process as the thread that runs it sees it: identity, descriptors, signals, sleep. The rest of the system calls works through this. */
export class Process {
  readonly kernel: Kernel;
  /** Word index of its record. */
  readonly slot: number;
  readonly pid: number;

  /** System calls on descriptors, on paths, on children; the host services file. */
  readonly io: FileIo;
  readonly paths: Paths;
  readonly children: Children;
  readonly rpc: RpcDevice;
  readonly alarm = new Alarm();
  /** Milliseconds that it slept, and when this thread took it up. */
  #asleep = 0;
  readonly #since = performance.now();

  constructor(kernel: Kernel, slot: number) {
    this.kernel = kernel;
    this.slot = slot;
    this.pid = kernel.memory.i32[slot + Slot.PID];
    this.io = new FileIo(this);
    this.paths = new Paths(this);
    this.children = new Children(this);
    this.rpc = new RpcDevice(this);
  }

  /** Milliseconds of work so far: time that passed less time asleep. */
  cpuTime(): number {
    return performance.now() - this.#since - this.#asleep;
  }

  get ppid(): number {
    return Atomics.load(this.kernel.memory.i32, this.slot + Slot.PPID);
  }
  get pgid(): number {
    return this.kernel.memory.i32[this.slot + Slot.PGID];
  }

  /** Marks that the kernel is at work; throws ProcessExit if the process was killed. Pairs with {@link Process.leave}. */
  enter(): void {
    const { i32 } = this.kernel.memory;
    // A thread that goes on after it was stopped must not act for the next process in this slot.
    if (i32[this.slot + Slot.PID] !== this.pid) throw new ProcessExit(-1);
    if (Atomics.compareExchange(i32, this.slot + Slot.RUN, Run.GUEST, Run.SYS) !== Run.GUEST)
      throw new ProcessExit(-1);
  }

  /** As {@link Process.enter}; false instead of an exception. Does nothing inside the kernel. */
  tryEnter(): boolean {
    const { i32 } = this.kernel.memory;
    if (i32[this.slot + Slot.PID] !== this.pid) return false;
    return Atomics.compareExchange(i32, this.slot + Slot.RUN, Run.GUEST, Run.SYS) !== Run.KILLED;
  }

  /** Back to the guest; throws ProcessExit if a signal ends the process. */
  leave(): void {
    const { i32 } = this.kernel.memory;
    Atomics.store(i32, this.slot + Slot.RUN, Run.GUEST);
    if (Atomics.load(i32, this.slot + Slot.PENDING) !== 0) this.#deliver();
  }

  #deliver(): void {
    const signal = this.fatalSignal();
    if (signal === 0) return;
    this.enter();
    throw new ProcessExit(STATUS_SIGNALLED + signal);
  }

  /** The pending signal that ends this process, 0 if none does. */
  fatalSignal(): number {
    const { i32 } = this.kernel.memory;
    const pending = Atomics.load(i32, this.slot + Slot.PENDING);
    if (pending === 0) return 0;
    if (fatalSignals(pending, i32[this.slot + Slot.IGNORED], i32[this.slot + Slot.CAUGHT]) === 0) return 0;
    return this.kernel.processes.fatalStatus(this.slot) - STATUS_SIGNALLED;
  }

  /**
   * Sleeps until the event count `sequence` leaves `seen`; `waiters` (0: none) is the word that counts sleepers. 0, -EINTR
   * when a signal is pending, -ETIMEDOUT.
   */
  sleep(sequence: number, waiters: number, seen: number, timeoutMs = Number.POSITIVE_INFINITY): number {
    const { i32 } = this.kernel.memory;
    if (waiters !== 0) Atomics.add(i32, waiters, 1);
    Atomics.store(i32, this.slot + Slot.WAITS_ON, sequence);
    let outcome = "not-equal";
    if (Atomics.load(i32, this.slot + Slot.PENDING) === 0) {
      const from = performance.now();
      outcome = Atomics.wait(i32, sequence, seen, Math.min(timeoutMs, this.alarm.left()));
      this.#asleep += performance.now() - from;
    }
    Atomics.store(i32, this.slot + Slot.WAITS_ON, 0);
    if (waiters !== 0) Atomics.sub(i32, waiters, 1);
    const rang = this.ring();
    if (Atomics.load(i32, this.slot + Slot.PENDING) !== 0) return -Errno.EINTR;
    return outcome === "timed-out" && !rang ? -Errno.ETIMEDOUT : 0;
  }

  /** Sends itself SIGALRM if that is due. */
  ring(): boolean {
    const due = this.alarm.takeDue();
    if (due) this.raise(Signal.ALRM);
    return due;
  }

  /** Sleeps for a time; 0, or -EINTR when a signal came first. */
  pause(ms: number): number {
    const { i32 } = this.kernel.memory;
    const word = this.slot + Slot.CHILD_SEQ;
    const end = performance.now() + ms;
    for (let left = ms; left > 0; left = end - performance.now()) {
      const result = this.sleep(word, 0, Atomics.load(i32, word), left);
      if (result === -Errno.EINTR) return result;
    }
    return 0;
  }

  /** Caught signals that came in since the last call, as a mask (1 << signal). */
  takeSignals(): number {
    const { i32 } = this.kernel.memory;
    const word = this.slot + Slot.PENDING;
    const pending = Atomics.load(i32, word);
    if (pending === 0) return 0;
    const caught = pending & i32[this.slot + Slot.CAUGHT];
    if (caught !== 0) Atomics.and(i32, word, ~caught);
    return caught;
  }

  /** What a signal does to this process (KILL and STOP cannot be changed). EINVAL. */
  setSignal(signal: number, disposition: "default" | "ignore" | "catch"): number {
    if (signal < 1 || signal > SIGNAL_MAX) return -Errno.EINVAL;
    if (signal === Signal.KILL || signal === Signal.STOP) return -Errno.EINVAL;
    const { i32 } = this.kernel.memory;
    const mask = bit(signal);
    setBits(i32, this.slot + Slot.IGNORED, mask, disposition === "ignore");
    setBits(i32, this.slot + Slot.CAUGHT, mask, disposition === "catch");
    if (disposition === "ignore") Atomics.and(i32, this.slot + Slot.PENDING, ~mask);
    return 0;
  }

  /** Makes `signal` pending for this process itself; it takes effect when the system call ends. */
  raise(signal: number): number {
    if (signal < 0 || signal > SIGNAL_MAX) return -Errno.EINVAL;
    if (signal !== 0) this.kernel.processes.send(this.slot, signal);
    return 0;
  }

  /** The open file behind a descriptor, as the word index of its record, or -EBADF. */
  file(fd: number): number {
    if (fd >>> 0 >= Capacity.FDS) return -Errno.EBADF;
    const entry = this.kernel.memory.i32[this.slot + Slot.FDS + fd];
    return entry === 0 ? -Errno.EBADF : this.kernel.files.at((entry & ~CLOSE_ON_EXEC) - 1);
  }

  /** The descriptor that holds what the parent calls `fd`, or -EBADF. */
  inheritedFd(fd: number): number {
    const moved = this.kernel.memory.i32[this.slot + Slot.MOVED];
    const mine = fd === PREOPEN && moved !== 0 ? moved : fd;
    const file = this.fileNumber(mine);
    return file < 0 ? file : mine;
  }

  /** The number of the open file behind a descriptor, or -EBADF. */
  fileNumber(fd: number): number {
    if (fd >>> 0 >= Capacity.FDS) return -Errno.EBADF;
    const entry = this.kernel.memory.i32[this.slot + Slot.FDS + fd];
    return entry === 0 ? -Errno.EBADF : (entry & ~CLOSE_ON_EXEC) - 1;
  }

  /** Gives open file `file` (whose reference passes to the table) the lowest free descriptor ≥ `least`; EMFILE closes it. */
  install(file: number, least = 0, closeOnExec = false): number {
    const { i32 } = this.kernel.memory;
    for (let fd = least; fd < Capacity.FDS; fd++) {
      if (i32[this.slot + Slot.FDS + fd] !== 0) continue;
      this.#set(fd, file, closeOnExec);
      return fd;
    }
    this.kernel.files.release(file);
    this.kernel.memory.noteLimit(Limit.FILES);
    return -Errno.EMFILE;
  }

  #set(fd: number, file: number, closeOnExec: boolean): void {
    const { i32 } = this.kernel.memory;
    i32[this.slot + Slot.FDS + fd] = (file + 1) | (closeOnExec ? CLOSE_ON_EXEC : 0);
    if (fd >= i32[this.slot + Slot.FD_LIMIT]) i32[this.slot + Slot.FD_LIMIT] = fd + 1;
  }

  close(fd: number): number {
    const file = this.fileNumber(fd);
    if (file < 0) return file;
    this.kernel.memory.i32[this.slot + Slot.FDS + fd] = 0;
    this.kernel.files.release(file);
    return 0;
  }

  /** The lowest free descriptor ≥ `least`, sharing the open file. EBADF, EMFILE. */
  dup(fd: number, least = 0): number {
    const file = this.fileNumber(fd);
    if (file < 0) return file;
    if (least < 0 || least >= Capacity.FDS) return -Errno.EINVAL;
    this.kernel.files.retain(file);
    return this.install(file, least);
  }

  /** Makes `to` share the open file of `from`, closing what it was. EBADF. */
  dup2(from: number, to: number): number {
    const file = this.fileNumber(from);
    if (file < 0) return file;
    if (to >>> 0 >= Capacity.FDS) return -Errno.EBADF;
    if (from === to) return to;
    this.kernel.files.retain(file);
    this.close(to);
    this.#set(to, file, false);
    return to;
  }

  /** Moves `from` to `to`, which must be open (`fd_renumber`). EBADF. */
  renumber(from: number, to: number): number {
    if (this.fileNumber(to) < 0) return -Errno.EBADF;
    const result = this.dup2(from, to);
    if (result < 0) return result;
    return from === to ? 0 : this.close(from);
  }

  /** A pipe: descriptors of its ends, or EMFILE, ENFILE, ENOMEM. `capture`: one that holds all that is written. */
  pipe(capture = false): { readEnd: number; writeEnd: number } | number {
    const flags = { read: OpenFlags.READ, write: OpenFlags.WRITE };
    const pipe = this.kernel.files.createPipe(capture, flags, FileType.FIFO);
    if (typeof pipe === "number") return pipe;
    const readEnd = this.install(pipe.read);
    if (readEnd < 0) {
      this.kernel.files.release(pipe.write);
      return readEnd;
    }
    const writeEnd = this.install(pipe.write);
    if (writeEnd < 0) this.close(readEnd);
    return writeEnd < 0 ? writeEnd : { readEnd, writeEnd };
  }

  setCloseOnExec(fd: number, on: boolean): number {
    if (this.fileNumber(fd) < 0) return -Errno.EBADF;
    const { i32 } = this.kernel.memory;
    const word = this.slot + Slot.FDS + fd;
    i32[word] = on ? i32[word] | CLOSE_ON_EXEC : i32[word] & ~CLOSE_ON_EXEC;
    return 0;
  }

  closeOnExec(fd: number): boolean {
    return (this.kernel.memory.i32[this.slot + Slot.FDS + fd] & CLOSE_ON_EXEC) !== 0;
  }

  /** Open descriptors, ascending. */
  descriptors(): number[] {
    const { i32 } = this.kernel.memory;
    const limit = i32[this.slot + Slot.FD_LIMIT];
    const open: number[] = [];
    for (let fd = 0; fd < limit; fd++) if (i32[this.slot + Slot.FDS + fd] !== 0) open.push(fd);
    return open;
  }

  /** Sets the file creation mask, if one is given; answers the old one. */
  umask(mask?: number): number {
    const { i32 } = this.kernel.memory;
    const old = i32[this.slot + Slot.UMASK];
    if (mask !== undefined) i32[this.slot + Slot.UMASK] = mask & 0o777;
    return old;
  }

  /** Command line and environment. */
  args(): { argv: Uint8Array[]; env: Uint8Array[] } {
    return this.kernel.argumentsOf(this.slot);
  }

  /** Milliseconds of user and system time, of this process and of its ended children. */
  times(): { user: number; system: number; childUser: number; childSystem: number } {
    const { f64 } = this.kernel.memory;
    const spent = (ms: number) => this.kernel.recorder?.spent(ms) ?? ms;
    const at = (word: number) => spent(f64[(this.slot + word) >> 1]);
    const [system, childUser] = [at(Slot.SYSTEM_TIME), at(Slot.CHILD_USER_TIME)];
    return { user: spent(this.cpuTime()), system, childUser, childSystem: at(Slot.CHILD_SYSTEM_TIME) };
  }

  /**
   * Ends the process: closes its descriptors, calls `before` and tells its parent. False if it was already ended from
   * outside.
   */
  exit(status: number, before?: () => void): boolean {
    if (this.kernel.memory.i32[this.slot + Slot.PID] !== this.pid) return false;
    this.kernel.memory.f64[(this.slot + Slot.USER_TIME) >> 1] = this.cpuTime();
    return this.kernel.finish(this.slot, status, before);
  }

  /** Says on descriptor 2 what the engine has to say about the program, after its name. Never waits. */
  complain(text: string): void {
    const name = decodeText(this.args().argv[0] ?? new Uint8Array(0));
    const line = text.startsWith(`${name}:`) ? text : `${name}: ${text}`;
    this.io.writeNow(2, encodeText(`${line}\n`));
  }

  /** Whether a descriptor is the root directory, of which `..` is itself. */
  isRoot(fd: number): boolean {
    const file = this.file(fd);
    if (file < 0 || this.kernel.confined) return false;
    const { i32, u32 } = this.kernel.memory;
    const { fs, node } = this.kernel.namespace.root;
    const directory = i32[file + OpenFile.KIND] === FileKind.DIRECTORY;
    return directory && u32[file + OpenFile.NODE] === node && i32[file + OpenFile.DEV] === fs.dev;
  }

  /** Gives a descriptor of a directory a description of its own, so that a change of its rights is nobody else's. ENFILE. */
  unshare(fd: number): number {
    const { files, memory } = this.kernel;
    const number = this.fileNumber(fd);
    const at = files.at(number);
    const { i32, u32 } = memory;
    if (i32[at + OpenFile.KIND] !== FileKind.DIRECTORY || Atomics.load(i32, at + OpenFile.REFS) === 1)
      return 0;
    const [dev, node] = [i32[at + OpenFile.DEV], u32[at + OpenFile.NODE]];
    const copy = files.create({
      kind: FileKind.DIRECTORY,
      flags: i32[at + OpenFile.FLAGS],
      type: i32[at + OpenFile.TYPE],
      dev,
      node,
      detail: u32[at + OpenFile.DETAIL],
    });
    if (copy < 0) return copy;
    for (const word of [OpenFile.RIGHTS, OpenFile.INHERITING]) i32[files.at(copy) + word] = i32[at + word];
    this.kernel.fileSystem(dev).retain(node);
    this.#set(fd, copy, this.closeOnExec(fd));
    files.release(number);
    return 0;
  }

  /** Kind and flags of an open file, for those who hold its record. */
  kindOf(file: number): number {
    return this.kernel.memory.i32[file + OpenFile.KIND];
  }
  flagsOf(file: number): number {
    return this.kernel.memory.i32[file + OpenFile.FLAGS];
  }

  /**
   * Whether the command's manifest lets it do this. If not, says so on descriptor 2, once for each: what the program
   * makes of the errno seldom tells why.
   */
  may(capability: number): boolean {
    const { i32 } = this.kernel.memory;
    if (i32[this.slot + Slot.CAPABILITIES] & capability) return true;
    if ((i32[this.slot + Slot.TOLD] & capability) === 0) {
      i32[this.slot + Slot.TOLD] |= capability;
      this.complain(refusal(capability, this.kernel.commands.of(this.slot)));
    }
    return false;
  }

  /** Columns and rows of the terminal, if the sandbox has one. */
  terminalSize(): { columns: number; rows: number } | undefined {
    const { i32, base } = this.kernel.memory;
    const columns = Atomics.load(i32, base + Header.TTY_COLUMNS);
    return columns === 0 ? undefined : { columns, rows: Atomics.load(i32, base + Header.TTY_ROWS) };
  }
}
