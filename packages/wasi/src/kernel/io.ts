import { Errno, emptyStat, type FileSystem, FileType, type Stat, type StatChange } from "@shadowbox/vfs";
import { Capability } from "./capabilities.ts";
import type { DeviceId } from "./devices.ts";
import { lock, unlock } from "./futex.ts";
import { FileKind, Header, Limit, OpenFile, OpenFlags, Pipe } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import { isPipe } from "./open-files.ts";
import { countUntil, pipeLength, pipeReadable, pipeWritable, readPipe, writePipe } from "./pipe.ts";
import type { Process } from "./process.ts";
import { Signal } from "./signals.ts";

/** Receives directory entries; answers false to stop. `next` is the cookie that continues after this one. */
export type EntrySink = (name: Uint8Array, ino: number, type: FileType, next: number) => boolean;

const DOT = Uint8Array.of(46);
const DOT_DOT = Uint8Array.of(46, 46);
/** Cookies 0 and 1 are `.` and `..`; the file system's own follow. */
const COOKIES = 2;

/** System calls on descriptors. Each answers ≥ 0 or a negated errno; EBADF for a descriptor that is not open. */
export class FileIo {
  readonly #process: Process;
  readonly #memory: KernelMemory;
  readonly #stat = emptyStat();

  constructor(process: Process) {
    this.#process = process;
    this.#memory = process.kernel.memory;
  }

  #fs(file: number): FileSystem {
    return this.#process.kernel.fileSystem(this.#memory.i32[file + OpenFile.DEV]);
  }

  /** An open file that was opened for `access` (READ or WRITE), else -EBADF. */
  #opened(fd: number, access: number): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    return this.#memory.i32[file + OpenFile.FLAGS] & access ? file : -Errno.EBADF;
  }

  /** Reads at most `into.length` bytes, blocking; 0 at the end. EISDIR, EINTR, EAGAIN (non-blocking). */
  read(fd: number, into: Uint8Array): number {
    return this.readUntil(fd, into, -1);
  }

  /** As read, but takes nothing after the first `delimiter` (a byte; -1: none): the rest stays for whoever reads next. */
  readUntil(fd: number, into: Uint8Array, delimiter: number): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.DIRECTORY) return -Errno.EISDIR;
    if ((i32[file + OpenFile.FLAGS] & OpenFlags.READ) === 0) return -Errno.EBADF;
    switch (kind) {
      case FileKind.FILE:
        return this.#readFile(file, into, delimiter);
      case FileKind.PIPE_READ:
      case FileKind.PIPE_BOTH: {
        const blocks = (i32[file + OpenFile.FLAGS] & OpenFlags.NONBLOCK) === 0;
        const pipe = this.#memory.u32[file + OpenFile.DETAIL];
        return readPipe(this.#memory, pipe, into, blocks ? this.#process : undefined, delimiter);
      }
      case FileKind.FETCH:
        return this.#fetch(file, OpenFile.PEER, (pipe, sleeper) =>
          readPipe(this.#memory, pipe, into, sleeper, delimiter),
        );
      case FileKind.RPC:
        return this.#process.rpc.read(file, delimiter < 0 ? into : into.subarray(0, 1));
      default: {
        const device = i32[file + OpenFile.DETAIL] as DeviceId;
        return this.#process.kernel.devices.read(device, delimiter < 0 ? into : into.subarray(0, 1));
      }
    }
  }

  /** Reads or writes one of the pipes of the fetch device. EACCES: another command opened it and this one may not. */
  #fetch(file: number, end: number, action: (pipe: number, sleeper: Process | undefined) => number): number {
    if (!this.#process.may(Capability.NET)) return -Errno.EACCES;
    const { i32 } = this.#memory;
    const blocks = (i32[file + OpenFile.FLAGS] & OpenFlags.NONBLOCK) === 0;
    return action(this.#pipeOf(file, end), blocks ? this.#process : undefined);
  }

  /** The pipe behind one end of the fetch device. */
  #pipeOf(file: number, end: number): number {
    const { u32 } = this.#memory;
    return u32[this.#process.kernel.files.at(u32[file + end]) + OpenFile.DETAIL];
  }

  #readFile(file: number, into: Uint8Array, delimiter: number): number {
    const { i32, u32, f64 } = this.#memory;
    const shared = Atomics.load(i32, file + OpenFile.REFS) > 1;
    if (shared) lock(i32, file + OpenFile.LOCK);
    const at = (file + OpenFile.OFFSET) >> 1;
    const seen = this.#fs(file).read(u32[file + OpenFile.NODE], f64[at], into);
    const count = countUntil(into, seen, delimiter);
    if (count > 0) f64[at] += count;
    if (shared) unlock(i32, file + OpenFile.LOCK);
    return count;
  }

  /** Writes all of `bytes`, blocking. EPIPE (with SIGPIPE), EINTR, EAGAIN, ENOSPC, EFBIG. */
  write(fd: number, bytes: Uint8Array): number {
    const file = this.#opened(fd, OpenFlags.WRITE);
    if (file < 0) return file;
    const { i32 } = this.#memory;
    switch (i32[file + OpenFile.KIND]) {
      case FileKind.FILE:
        return this.#writeFile(file, bytes);
      case FileKind.PIPE_WRITE:
      case FileKind.PIPE_BOTH:
        return this.#writePipe(file, bytes);
      case FileKind.FETCH:
        return this.#fetch(file, OpenFile.DETAIL, (pipe, sleeper) =>
          writePipe(this.#memory, pipe, bytes, sleeper),
        );
      case FileKind.RPC:
        return this.#process.rpc.write(file, bytes);
      default:
        return this.#process.kernel.devices.write(i32[file + OpenFile.DETAIL] as DeviceId, bytes);
    }
  }

  /** As read, but never waits: EAGAIN when a pipe is empty. */
  readNow(fd: number, into: Uint8Array): number {
    const file = this.#opened(fd, OpenFlags.READ);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.FETCH)
      return this.#fetch(file, OpenFile.PEER, (pipe) => readPipe(this.#memory, pipe, into, undefined));
    if (!isPipe(kind)) return this.read(fd, into);
    return readPipe(this.#memory, u32[file + OpenFile.DETAIL], into, undefined);
  }

  /** As write, but never waits: answers how much found room in a pipe, or EAGAIN. */
  writeNow(fd: number, bytes: Uint8Array): number {
    const file = this.#opened(fd, OpenFlags.WRITE);
    if (file < 0) return file;
    const kind = this.#memory.i32[file + OpenFile.KIND];
    if (kind === FileKind.FETCH)
      return this.#fetch(file, OpenFile.DETAIL, (pipe) => writePipe(this.#memory, pipe, bytes, undefined));
    if (!isPipe(kind)) return this.write(fd, bytes);
    return writePipe(this.#memory, this.#memory.u32[file + OpenFile.DETAIL], bytes, undefined);
  }

  #writePipe(file: number, bytes: Uint8Array): number {
    const { i32, u32 } = this.#memory;
    const blocks = (i32[file + OpenFile.FLAGS] & OpenFlags.NONBLOCK) === 0;
    const pipe = u32[file + OpenFile.DETAIL];
    const count = writePipe(this.#memory, pipe, bytes, blocks ? this.#process : undefined);
    if (count === -Errno.EPIPE) this.#process.raise(Signal.PIPE);
    return count;
  }

  #writeFile(file: number, bytes: Uint8Array): number {
    const { i32, u32, f64 } = this.#memory;
    const fs = this.#fs(file);
    const node = u32[file + OpenFile.NODE];
    const at = (file + OpenFile.OFFSET) >> 1;
    const shared = Atomics.load(i32, file + OpenFile.REFS) > 1;
    if (shared) lock(i32, file + OpenFile.LOCK);
    let count: number;
    if (i32[file + OpenFile.FLAGS] & OpenFlags.APPEND) {
      count = fs.write(node, -1, bytes);
      if (count >= 0 && fs.stat(node, this.#stat) >= 0) f64[at] = this.#stat.size;
    } else {
      count = fs.write(node, f64[at], bytes);
      if (count > 0) f64[at] += count;
    }
    if (shared) unlock(i32, file + OpenFile.LOCK);
    return this.#noted(count);
  }

  /** Remembers that the disk was full. */
  #noted(result: number): number {
    if (result === -Errno.ENOSPC) this.#memory.noteLimit(Limit.DISK);
    return result;
  }

  /** Reads at `offset` without moving the file's own. ESPIPE, EISDIR. */
  pread(fd: number, into: Uint8Array, offset: number): number {
    const file = this.#opened(fd, OpenFlags.READ);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.DIRECTORY) return -Errno.EISDIR;
    if (kind === FileKind.DEVICE)
      return this.#process.kernel.devices.read(i32[file + OpenFile.DETAIL] as DeviceId, into);
    if (kind !== FileKind.FILE) return -Errno.ESPIPE;
    return this.#fs(file).read(u32[file + OpenFile.NODE], offset, into);
  }

  /** Writes at `offset` without moving the file's own; appends to a file that is open for appending, as Linux. ESPIPE. */
  pwrite(fd: number, bytes: Uint8Array, offset: number): number {
    const file = this.#opened(fd, OpenFlags.WRITE);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.DEVICE)
      return this.#process.kernel.devices.write(i32[file + OpenFile.DETAIL] as DeviceId, bytes);
    if (kind !== FileKind.FILE) return -Errno.ESPIPE;
    const append = (i32[file + OpenFile.FLAGS] & OpenFlags.APPEND) !== 0;
    return this.#noted(this.#fs(file).write(u32[file + OpenFile.NODE], append ? -1 : offset, bytes));
  }

  /** Moves the file's offset (`whence` 0 from the start, 1 from here, 2 from the end) and answers it. ESPIPE, EINVAL. */
  seek(fd: number, offset: number, whence: 0 | 1 | 2): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32, f64 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.DIRECTORY) return -Errno.EBADF;
    if (i32[file + OpenFile.FLAGS] & OpenFlags.TTY) return -Errno.ESPIPE;
    if (kind === FileKind.DEVICE) return 0;
    if (kind !== FileKind.FILE) return -Errno.ESPIPE;
    const at = (file + OpenFile.OFFSET) >> 1;
    let base = 0;
    if (whence === 1) base = f64[at];
    else if (whence === 2) {
      const status = this.#fs(file).stat(u32[file + OpenFile.NODE], this.#stat);
      if (status < 0) return status;
      base = this.#stat.size;
    }
    const target = base + offset;
    if (target < 0 || target > Number.MAX_SAFE_INTEGER) return -Errno.EINVAL;
    f64[at] = target;
    return target;
  }

  /** Facts of what is open. */
  stat(fd: number, out: Stat): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const dev = i32[file + OpenFile.DEV];
    if (dev !== 0) return this.#process.kernel.fileSystem(dev).stat(u32[file + OpenFile.NODE], out);
    Object.assign(out, emptyStat());
    const tty = (i32[file + OpenFile.FLAGS] & OpenFlags.TTY) !== 0;
    out.type = tty ? FileType.CHARACTER_DEVICE : (i32[file + OpenFile.TYPE] as FileType);
    out.mode = tty ? 0o620 : 0o600;
    out.nlink = 1;
    out.uid = 1000;
    out.gid = 1000;
    out.ino = u32[file + OpenFile.DETAIL];
    return 0;
  }

  /** Changes mode, owner or times of what is open; nothing to change on pipes and devices. */
  setStat(fd: number, change: StatChange): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const dev = i32[file + OpenFile.DEV];
    if (dev === 0) return 0;
    if (!this.#process.may(Capability.FS_WRITE)) return -Errno.EROFS;
    return this.#process.kernel.fileSystem(dev).setStat(u32[file + OpenFile.NODE], change);
  }

  /** EINVAL for what is no regular file open for writing, EFBIG. */
  truncate(fd: number, size: number): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    if (i32[file + OpenFile.KIND] !== FileKind.FILE) return -Errno.EINVAL;
    if ((i32[file + OpenFile.FLAGS] & OpenFlags.WRITE) === 0) return -Errno.EINVAL;
    return this.#noted(this.#fs(file).setStat(u32[file + OpenFile.NODE], { size }));
  }

  /** posix_fallocate: the file reaches at least to `offset + length`. ENODEV, ESPIPE, EBADF, EFBIG, ENOSPC. */
  allocate(fd: number, offset: number, length: number): number {
    const file = this.#opened(fd, OpenFlags.WRITE);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (isPipe(kind)) return -Errno.ESPIPE;
    if (kind !== FileKind.FILE) return -Errno.ENODEV;
    const status = this.#fs(file).stat(u32[file + OpenFile.NODE], this.#stat);
    if (status < 0 || this.#stat.size >= offset + length) return Math.min(status, 0);
    return this.#noted(this.#fs(file).setStat(u32[file + OpenFile.NODE], { size: offset + length }));
  }

  /** Makes what was written durable. EINVAL for a pipe. */
  sync(fd: number): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    const kind = i32[file + OpenFile.KIND];
    if (kind === FileKind.DEVICE || kind === FileKind.RPC) return 0;
    if (kind !== FileKind.FILE && kind !== FileKind.DIRECTORY) return -Errno.EINVAL;
    return this.#fs(file).sync(u32[file + OpenFile.NODE]);
  }

  /** Entries of an open directory after `cookie`, `.` and `..` first. ENOTDIR. */
  readdir(fd: number, cookie: number, sink: EntrySink): number {
    const file = this.#process.file(fd);
    if (file < 0) return file;
    const { i32, u32 } = this.#memory;
    if (i32[file + OpenFile.KIND] !== FileKind.DIRECTORY) return -Errno.ENOTDIR;
    const fs = this.#fs(file);
    const node = u32[file + OpenFile.NODE];
    if (cookie < 1 && !sink(DOT, fs.ino(node), FileType.DIRECTORY, 1)) return 0;
    if (cookie < 2 && !sink(DOT_DOT, fs.ino(fs.parent(node)), FileType.DIRECTORY, 2)) return 0;
    return fs.readdir(node, Math.max(0, cookie - COOKIES), (name, child, type, next) =>
      sink(name, fs.ino(child), type, next + COOKIES),
    );
  }

  /** Whether a read would not block. */
  readable(fd: number): boolean {
    const file = this.#process.file(fd);
    if (file < 0) return true;
    const kind = this.#memory.i32[file + OpenFile.KIND];
    if (kind === FileKind.FETCH) return pipeReadable(this.#memory, this.#pipeOf(file, OpenFile.PEER));
    if (kind !== FileKind.PIPE_READ && kind !== FileKind.PIPE_BOTH) return true;
    return pipeReadable(this.#memory, this.#memory.u32[file + OpenFile.DETAIL]);
  }

  /** Whether a write would not block. */
  writable(fd: number): boolean {
    const file = this.#process.file(fd);
    if (file < 0) return true;
    const kind = this.#memory.i32[file + OpenFile.KIND];
    if (kind === FileKind.FETCH) return pipeWritable(this.#memory, this.#pipeOf(file, OpenFile.DETAIL));
    if (kind !== FileKind.PIPE_WRITE && kind !== FileKind.PIPE_BOTH) return true;
    return pipeWritable(this.#memory, this.#memory.u32[file + OpenFile.DETAIL]);
  }

  /** Bytes that a read would give at once, and whether the other end of a pipe is closed. */
  pending(fd: number): { bytes: number; hangup: boolean } {
    const file = this.#process.file(fd);
    const { i32, u32, f64 } = this.#memory;
    if (file < 0) return { bytes: 0, hangup: false };
    const kind = i32[file + OpenFile.KIND];
    if (isPipe(kind)) {
      const pipe = u32[file + OpenFile.DETAIL];
      const at = this.#memory.word(pipe, Pipe.WORDS);
      const others = Atomics.load(i32, at + (kind === FileKind.PIPE_READ ? Pipe.WRITERS : Pipe.READERS));
      return {
        bytes: kind !== FileKind.PIPE_WRITE ? pipeLength(this.#memory, pipe) : 0,
        hangup: others === 0,
      };
    }
    if (kind !== FileKind.FILE || this.#fs(file).stat(u32[file + OpenFile.NODE], this.#stat) < 0)
      return { bytes: 0, hangup: false };
    return { bytes: Math.max(0, this.#stat.size - f64[(file + OpenFile.OFFSET) >> 1]), hangup: false };
  }

  /** Sleeps until `ready` answers true, asked again whenever a pipe changes; 0, -EINTR or -ETIMEDOUT. */
  poll(ready: () => boolean, timeoutMs: number): number {
    const { i32, base } = this.#memory;
    const end = performance.now() + timeoutMs;
    Atomics.add(i32, base + Header.POLL_WAITERS, 1);
    let result = 0;
    for (;;) {
      const seen = Atomics.load(i32, base + Header.POLL_SEQ);
      if (ready()) break;
      const left = end - performance.now();
      if (left <= 0) {
        result = -Errno.ETIMEDOUT;
        break;
      }
      result = this.#process.sleep(base + Header.POLL_SEQ, 0, seen, left);
      if (result === -Errno.EINTR) break;
    }
    Atomics.sub(i32, base + Header.POLL_WAITERS, 1);
    return result;
  }

  /** Whether the descriptor is the user's terminal. */
  isatty(fd: number): boolean {
    const file = this.#process.file(fd);
    return file >= 0 && (this.#memory.i32[file + OpenFile.FLAGS] & OpenFlags.TTY) !== 0;
  }
}
