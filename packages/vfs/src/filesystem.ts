/**
 * What a file system backend is: nodes addressed by number, one operation a method, no paths. The path walk
 * (`walk.ts`) is the only code that turns paths into nodes, and the only place where confinement is decided.
 *
 * Every method is synchronous, answers ≥ 0 on success or a negated {@link Errno}, and is safe to call from any worker
 * that attached the backend. Names are raw bytes without `/` and NUL, 1–255 long.
 */

/** A node of one file system; meaningless in another. */
export type NodeId = number;

/** File types; the values are those of WASI preview 1 `filetype`, FIFO is ours (preview 1 has none). */
export const FileType = {
  UNKNOWN: 0,
  BLOCK_DEVICE: 1,
  CHARACTER_DEVICE: 2,
  DIRECTORY: 3,
  REGULAR: 4,
  SOCKET: 6,
  SYMLINK: 7,
  FIFO: 8,
} as const;
export type FileType = (typeof FileType)[keyof typeof FileType];

/** What `stat` fills in. Times are nanoseconds since the epoch; `mode` holds the 12 permission bits only. */
export interface Stat {
  dev: number;
  ino: number;
  type: FileType;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  /** Storage really used, in units of 512 bytes. */
  blocks: number;
  /** Device number of a device node, else 0. */
  rdev: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

/** What {@link FileSystem.setStat} changes; absent fields stay. `size` truncates or extends with zeros. */
export interface StatChange {
  mode?: number;
  uid?: number;
  gid?: number;
  size?: number;
  atimeNs?: bigint;
  mtimeNs?: bigint;
}

/** Receives one directory entry; answers false to stop. `next` is the cookie that continues after this entry. */
export type DirEntrySink = (name: Uint8Array, node: NodeId, type: FileType, next: number) => boolean;

/** One file system. Errors listed are those beyond EIO, ENOSPC and, on a read-only one, EROFS. */
export interface FileSystem {
  /** Device number shown as `st_dev`; unique within a sandbox. */
  readonly dev: number;
  readonly root: NodeId;

  /** The child `name` of `dir` (never `.` or `..`). ENOENT, ENOTDIR. */
  lookup(dir: NodeId, name: Uint8Array): NodeId;
  /** The directory that holds the directory `dir`; the root answers itself. */
  parent(dir: NodeId): NodeId;
  /** An open file keeps its node alive after unlink: one `retain` per open file description, one `release` at close. */
  retain(node: NodeId): void;
  release(node: NodeId): void;
  stat(node: NodeId, out: Stat): number;
  /** The inode number that `stat` tells, at less cost; 0 where it would fail. */
  ino(node: NodeId): number;
  /** EISDIR or EINVAL for `size` of something that is no regular file; EFBIG over the limit. */
  setStat(node: NodeId, change: StatChange): number;
  /** The link's target, or a negated errno (EINVAL: no link). */
  readlink(node: NodeId): Uint8Array | number;
  /** Entries after `cookie` (0: from the start), without `.` and `..`; cookies stay valid while others change the directory. */
  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number;
  /** Bytes read into `dst`, 0 at the end of the file. EISDIR. */
  read(node: NodeId, offset: number, dst: Uint8Array): number;
  /** Bytes written; `offset` -1 appends atomically. EFBIG, ENOSPC. */
  write(node: NodeId, offset: number, src: Uint8Array): number;
  /** A new node under `name`: EEXIST if there is one. `target` is a symlink's. */
  create(dir: NodeId, name: Uint8Array, type: FileType, mode: number, target?: Uint8Array): NodeId;
  /** One more name for `node`. EEXIST, EPERM (directory), EMLINK. */
  link(dir: NodeId, name: Uint8Array, node: NodeId): number;
  /** Removes a name that is no directory. ENOENT, EISDIR. */
  unlink(dir: NodeId, name: Uint8Array): number;
  /** Removes an empty directory. ENOENT, ENOTDIR, ENOTEMPTY. */
  rmdir(dir: NodeId, name: Uint8Array): number;
  /** POSIX rename(): replaces the target atomically. ENOENT, EISDIR, ENOTDIR, ENOTEMPTY, EINVAL (into itself). */
  rename(fromDir: NodeId, fromName: Uint8Array, toDir: NodeId, toName: Uint8Array): number;
  /** Makes the node's changes durable (journal flush, fsync). */
  sync(node: NodeId): number;
}

/** A fresh, zeroed {@link Stat} to pass to `stat`. */
export function emptyStat(): Stat {
  return {
    dev: 0,
    ino: 0,
    type: FileType.UNKNOWN,
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    size: 0,
    blocks: 0,
    rdev: 0,
    atimeNs: 0n,
    mtimeNs: 0n,
    ctimeNs: 0n,
  };
}
