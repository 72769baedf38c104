import { Errno, FileType, type Place, type Resolved, type Stat, type StatChange } from "@shadowbox/vfs";
import { Capability } from "./capabilities.ts";
import { Opener } from "./opener.ts";
import type { Process } from "./process.ts";
import { Access, AT_CWD, type Lookup, Walker } from "./walker.ts";

/** System calls on paths (bytes), relative to a directory descriptor or {@link AT_CWD}. Each answers ≥ 0 or a negated errno. */
export class Paths {
  readonly #process: Process;
  readonly #walker: Walker;
  readonly #opener: Opener;

  constructor(process: Process) {
    this.#process = process;
    this.#walker = new Walker(process);
    this.#opener = new Opener(this.#walker);
  }

  /** Opens a file; see {@link Opener.open}. */
  open(dirfd: number, path: Uint8Array, flags: number, mode = 0o666, lookup: Lookup = {}): number {
    return this.#opener.open(dirfd, path, flags, mode, lookup);
  }

  /** Facts of what a path names. */
  stat(dirfd: number, path: Uint8Array, out: Stat, lookup: Lookup = {}): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(dirfd, path, lookup);
      return typeof found === "number" ? found : found.fs.stat(found.node, out);
    });
  }

  /** Changes mode, owner, times or size. EPERM for what belongs to somebody else. */
  setStat(dirfd: number, path: Uint8Array, change: StatChange, lookup: Lookup = {}): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(dirfd, path, lookup);
      if (typeof found === "number") return found;
      return this.#process.may(Capability.FS_WRITE) ? found.fs.setStat(found.node, change) : -Errno.EROFS;
    });
  }

  /** Whether the user may read, write, execute (bits of {@link Access}). EACCES, EROFS. */
  access(dirfd: number, path: Uint8Array, bits: number): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(dirfd, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#walker.stat);
      if (status < 0) return status;
      return this.#walker.permits(this.#walker.stat, bits & 7) ? 0 : -Errno.EACCES;
    });
  }

  readlink(dirfd: number, path: Uint8Array, lookup: Lookup = {}): Uint8Array | number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(dirfd, path, { ...lookup, follow: false });
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
    return this.#walker.atomic(() => {
      const found = this.#walker.walk(dirfd, path, { ...lookup, entry: true });
      if (typeof found === "number") return found;
      if (found.node !== 0)
        return found.wantsDirectory && type === FileType.SYMLINK && this.#isFile(found)
          ? -Errno.ENOTDIR
          : -Errno.EEXIST;
      if (found.wantsDirectory && type !== FileType.DIRECTORY) return -Errno.ENOENT;
      const allowed = this.#walker.mayChange(found.parent);
      if (allowed < 0) return allowed;
      const made = found.parent.fs.create(found.parent.node, found.name, type, mode & 0o7777, target);
      return Math.min(made, 0);
    });
  }

  #isFile(place: Place): boolean {
    const { stat } = this.#walker;
    const known = place.fs.stat(place.node, stat) === 0;
    return known && stat.type !== FileType.DIRECTORY && stat.type !== FileType.SYMLINK;
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
    return this.#walker.atomic(() => {
      const source = this.#walker.existing(fromFd, from, { ...lookup, follow });
      if (typeof source === "number") return source;
      const target = this.#walker.walk(toFd, to, { ...lookup, entry: true });
      if (typeof target === "number") return target;
      if (target.node !== 0) return -Errno.EEXIST;
      if (target.wantsDirectory) return -Errno.ENOENT;
      if (source.fs !== target.parent.fs) return -Errno.EXDEV;
      const allowed = this.#walker.mayChange(target.parent);
      return allowed < 0 ? allowed : source.fs.link(target.parent.node, target.name, source.node);
    });
  }

  /** Removes a name that is no directory (EISDIR). */
  unlink(dirfd: number, path: Uint8Array, lookup: Lookup = {}): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.walk(dirfd, path, { ...lookup, entry: true });
      if (typeof found === "number") return found;
      if (found.node === 0) return -Errno.ENOENT;
      const status = found.fs.stat(found.node, this.#walker.stat);
      if (status < 0) return status;
      if (this.#walker.stat.type === FileType.DIRECTORY) return -Errno.EISDIR;
      if (found.wantsDirectory) return -Errno.ENOTDIR;
      const allowed = this.#walker.mayChange(found.parent);
      return allowed < 0 ? allowed : found.parent.fs.unlink(found.parent.node, found.name);
    });
  }

  /** Removes an empty directory. ENOTDIR, ENOTEMPTY, EBUSY (a mount point, the root), EINVAL (`.`). */
  rmdir(dirfd: number, path: Uint8Array, lookup: Lookup = {}): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.walk(dirfd, path, { ...lookup, entry: true });
      if (typeof found === "number") return found;
      if (found.node === 0) return -Errno.ENOENT;
      if (found.name.length === 0)
        return lastIsDot(path) ? -Errno.EINVAL : endsUp(path) ? -Errno.ENOTEMPTY : -Errno.EBUSY;
      if (found.fs !== found.parent.fs) return -Errno.EBUSY;
      const allowed = this.#walker.mayChange(found.parent);
      return allowed < 0 ? allowed : found.fs.rmdir(found.parent.node, found.name);
    });
  }

  /** POSIX rename. EXDEV, EBUSY (a mount point), EINVAL (`.`, `..`, into itself), ENOTDIR, EISDIR, ENOTEMPTY. */
  rename(fromFd: number, from: Uint8Array, toFd: number, to: Uint8Array, lookup: Lookup = {}): number {
    return this.#walker.atomic(() => {
      const source = this.#walker.walk(fromFd, from, { ...lookup, entry: true });
      if (typeof source === "number") return source;
      if (source.node === 0) return -Errno.ENOENT;
      const target = this.#walker.walk(toFd, to, { ...lookup, entry: true });
      if (typeof target === "number") return target;
      if (source.name.length === 0 || target.name.length === 0) return -Errno.EBUSY;
      if (source.fs !== source.parent.fs || (target.node !== 0 && target.fs !== target.parent.fs))
        return -Errno.EBUSY;
      if (source.parent.fs !== target.parent.fs) return -Errno.EXDEV;
      return this.#renameWithin(source, target);
    });
  }

  #renameWithin(source: Resolved, target: Resolved): number {
    const status = source.fs.stat(source.node, this.#walker.stat);
    if (status < 0) return status;
    const directory = this.#walker.stat.type === FileType.DIRECTORY;
    if (!directory && (source.wantsDirectory || target.wantsDirectory)) return -Errno.ENOTDIR;
    for (const place of [source.parent, target.parent]) {
      const allowed = this.#walker.mayChange(place);
      if (allowed < 0) return allowed;
    }
    return source.fs.rename(source.parent.node, source.name, target.parent.node, target.name);
  }

  /** Changes the working directory. ENOENT, ENOTDIR, EACCES. */
  chdir(path: Uint8Array): number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#walker.stat);
      if (status < 0) return status;
      if (this.#walker.stat.type !== FileType.DIRECTORY) return -Errno.ENOTDIR;
      if (!this.#walker.permits(this.#walker.stat, Access.EXECUTE)) return -Errno.EACCES;
      return this.#process.kernel.setDirectory(this.#process.slot, found);
    });
  }

  /** Physical path of the working directory; its last known one after it was removed. */
  getcwd(): Uint8Array {
    return this.#process.kernel.directoryPath(this.#process.slot);
  }

  /** The directory that a path names. ENOENT, ENOTDIR. */
  directory(path: Uint8Array): Place | number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#walker.stat);
      if (status < 0) return status;
      return this.#walker.stat.type === FileType.DIRECTORY ? found : -Errno.ENOTDIR;
    });
  }

  /** The program file that a path names. ENOENT, EACCES (a directory, or not executable). */
  executable(path: Uint8Array): Place | number {
    return this.#walker.atomic(() => {
      const found = this.#walker.existing(AT_CWD, path, {});
      if (typeof found === "number") return found;
      const status = found.fs.stat(found.node, this.#walker.stat);
      if (status < 0) return status;
      const runs =
        this.#walker.stat.type === FileType.REGULAR &&
        this.#walker.permits(this.#walker.stat, Access.EXECUTE);
      return runs ? found : -Errno.EACCES;
    });
  }
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
