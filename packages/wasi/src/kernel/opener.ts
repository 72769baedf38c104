import { Errno, FileType, type Resolved, type Stat } from "@shadowbox/vfs";
import { Capability } from "./capabilities.ts";
import { Device } from "./devices.ts";
import { openFetch } from "./fetch-device.ts";
import { FileKind, OpenFile, OpenFlags, Pipe } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import type { NewFile } from "./open-files.ts";
import type { Process } from "./process.ts";
import { Access, type Lookup, type Walker } from "./walker.ts";

const SLASH = 0x2f;

/** The one call that opens files. */
export class Opener {
  readonly #walker: Walker;
  readonly #process: Process;
  readonly #memory: KernelMemory;

  constructor(walker: Walker) {
    this.#walker = walker;
    this.#process = walker.process;
    this.#memory = walker.memory;
  }

  /**
   * Opens a file (`flags` of {@link OpenFlags}; `mode` for a new one, less the umask); answers the lowest free
   * descriptor. ENOENT, EEXIST, EISDIR, ENOTDIR, ELOOP, EACCES, EMFILE, ENFILE, ENXIO, EROFS.
   */
  open(dirfd: number, path: Uint8Array, flags: number, mode = 0o666, lookup: Lookup = {}): number {
    const file = this.#walker.atomic(() => this.#openFile(dirfd, path, flags, mode, lookup));
    if (file < 0) return file;
    const at = this.#process.kernel.files.at(file);
    if (this.#memory.i32[at + OpenFile.TYPE] === FileType.FIFO && this.#memory.i32[at + OpenFile.DEV] !== 0) {
      const status = this.#awaitPeer(at);
      if (status < 0) {
        this.#process.kernel.files.release(file);
        return status;
      }
    }
    const ownOnly = this.#memory.i32[at + OpenFile.KIND] === FileKind.FETCH;
    return this.#process.install(file, 0, ownOnly || (flags & OpenFlags.CLOEXEC) !== 0);
  }

  #openFile(dirfd: number, path: Uint8Array, flags: number, mode: number, lookup: Lookup): number {
    const exclusive = (flags & OpenFlags.EXCLUSIVE) !== 0 && (flags & OpenFlags.CREATE) !== 0;
    const follow = !exclusive && (flags & OpenFlags.NOFOLLOW) === 0;
    const made = (flags & OpenFlags.CREATE) !== 0 && path.at(-1) === SLASH;
    const found = this.#walker.walk(dirfd, path, { ...lookup, follow, entry: made });
    if (typeof found === "number") return found;
    // No file can be made by such a name, whatever is there.
    if (made && found.name.length > 0) return -Errno.EISDIR;
    if (found.node === 0) return this.#createFile(found, flags, mode);
    if (exclusive) return -Errno.EEXIST;
    const status = found.fs.stat(found.node, this.#walker.stat);
    if (status < 0) return status;
    return this.#openNode(found, this.#walker.stat, flags);
  }

  #createFile(found: Resolved, flags: number, mode: number): number {
    if ((flags & OpenFlags.CREATE) === 0) return -Errno.ENOENT;
    if (found.wantsDirectory || flags & OpenFlags.DIRECTORY)
      return flags & OpenFlags.DIRECTORY ? -Errno.ENOENT : -Errno.EISDIR;
    const allowed = this.#walker.mayChange(found.parent);
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
    if (!this.#walker.permits(stat, wanted))
      return found.fs.dev === this.#walker.namespace.root.fs.dev ? -Errno.EACCES : this.#readOnly(wanted);
    const place = { dev: found.fs.dev, node: found.node };
    if (type === FileType.REGULAR || type === FileType.DIRECTORY) {
      if (wanted & Access.WRITE && !this.#process.may(Capability.FS_WRITE)) return -Errno.EROFS;
      if (wanted & Access.READ && !this.#process.may(Capability.FS_READ)) return -Errno.EACCES;
    }
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
    if (device === Device.FETCH)
      return this.#process.may(Capability.NET) ? openFetch(this.#process, flags) : -Errno.EACCES;
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
    const kind = this.#memory.i32[at + OpenFile.KIND];
    if (kind === FileKind.PIPE_BOTH) return 0;
    const pipe = this.#memory.word(this.#memory.u32[at + OpenFile.DETAIL], Pipe.WORDS);
    const { i32 } = this.#memory;
    const reading = kind === FileKind.PIPE_READ;
    if (i32[at + OpenFile.FLAGS] & OpenFlags.NONBLOCK)
      return reading || Atomics.load(i32, pipe + Pipe.READERS) > 0 ? 0 : -Errno.ENXIO;
    const opens = pipe + (reading ? Pipe.WRITER_OPENS : Pipe.READER_OPENS);
    const before = i32[at + OpenFile.PEER];
    const sequence = pipe + (reading ? Pipe.DATA_SEQ : Pipe.ROOM_SEQ);
    const waiters = pipe + (reading ? Pipe.DATA_WAITERS : Pipe.ROOM_WAITERS);
    for (;;) {
      const seen = Atomics.load(i32, sequence);
      if (Atomics.load(i32, opens) !== before) return 0;
      const status = this.#process.sleep(sequence, waiters, seen);
      if (status < 0) return status;
    }
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
