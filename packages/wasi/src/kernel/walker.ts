import {
  Errno,
  emptyStat,
  FileType,
  type Namespace,
  type Place,
  type Resolved,
  type Stat,
} from "@shadowbox/vfs";
import { Capability } from "./capabilities.ts";
import { FileKind, OpenFile } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
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
  /** A symlink in the last place is meant itself, even before a `/`; default false. */
  entry?: boolean;
  /** Refuse to leave the directory that the walk starts in: a preopened directory other than `/`. */
  beneath?: boolean;
}

/** What all calls on paths have in common: where they start, the walk, the user's permissions. */
export class Walker {
  readonly process: Process;
  readonly memory: KernelMemory;
  /** Filled by the checks; valid until the next one. */
  readonly stat = emptyStat();

  constructor(process: Process) {
    this.process = process;
    this.memory = process.kernel.memory;
  }

  get namespace(): Namespace {
    return this.process.kernel.namespace;
  }

  /** Runs one call as a whole: no other process changes the tree between its look-ups and its act. */
  atomic<T>(body: () => T): T {
    this.memory.heap.enter();
    try {
      return body();
    } finally {
      this.memory.heap.leave();
    }
  }

  /** The directory behind a descriptor, or the working directory. EBADF, ENOTDIR. */
  #start(dirfd: number): Place | number {
    const { i32, u32 } = this.memory;
    if (dirfd === AT_CWD) return this.process.kernel.directoryPlace(this.process.slot);
    const file = this.process.file(dirfd);
    if (file < 0) return file;
    if (i32[file + OpenFile.KIND] !== FileKind.DIRECTORY) return -Errno.ENOTDIR;
    return { fs: this.process.kernel.fileSystem(i32[file + OpenFile.DEV]), node: u32[file + OpenFile.NODE] };
  }

  /** Resolves a path; the last name need not exist. */
  walk(dirfd: number, path: Uint8Array, lookup: Lookup): Resolved | number {
    const start = this.#start(dirfd);
    if (typeof start === "number") return start;
    const beneath = lookup.beneath ? start : undefined;
    return this.namespace.walk(start, path, {
      follow: lookup.follow ?? true,
      entry: lookup.entry ?? false,
      beneath,
    });
  }

  /** As walk, for what must exist. */
  existing(dirfd: number, path: Uint8Array, lookup: Lookup): Resolved | number {
    const found = this.walk(dirfd, path, lookup);
    if (typeof found === "number") return found;
    if (found.node === 0) return -Errno.ENOENT;
    if (found.wantsDirectory) {
      const status = found.fs.stat(found.node, this.stat);
      if (status < 0) return status;
      if (this.stat.type !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    }
    return found;
  }

  /** Whether the user may do `bits` to what `stat` describes. */
  permits(stat: Stat, bits: number): boolean {
    const shift = stat.uid === USER.uid ? 6 : stat.gid === USER.gid ? 3 : 0;
    return ((stat.mode >> shift) & bits) === bits;
  }

  /** Whether the user may add and remove names in a directory. EACCES, EROFS. */
  mayChange(directory: Place): number {
    if (!this.process.may(Capability.FS_WRITE)) return -Errno.EROFS;
    const status = directory.fs.stat(directory.node, this.stat);
    if (status < 0) return status;
    if (this.permits(this.stat, Access.WRITE | Access.EXECUTE)) return 0;
    // The other file systems are mounted read-only, which is the better reason.
    return directory.fs === this.namespace.root.fs ? -Errno.EACCES : -Errno.EROFS;
  }
}
