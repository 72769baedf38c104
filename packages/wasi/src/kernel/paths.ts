import {
  Errno,
  emptyStat,
  FileType,
  type Namespace,
  type Place,
  type Resolved,
  type Stat,
  type StatChange,
} from "@shadowbox/vfs";
import { Device } from "./devices.ts";
import { FileKind, OpenFile, OpenFlags, Pipe } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import type { NewFile } from "./open-files.ts";
import type { Process } from "./process.ts";

/** In place of a directory descriptor: the working directory. */
export const AT_CWD = -1;

/** Permission bits of `access`. */
export const Access = { EXIST: 0, EXECUTE: 1, WRITE: 2, READ: 4 } as const;

/** The one user of a sandbox. */
export const USER = { uid: 1000, gid: 1000 } as const;

/** How a path is looked up. */
export interface Lookup {
  /** Follow a symlink in the last place; default true. */
  follow?: boolean;
  /** Refuse to leave the directory that the walk starts in: a preopened directory other than `/`. */
  beneath?: boolean;
}

/** System calls on paths (bytes), relative to a directory descriptor or {@link AT_CWD}. Each answers ≥ 0 or a negated errno. */
export class Paths {
  readonly #process: Process;
  readonly #memory: KernelMemory;
  readonly #stat = emptyStat();

  constructor(process: Process) {
    this.#process = process;
    this.#memory = process.kernel.memory;
  }

  get #namespace(): Namespace {
    return this.#process.kernel.namespace;
  }

  /** Runs one call as a whole: no other process changes the tree between its look-ups and its act. */
  #atomic<T>(body: () => T): T {
    this.#memory.heap.enter();
    try {
      return body();
    } finally {
      this.#memory.heap.leave();
    }
  }

  /** The directory behind a descriptor, or the working directory. EBADF, ENOTDIR. */
  #start(dirfd: number): Place | number {
    const { i32, u32 } = this.#memory;
    if (dirfd === AT_CWD) return this.#process.kernel.directoryPlace(this.#process.slot);
    const file = this.#process.file(dirfd);
    if (file < 0) return file;
    if (i32[file + OpenFile.KIND] !== FileKind.DIRECTORY) return -Errno.ENOTDIR;
    return { fs: this.#process.kernel.fileSystem(i32[file + OpenFile.DEV]), node: u32[file + OpenFile.NODE] };
  }

  #walk(dirfd: number, path: Uint8Array, lookup: Lookup): Resolved | number {
    const start = this.#start(dirfd);
    if (typeof start === "number") return start;
    const beneath = lookup.beneath ? start : undefined;
    return this.#namespace.walk(start, path, { follow: lookup.follow ?? true, beneath });
  }

  /** As walk, for what must exist. */
  #existing(dirfd: number, path: Uint8Array, lookup: Lookup): Resolved | number {
    const found = this.#walk(dirfd, path, lookup);
    if (typeof found === "number") return found;
    if (found.node === 0) return -Errno.ENOENT;
    if (found.wantsDirectory) {
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      if (this.#stat.type !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    }
    return found;
  }

  /** Whether the user may do `bits` to what `stat` describes. */
  #permits(stat: Stat, bits: number): boolean {
    const shift = stat.uid === USER.uid ? 6 : stat.gid === USER.gid ? 3 : 0;
    return ((stat.mode >> shift) & bits) === bits;
  }

  #mayChange(directory: Place): number {
    const status = directory.fs.stat(directory.node, this.#stat);
    if (status < 0) return status;
    return this.#permits(this.#stat, Access.WRITE | Access.EXECUTE) ? 0 : -Errno.EACCES;
  }

  /**
   * Opens a file (`flags` of {@link OpenFlags}; `mode` for a new one, less the umask); answers the lowest free
   * descriptor. ENOENT, EEXIST, EISDIR, ENOTDIR, ELOOP, EACCES, EMFILE, ENFILE, ENXIO, EROFS.
   */
  open(dirfd: number, path: Uint8Array, flags: number, mode = 0o666, lookup: Lookup = {}): number {
    const file = this.#atomic(() => this.#openFile(dirfd, path, flags, mode, lookup));
    if (file < 0) return file;
    const at = this.#process.kernel.files.at(file);
    if (this.#memory.i32[at + OpenFile.TYPE] === FileType.FIFO && this.#memory.i32[at + OpenFile.DEV] !== 0) {
      const status = this.#awaitPeer(at);
      if (status < 0) {
        this.#process.kernel.files.release(file);
        return status;
      }
    }
    return this.#process.install(file, 0, (flags & OpenFlags.CLOEXEC) !== 0);
  }

  #openFile(dirfd: number, path: Uint8Array, flags: number, mode: number, lookup: Lookup): number {
    const exclusive = (flags & OpenFlags.EXCLUSIVE) !== 0 && (flags & OpenFlags.CREATE) !== 0;
    const follow = !exclusive && (flags & OpenFlags.NOFOLLOW) === 0;
    const found = this.#walk(dirfd, path, { ...lookup, follow });
    if (typeof found === "number") return found;
    if (found.node === 0) return this.#createFile(found, flags, mode);
    if (exclusive) return -Errno.EEXIST;
    const status = found.fs.stat(found.node, this.#stat);
    if (status < 0) return status;
    return this.#openNode(found, this.#stat, flags);
  }

  #createFile(found: Resolved, flags: number, mode: number): number {
    if ((flags & OpenFlags.CREATE) === 0) return -Errno.ENOENT;
    if (found.wantsDirectory || flags & OpenFlags.DIRECTORY)
      return flags & OpenFlags.DIRECTORY ? -Errno.ENOENT : -Errno.EISDIR;
    const allowed = this.#mayChange(found.parent);
    if (allowed < 0) return allowed;
    const { fs, node } = found.parent;
    const made = fs.create(node, found.name, FileType.REGULAR, mode & 0o7777 & ~this.#process.umask());
    if (made < 0) return made;
    fs.retain(made);
    return this.#record({
      kind: FileKind.FILE,
      flags: kept(flags),
      type: FileType.REGULAR,
      dev: fs.dev,
      node: made,
    });
  }

  #openNode(found: Resolved, stat: Stat, flags: number): number {
    const { type } = stat;
    const descriptor = this.#process.kernel.descriptorAt(found);
    if (descriptor >= 0) return this.#share(descriptor);
    if (type === FileType.SYMLINK) return flags & OpenFlags.DIRECTORY ? -Errno.ENOTDIR : -Errno.ELOOP;
    if (type === FileType.DIRECTORY) {
      if (flags & (OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE)) return -Errno.EISDIR;
    } else if (flags & OpenFlags.DIRECTORY || found.wantsDirectory) return -Errno.ENOTDIR;
    const wanted =
      (flags & OpenFlags.READ ? Access.READ : 0) |
      (flags & (OpenFlags.WRITE | OpenFlags.TRUNCATE) ? Access.WRITE : 0);
    if (!this.#permits(stat, wanted))
      return found.fs.dev === this.#namespace.root.fs.dev ? -Errno.EACCES : this.#readOnly(wanted);
    const place = { dev: found.fs.dev, node: found.node };
    if (type === FileType.FIFO) return this.#openFifo(place, flags);
    if (type === FileType.CHARACTER_DEVICE) return this.#openDevice(found, flags);
    if (type === FileType.REGULAR && flags & OpenFlags.TRUNCATE) {
      const status = stat.size === 0 && stat.blocks === 0 ? 0 : found.fs.setStat(found.node, { size: 0 });
      if (status < 0) return status;
    }
    found.fs.retain(found.node);
    const kind = type === FileType.DIRECTORY ? FileKind.DIRECTORY : FileKind.FILE;
    return this.#record({ kind, flags: kept(flags), type, ...place });
  }

  /** Writing to a read-only mount is EROFS rather than EACCES. */
  #readOnly(wanted: number): number {
    return wanted & Access.WRITE ? -Errno.EROFS : -Errno.EACCES;
  }

  #share(descriptor: number): number {
    const file = this.#process.fileNumber(descriptor);
    if (file >= 0) this.#process.kernel.files.retain(file);
    return file;
  }

  /** A record for a file whose node is retained; the node is let go if the table is full. */
  #record(file: NewFile): number {
    const index = this.#process.kernel.files.create(file);
    if (index < 0 && file.dev !== undefined)
      this.#process.kernel.fileSystem(file.dev).release(file.node ?? 0);
    return index;
  }

  #openDevice(found: Resolved, flags: number): number {
    const device = this.#process.kernel.deviceAt(found);
    if (device === 0) return -Errno.ENXIO;
    if (device === Device.TTY) {
      for (let fd = 0; fd < 3; fd++) if (this.#process.io.isatty(fd)) return this.#share(fd);
      return -Errno.ENXIO;
    }
    const kind = device === Device.RPC ? FileKind.RPC : FileKind.DEVICE;
    return this.#record({
      kind,
      flags: kept(flags),
      type: FileType.CHARACTER_DEVICE,
      dev: found.fs.dev,
      node: found.node,
      detail: device,
    });
  }

  #openFifo(place: { dev: number; node: number }, flags: number): number {
    const both = (flags & OpenFlags.READ) !== 0 && (flags & OpenFlags.WRITE) !== 0;
    const kind = both
      ? FileKind.PIPE_BOTH
      : flags & OpenFlags.WRITE
        ? FileKind.PIPE_WRITE
        : FileKind.PIPE_READ;
    const { files } = this.#process.kernel;
    const fs = this.#process.kernel.fileSystem(place.dev);
    fs.retain(place.node);
    const file = files.openFifo(place.dev, place.node, {
      kind,
      flags: kept(flags),
      type: FileType.FIFO,
      ...place,
    });
    if (file < 0) fs.release(place.node);
    return file;
  }

  /** An open of a FIFO for one direction waits until the other is open too. ENXIO: write, non-blocking, no reader. */
  #awaitPeer(at: number): number {
    const { i32, u32 } = this.#memory;
    const kind = i32[at + OpenFile.KIND];
    if (kind === FileKind.PIPE_BOTH) return 0;
    const pipe = this.#memory.word(u32[at + OpenFile.DETAIL], Pipe.WORDS);
    const reading = kind === FileKind.PIPE_READ;
    const peers = pipe + (reading ? Pipe.WRITERS : Pipe.READERS);
    if (i32[at + OpenFile.FLAGS] & OpenFlags.NONBLOCK)
      return reading || Atomics.load(i32, peers) > 0 ? 0 : -Errno.ENXIO;
    const opens = pipe + (reading ? Pipe.WRITER_OPENS : Pipe.READER_OPENS);
    const before = Atomics.load(i32, opens);
    const sequence = pipe + (reading ? Pipe.DATA_SEQ : Pipe.ROOM_SEQ);
    const waiters = pipe + (reading ? Pipe.DATA_WAITERS : Pipe.ROOM_WAITERS);
    for (;;) {
      const seen = Atomics.load(i32, sequence);
      if (Atomics.load(i32, peers) > 0 || Atomics.load(i32, opens) !== before) return 0;
      const status = this.#process.sleep(sequence, waiters, seen);
      if (status < 0) return status;
    }
  }

  /** Facts of what a path names. */
  stat(dirfd: number, path: Uint8Array, out: Stat, lookup: Lookup = {}): number {
    return this.#atomic(() => {
      const found = this.#existing(dirfd, path, lookup);
      return typeof found === "number" ? found : found.fs.stat(found.node, out);
    });
  }

  /** Changes mode, owner, times or size. EPERM for what belongs to somebody else. */
  setStat(dirfd: number, path: Uint8Array, change: StatChange, lookup: Lookup = {}): number {
    return this.#atomic(() => {
      const found = this.#existing(dirfd, path, lookup);
      return typeof found === "number" ? found : found.fs.setStat(found.node, change);
    });
  }

  /** Whether the user may read, write, execute (bits of {@link Access}). EACCES, EROFS. */
  access(dirfd: number, path: Uint8Array, bits: number): number {
    return this.#atomic(() => {
      const found = this.#existing(dirfd, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      return this.#permits(this.#stat, bits & 7) ? 0 : -Errno.EACCES;
    });
  }

  readlink(dirfd: number, path: Uint8Array, lookup: Lookup = {}): Uint8Array | number {
    return this.#atomic(() => {
      const found = this.#existing(dirfd, path, { ...lookup, follow: false });
      return typeof found === "number" ? found : found.fs.readlink(found.node);
    });
  }

  /** Makes something at a name that is free: a directory, a FIFO, a symlink to `target`. EEXIST, ENOENT, EACCES. */
  make(
    dirfd: number,
    path: Uint8Array,
    type: FileType,
    mode: number,
    target?: Uint8Array,
    lookup: Lookup = {},
  ): number {
    return this.#atomic(() => {
      const found = this.#walk(dirfd, path, { ...lookup, follow: false });
      if (typeof found === "number") return found;
      if (found.node !== 0) return -Errno.EEXIST;
      if (found.wantsDirectory && type !== FileType.DIRECTORY) return -Errno.ENOENT;
      const allowed = this.#mayChange(found.parent);
      if (allowed < 0) return allowed;
      const made = found.parent.fs.create(found.parent.node, found.name, type, mode & 0o7777, target);
      return Math.min(made, 0);
    });
  }

  mkdir(dirfd: number, path: Uint8Array, mode = 0o777, lookup: Lookup = {}): number {
    return this.make(dirfd, path, FileType.DIRECTORY, mode & ~this.#process.umask(), undefined, lookup);
  }

  mkfifo(dirfd: number, path: Uint8Array, mode = 0o666): number {
    return this.make(dirfd, path, FileType.FIFO, mode & ~this.#process.umask());
  }

  /** ENOENT for an empty target. */
  symlink(target: Uint8Array, dirfd: number, path: Uint8Array, lookup: Lookup = {}): number {
    if (target.length === 0) return -Errno.ENOENT;
    return this.make(dirfd, path, FileType.SYMLINK, 0o777, target, lookup);
  }

  /** One more name for a file. EPERM for a directory, EXDEV, EEXIST. */
  link(
    fromFd: number,
    from: Uint8Array,
    toFd: number,
    to: Uint8Array,
    follow: boolean,
    lookup: Lookup = {},
  ): number {
    return this.#atomic(() => {
      const source = this.#existing(fromFd, from, { ...lookup, follow });
      if (typeof source === "number") return source;
      const target = this.#walk(toFd, to, { ...lookup, follow: false });
      if (typeof target === "number") return target;
      if (target.node !== 0) return -Errno.EEXIST;
      if (target.wantsDirectory) return -Errno.ENOENT;
      if (source.fs !== target.parent.fs) return -Errno.EXDEV;
      const allowed = this.#mayChange(target.parent);
      return allowed < 0 ? allowed : source.fs.link(target.parent.node, target.name, source.node);
    });
  }

  /** Removes a name that is no directory (EISDIR). */
  unlink(dirfd: number, path: Uint8Array, lookup: Lookup = {}): number {
    return this.#atomic(() => {
      const found = this.#walk(dirfd, path, { ...lookup, follow: false });
      if (typeof found === "number") return found;
      if (found.node === 0) return -Errno.ENOENT;
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      if (this.#stat.type === FileType.DIRECTORY) return -Errno.EISDIR;
      if (found.wantsDirectory) return -Errno.ENOTDIR;
      const allowed = this.#mayChange(found.parent);
      return allowed < 0 ? allowed : found.parent.fs.unlink(found.parent.node, found.name);
    });
  }

  /** Removes an empty directory. ENOTDIR, ENOTEMPTY, EBUSY (a mount point, the root), EINVAL (`.`). */
  rmdir(dirfd: number, path: Uint8Array, lookup: Lookup = {}): number {
    return this.#atomic(() => {
      const found = this.#walk(dirfd, path, { ...lookup, follow: false });
      if (typeof found === "number") return found;
      if (found.node === 0) return -Errno.ENOENT;
      if (found.name.length === 0)
        return lastIsDot(path) ? -Errno.EINVAL : endsUp(path) ? -Errno.ENOTEMPTY : -Errno.EBUSY;
      if (found.fs !== found.parent.fs) return -Errno.EBUSY;
      const allowed = this.#mayChange(found.parent);
      return allowed < 0 ? allowed : found.fs.rmdir(found.parent.node, found.name);
    });
  }

  /** POSIX rename. EXDEV, EBUSY (a mount point), EINVAL (`.`, `..`, into itself), ENOTDIR, EISDIR, ENOTEMPTY. */
  rename(fromFd: number, from: Uint8Array, toFd: number, to: Uint8Array, lookup: Lookup = {}): number {
    return this.#atomic(() => {
      const source = this.#walk(fromFd, from, { ...lookup, follow: false });
      if (typeof source === "number") return source;
      if (source.node === 0) return -Errno.ENOENT;
      const target = this.#walk(toFd, to, { ...lookup, follow: false });
      if (typeof target === "number") return target;
      if (source.name.length === 0 || target.name.length === 0) return -Errno.EBUSY;
      if (source.fs !== source.parent.fs || (target.node !== 0 && target.fs !== target.parent.fs))
        return -Errno.EBUSY;
      if (source.parent.fs !== target.parent.fs) return -Errno.EXDEV;
      return this.#renameWithin(source, target);
    });
  }

  #renameWithin(source: Resolved, target: Resolved): number {
    const status = source.fs.stat(source.node, this.#stat);
    if (status < 0) return status;
    const directory = this.#stat.type === FileType.DIRECTORY;
    if (!directory && (source.wantsDirectory || target.wantsDirectory)) return -Errno.ENOTDIR;
    for (const place of [source.parent, target.parent]) {
      const allowed = this.#mayChange(place);
      if (allowed < 0) return allowed;
    }
    return source.fs.rename(source.parent.node, source.name, target.parent.node, target.name);
  }

  /** Changes the working directory. ENOENT, ENOTDIR, EACCES. */
  chdir(path: Uint8Array): number {
    return this.#atomic(() => {
      const found = this.#existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      if (this.#stat.type !== FileType.DIRECTORY) return -Errno.ENOTDIR;
      if (!this.#permits(this.#stat, Access.EXECUTE)) return -Errno.EACCES;
      return this.#process.kernel.setDirectory(this.#process.slot, found);
    });
  }

  /** Physical path of the working directory; its last known one after it was removed. */
  getcwd(): Uint8Array {
    return this.#process.kernel.directoryPath(this.#process.slot);
  }

  /** The directory that a path names. ENOENT, ENOTDIR. */
  directory(path: Uint8Array): Place | number {
    return this.#atomic(() => {
      const found = this.#existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      return this.#stat.type === FileType.DIRECTORY ? found : -Errno.ENOTDIR;
    });
  }

  /** The program file that a path names. ENOENT, EACCES (a directory, or not executable). */
  executable(path: Uint8Array): Place | number {
    return this.#atomic(() => {
      const found = this.#existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#stat);
      if (status < 0) return status;
      const runs = this.#stat.type === FileType.REGULAR && this.#permits(this.#stat, Access.EXECUTE);
      return runs ? found : -Errno.EACCES;
    });
  }
}

/** Flags that stay with an open file. */
function kept(flags: number): number {
  return (
    flags &
    (OpenFlags.READ |
      OpenFlags.WRITE |
      OpenFlags.APPEND |
      OpenFlags.NONBLOCK |
      OpenFlags.SYNC |
      OpenFlags.DSYNC |
      OpenFlags.RSYNC)
  );
}

const DOT = 0x2e;
const SLASH = 0x2f;

function lastName(path: Uint8Array): Uint8Array {
  let end = path.length;
  while (end > 0 && path[end - 1] === SLASH) end--;
  let start = end;
  while (start > 0 && path[start - 1] !== SLASH) start--;
  return path.subarray(start, end);
}

function lastIsDot(path: Uint8Array): boolean {
  const name = lastName(path);
  return name.length === 1 && name[0] === DOT;
}

function endsUp(path: Uint8Array): boolean {
  const name = lastName(path);
  return name.length === 2 && name[0] === DOT && name[1] === DOT;
}
