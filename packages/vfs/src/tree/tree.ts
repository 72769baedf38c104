import type { BaseSource } from "../base.ts";
import { Errno } from "../errno.ts";
import { VfsError } from "../errors.ts";
import {
  type DirEntrySink,
  type FileSystem,
  FileType,
  type NodeId,
  type Stat,
  type StatChange,
} from "../filesystem.ts";
import { type Heap, HeapSlot, type Pointer } from "../heap/heap.ts";
import { contentBlocks, readContent, resizeContent, writeContent } from "./content.ts";
import {
  addEntry,
  countNames,
  countSubdirectories,
  eachEntry,
  entryName,
  entryNode,
  findEntry,
} from "./directory.ts";
import { Entry, EntryFlag, Flag, Inode, Tree } from "./layout.ts";
import { ensureListed, ensureLoaded } from "./lazy.ts";
import {
  freeIfUnused,
  hasFlag,
  markDirtyData,
  newNode,
  nowNs,
  pin,
  setFlag,
  setTime,
  stampChange,
} from "./nodes.ts";
import { beforeWrite, displace, giveName, markChanged, removeFile, removeName } from "./shadow.ts";

/** How a tree is made. */
export interface TreeOptions {
  /** Most bytes of file data; default 2 GiB. */
  limitBytes?: number;
  /** Removals are remembered until a journal has seen them; default false. */
  journaled?: boolean;
}

const NAME_MAX = 255;

/**
 * The file tree in a shared heap: what guests see, acted on directly by every worker. Directories and files may stand
 * for parts of a project (`base`), which is read when first touched and never written.
 */
export class TreeFileSystem implements FileSystem {
  readonly dev = 1;
  readonly heap: Heap;
  readonly base: BaseSource | undefined;
  /** The tree's header in the heap. */
  readonly tree: Pointer;

  private constructor(heap: Heap, base: BaseSource | undefined) {
    this.heap = heap;
    this.base = base;
    this.tree = heap.root(HeapSlot.TREE);
  }

  /** An empty tree in `heap`, a root directory only. */
  static format(heap: Heap, options: TreeOptions = {}, base?: BaseSource): TreeFileSystem {
    heap.enter();
    try {
      const tree = heap.alloc(Tree.BYTES);
      heap.setRoot(HeapSlot.TREE, tree);
      const at = tree >>> 2;
      heap.u32[at + Tree.NEXT_INO] = 1;
      heap.u32[at + Tree.JOURNALED] = options.journaled ? 1 : 0;
      heap.f64[(tree + 4 * Tree.LIMIT) >>> 3] = options.limitBytes ?? 2 * 1024 ** 3;
      const root = newNode(heap, tree, FileType.DIRECTORY, 0o755);
      if (root === 0)
        throw new VfsError("no-space", "format tree: expected room for a root directory, the heap is full");
      heap.u32[at + Tree.ROOT] = root;
      heap.u32[(root >>> 2) + Inode.PARENT] = root;
      heap.u32[(root >>> 2) + Inode.NLINK] = 1;
      return new TreeFileSystem(heap, base);
    } finally {
      heap.leave();
    }
  }

  /** The tree that another thread made in this heap. */
  static attach(heap: Heap, base?: BaseSource): TreeFileSystem {
    return new TreeFileSystem(heap, base);
  }

  get root(): NodeId {
    return this.heap.u32[(this.tree >>> 2) + Tree.ROOT];
  }

  /** Another number after each change: what was read at one is still so at the same. */
  get revision(): number {
    return this.locked(() => this.heap.u32[(this.tree >>> 2) + Tree.REVISION]);
  }

  /** Runs `body` with the lock held and fresh views. */
  locked<T>(body: () => T): T {
    this.heap.enter();
    try {
      return body();
    } finally {
      this.heap.leave();
    }
  }

  // The calls that every path and every open file make do without closures.
  lookup(dir: NodeId, name: Uint8Array): NodeId {
    this.heap.enter();
    try {
      const entry = this.find(dir, name);
      if (entry < 0) return entry;
      const node = entry === 0 ? 0 : entryNode(this.heap, entry);
      return node === 0 ? -Errno.ENOENT : node;
    } finally {
      this.heap.leave();
    }
  }

  /** The entry of a name, 0 if the directory has none, or a negated errno. Wants the lock. */
  find(dir: NodeId, name: Uint8Array): number {
    if (this.type(dir) !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    if (name.length > NAME_MAX) return -Errno.ENAMETOOLONG;
    const failed = ensureListed(this.heap, this.tree, this.base, dir);
    return failed < 0 ? failed : findEntry(this.heap, dir, name);
  }

  type(node: NodeId): FileType {
    return this.heap.u32[(node >>> 2) + Inode.TYPE] as FileType;
  }

  parent(dir: NodeId): NodeId {
    return this.locked(() => this.heap.u32[(dir >>> 2) + Inode.PARENT]);
  }

  /** The name of a directory in its parent, empty for the root; undefined when it was removed. */
  nameOf(dir: NodeId): Uint8Array | undefined {
    return this.locked(() => {
      const entry = this.heap.u32[(dir >>> 2) + Inode.ENTRY];
      if (entry === 0) return dir === this.root ? new Uint8Array() : undefined;
      return entryName(this.heap, entry);
    });
  }

  retain(node: NodeId): void {
    this.locked(() => this.heap.u32[(node >>> 2) + Inode.OPEN]++);
  }

  release(node: NodeId): void {
    this.heap.enter();
    try {
      this.heap.u32[(node >>> 2) + Inode.OPEN]--;
      freeIfUnused(this.heap, this.tree, node);
    } finally {
      this.heap.leave();
    }
  }

  stat(node: NodeId, out: Stat): number {
    this.heap.enter();
    try {
      const { u32, f64, i64 } = this.heap;
      const at = node >>> 2;
      const type = u32[at + Inode.TYPE] as FileType;
      out.dev = this.dev;
      out.ino = u32[at + Inode.INO];
      out.type = type;
      out.mode = u32[at + Inode.MODE];
      out.nlink = u32[at + Inode.NLINK];
      out.uid = u32[at + Inode.UID];
      out.gid = u32[at + Inode.GID];
      out.rdev = 0;
      out.size = type === FileType.DIRECTORY ? 4096 : f64[(node + 4 * Inode.SIZE) >>> 3];
      out.blocks =
        type === FileType.REGULAR ? contentBlocks(this.heap, node) : type === FileType.DIRECTORY ? 8 : 0;
      out.atimeNs = i64[(node + 4 * Inode.ATIME) >>> 3];
      out.mtimeNs = i64[(node + 4 * Inode.MTIME) >>> 3];
      out.ctimeNs = i64[(node + 4 * Inode.CTIME) >>> 3];
      // POSIX counts the `..` of every subdirectory as a link; an unlisted one has none yet.
      if (type === FileType.DIRECTORY)
        out.nlink = 2 + (hasFlag(this.heap, node, Flag.UNLISTED) ? 0 : countSubdirectories(this.heap, node));
      return 0;
    } finally {
      this.heap.leave();
    }
  }

  ino(node: NodeId): number {
    return this.locked(() => this.heap.u32[(node >>> 2) + Inode.INO]);
  }

  setStat(node: NodeId, change: StatChange): number {
    return this.locked(() => {
      if (change.size !== undefined) {
        const failed = this.#resize(node, change.size);
        if (failed < 0) return failed;
      }
      const at = node >>> 2;
      const { u32 } = this.heap;
      if (change.mode !== undefined && u32[at + Inode.MODE] !== (change.mode & 0o7777)) {
        u32[at + Inode.MODE] = change.mode & 0o7777;
        setFlag(this.heap, node, Flag.META);
        markChanged(this.heap, node);
      }
      if (change.uid !== undefined) u32[at + Inode.UID] = change.uid;
      if (change.gid !== undefined) u32[at + Inode.GID] = change.gid;
      if (change.atimeNs !== undefined) setTime(this.heap, node, Inode.ATIME, change.atimeNs);
      if (change.mtimeNs !== undefined) setTime(this.heap, node, Inode.MTIME, change.mtimeNs);
      setTime(this.heap, node, Inode.CTIME, nowNs(this.heap));
      pin(this.heap, node);
      return 0;
    });
  }

  #resize(node: NodeId, size: number): number {
    const type = this.type(node);
    if (type === FileType.DIRECTORY) return -Errno.EISDIR;
    if (type !== FileType.REGULAR || size < 0) return -Errno.EINVAL;
    const failed = beforeWrite(this.heap, this.tree, this.base, node, size === 0);
    if (failed < 0) return failed;
    const old = this.heap.f64[(node + 4 * Inode.SIZE) >>> 3];
    const resized = resizeContent(this.heap, this.tree, node, size);
    if (resized < 0) return resized;
    markDirtyData(this.heap, node, Math.min(old, size), size);
    stampChange(this.heap, node);
    return 0;
  }

  readlink(node: NodeId): Uint8Array | number {
    return this.locked(() => {
      if (this.type(node) !== FileType.SYMLINK) return -Errno.EINVAL;
      const start = this.heap.u32[(node >>> 2) + Inode.DATA];
      return this.heap.u8.slice(start, start + this.heap.u32[(node >>> 2) + Inode.CAPACITY]);
    });
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    return this.locked(() => {
      if (this.type(dir) !== FileType.DIRECTORY) return -Errno.ENOTDIR;
      const failed = ensureListed(this.heap, this.tree, this.base, dir);
      if (failed < 0) return failed;
      eachEntry(this.heap, dir, cookie, (entry) => {
        const node = entryNode(this.heap, entry);
        if (node === 0) return true;
        const name = entryName(this.heap, entry);
        return sink(name, node, this.type(node), this.heap.u32[(entry >>> 2) + Entry.SEQ]);
      });
      return 0;
    });
  }

  read(node: NodeId, offset: number, dst: Uint8Array): number {
    return this.locked(() => {
      const type = this.type(node);
      if (type !== FileType.REGULAR) return type === FileType.DIRECTORY ? -Errno.EISDIR : -Errno.EINVAL;
      if (hasFlag(this.heap, node, Flag.LAZY)) {
        const failed = ensureLoaded(this.heap, this.tree, this.base, node);
        if (failed < 0) return failed;
      }
      return readContent(this.heap, node, offset, dst);
    });
  }

  write(node: NodeId, offset: number, src: Uint8Array): number {
    return this.locked(() => {
      const type = this.type(node);
      if (type !== FileType.REGULAR) return type === FileType.DIRECTORY ? -Errno.EISDIR : -Errno.EINVAL;
      const failed = beforeWrite(this.heap, this.tree, this.base, node, false);
      if (failed < 0) return failed;
      const at = offset < 0 ? this.heap.f64[(node + 4 * Inode.SIZE) >>> 3] : offset;
      const size = this.heap.f64[(node + 4 * Inode.SIZE) >>> 3];
      const wrote = writeContent(this.heap, this.tree, node, at, src);
      if (wrote > 0) markDirtyData(this.heap, node, Math.min(at, size), at + wrote);
      if (wrote >= 0) stampChange(this.heap, node);
      return wrote;
    });
  }

  create(dir: NodeId, name: Uint8Array, type: FileType, mode: number, target?: Uint8Array): NodeId {
    return this.locked(() => {
      const entry = this.find(dir, name);
      if (entry < 0) return entry;
      if (entry !== 0 && entryNode(this.heap, entry) !== 0) return -Errno.EEXIST;
      if (this.#isRemoved(dir)) return -Errno.ENOENT;
      const node = newNode(this.heap, this.tree, type, mode);
      if (node === 0) return -Errno.ENOSPC;
      const at = node >>> 2;
      if (type === FileType.DIRECTORY) this.heap.u32[at + Inode.PARENT] = dir;
      if (type === FileType.SYMLINK && target !== undefined) {
        this.heap.u32[at + Inode.DATA] = this.heap.store(target);
        this.heap.u32[at + Inode.CAPACITY] = target.length;
        this.heap.f64[(node + 4 * Inode.SIZE) >>> 3] = target.length;
      }
      if (giveName(this.heap, dir, name, entry, node)) return node;
      freeIfUnused(this.heap, this.tree, node);
      return -Errno.ENOSPC;
    });
  }

  #isRemoved(dir: NodeId): boolean {
    return this.heap.u32[(dir >>> 2) + Inode.NLINK] === 0;
  }

  link(dir: NodeId, name: Uint8Array, node: NodeId): number {
    return this.locked(() => {
      const entry = this.find(dir, name);
      if (entry < 0) return entry;
      if (entry !== 0 && entryNode(this.heap, entry) !== 0) return -Errno.EEXIST;
      if (this.type(node) === FileType.DIRECTORY) return -Errno.EPERM;
      if (this.#isRemoved(dir)) return -Errno.ENOENT;
      setTime(this.heap, node, Inode.CTIME, nowNs(this.heap));
      return giveName(this.heap, dir, name, entry, node) ? 0 : -Errno.ENOSPC;
    });
  }

  unlink(dir: NodeId, name: Uint8Array): number {
    return this.locked(() => {
      const entry = this.find(dir, name);
      if (entry < 0) return entry;
      const node = entry === 0 ? 0 : entryNode(this.heap, entry);
      if (node === 0) return -Errno.ENOENT;
      if (this.type(node) === FileType.DIRECTORY) return -Errno.EISDIR;
      removeFile(this.heap, this.tree, dir, entry);
      freeIfUnused(this.heap, this.tree, node);
      return 0;
    });
  }

  rmdir(dir: NodeId, name: Uint8Array): number {
    return this.locked(() => {
      const entry = this.find(dir, name);
      if (entry < 0) return entry;
      const node = entry === 0 ? 0 : entryNode(this.heap, entry);
      if (node === 0) return -Errno.ENOENT;
      const empty = this.#isEmptyDirectory(node);
      if (empty < 0) return empty;
      removeName(this.heap, this.tree, dir, entry);
      freeIfUnused(this.heap, this.tree, node);
      return 0;
    });
  }

  /** 0, ENOTDIR or ENOTEMPTY. */
  #isEmptyDirectory(node: NodeId): number {
    if (this.type(node) !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    const failed = ensureListed(this.heap, this.tree, this.base, node);
    if (failed < 0) return failed;
    return countNames(this.heap, node) > 0 ? -Errno.ENOTEMPTY : 0;
  }

  rename(fromDir: NodeId, fromName: Uint8Array, toDir: NodeId, toName: Uint8Array): number {
    return this.locked(() => {
      const from = this.find(fromDir, fromName);
      if (from < 0) return from;
      const node = from === 0 ? 0 : entryNode(this.heap, from);
      if (node === 0) return -Errno.ENOENT;
      let to = this.find(toDir, toName);
      if (to < 0) return to;
      if (this.#isRemoved(toDir)) return -Errno.ENOENT;
      const replaced = to === 0 ? 0 : entryNode(this.heap, to);
      if (replaced === node) return 0;
      if (replaced !== 0 && this.#isAbove(replaced, fromDir)) return -Errno.ENOTEMPTY;
      const refused = this.#mayReplace(node, toDir, replaced);
      if (refused < 0) return refused;
      if (to === 0) to = addEntry(this.heap, toDir, toName, 0, EntryFlag.GHOST);
      if (to === 0) return -Errno.ENOSPC;
      if (replaced !== 0) displace(this.heap, toDir, to);
      removeName(this.heap, this.tree, fromDir, from);
      giveName(this.heap, toDir, toName, to, node);
      if (this.type(node) === FileType.DIRECTORY) this.heap.u32[(node >>> 2) + Inode.PARENT] = toDir;
      if (replaced !== 0) freeIfUnused(this.heap, this.tree, replaced);
      return 0;
    });
  }

  /** Whether `dir` is `below` or a directory above it. */
  #isAbove(dir: NodeId, below: NodeId): boolean {
    for (let at = below; at !== 0; at = this.heap.u32[(at >>> 2) + Inode.PARENT]) {
      if (at === dir) return true;
      if (at === this.root) break;
    }
    return false;
  }

  #mayReplace(node: NodeId, toDir: NodeId, replaced: NodeId): number {
    const directory = this.type(node) === FileType.DIRECTORY;
    if (directory && this.#isAbove(node, toDir)) return -Errno.EINVAL;
    if (replaced === 0) return 0;
    if (directory) return this.#isEmptyDirectory(replaced);
    return this.type(replaced) === FileType.DIRECTORY ? -Errno.EISDIR : 0;
  }

  sync(_node: NodeId): number {
    return 0;
  }
}
