import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { Errno } from "../../errno.ts";
import {
  type DirEntrySink,
  emptyStat,
  type FileSystem,
  FileType,
  type NodeId,
  type Stat,
  type StatChange,
} from "../../filesystem.ts";
import type { Heap } from "../../heap/heap.ts";
import { BY_DESCRIPTOR, descriptorPath, inDirectory, NAMED, placeIn } from "./confined.ts";
import { NodeTable, ROOT } from "./node-table.ts";
import { attempt, hash, makeFile, makeNode, openFile, typeOf, writeAll } from "./nodes.ts";

const { O_RDONLY, O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_APPEND } = constants;

/** Asked once: a call of the system for each file shows. */
const OWN_UID = process.getuid?.();
const OWN_GID = process.getgid?.();

/** How a directory of the host is shown. */
export interface DirectoryOptions {
  /** Absolute path, without symlinks. */
  root: string;
  /** Shown in place of the user that owns what this process makes. */
  user: { uid: number; gid: number };
}

/**
 * A real folder as a file system of a sandbox: whatever else changes it (programs that have it open themselves) is seen at
 * the next look. Every name is reached from the root by descriptors, one directory after the other, never by a joined
 * path, so a directory that is swapped for a symlink meanwhile leads nowhere. A node that is open holds a descriptor of
 * the host, which all threads share.
 */
export class DirectoryFileSystem implements FileSystem {
  readonly dev = 1;
  readonly root: NodeId = ROOT;
  readonly #options: DirectoryOptions;
  readonly #nodes: NodeTable;
  /** What was made last, still open: its mode may not let it be opened again. */
  #fresh: { node: NodeId; fd: number } | undefined;

  constructor(heap: Heap, options: DirectoryOptions) {
    this.#options = options;
    this.#nodes = new NodeTable(heap);
  }

  #inDir<T>(dir: NodeId, use: (place: Buffer) => T): T | number {
    const { descriptor, names } = this.#nodes.way(dir);
    return attempt(() => inDirectory(this.#options.root, descriptor, names, use));
  }

  #entry<T>(dir: NodeId, name: Uint8Array, use: (place: Buffer) => T): T | number {
    return this.#inDir(dir, (place) => use(placeIn(place, name)));
  }

  /** Calls `use` with a path to the node itself, whose last name must not be followed if it is a link. */
  #node<T>(node: NodeId, use: (place: Buffer) => T): T | number {
    // The descriptor's own path is a link.
    if (node === ROOT) return this.#entry(node, DOT, use);
    const { parent, name } = this.#nodes.step(node);
    return this.#entry(parent, name, use);
  }

  /** Calls `use` with a descriptor of the node: the one that is held, or a fresh one that is closed again. */
  #open<T>(node: NodeId, flags: number, use: (fd: number) => T): T | number {
    const held = this.#nodes.descriptor(node);
    if (held >= 0) return attempt(() => use(held));
    return this.#node(node, (place) => {
      const fd = openSync(place, flags);
      try {
        return use(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    const ino = this.#entry(dir, name, (place) => lstatSync(place).ino);
    if (ino < 0) return ino;
    const node = this.#number(dir, name);
    if (node < 0) return node;
    const held = this.#nodes.descriptor(node);
    if (held < 0 || fstatSync(held).ino === ino) return node;
    // A program put another file in place of the one that is open.
    this.#nodes.removed(dir, name);
    return this.#number(dir, name);
  }

  #number(dir: NodeId, name: Uint8Array): number {
    const node = this.#nodes.number(dir, name);
    return node === 0 ? -Errno.ENOMEM : node;
  }

  parent(dir: NodeId): NodeId {
    return dir === ROOT ? ROOT : this.#nodes.step(dir).parent;
  }

  retain(node: NodeId): void {
    if (!this.#nodes.retain(node)) return;
    if (this.#fresh?.node === node) {
      this.#nodes.open(node, this.#fresh.fd);
      this.#fresh = undefined;
      return;
    }
    const fd = this.#node(node, (place) => {
      const facts = lstatSync(place);
      if (facts.isFile()) return openFile(place);
      return facts.isDirectory() ? openSync(place, NAMED) : -1;
    });
    if (fd >= 0) this.#nodes.open(node, fd);
  }

  release(node: NodeId): void {
    const fd = this.#nodes.release(node);
    if (fd >= 0) closeSync(fd);
  }

  stat(node: NodeId, out: Stat): number {
    const held = this.#nodes.descriptor(node);
    const facts =
      held >= 0
        ? attempt(() => fstatSync(held, { bigint: true }))
        : this.#node(node, (place) => lstatSync(place, { bigint: true }));
    if (typeof facts === "number") return facts;
    this.#fill(out, facts);
    return 0;
  }

  ino(node: NodeId): number {
    const held = this.#nodes.descriptor(node);
    const ino =
      held >= 0 ? attempt(() => fstatSync(held).ino) : this.#node(node, (place) => lstatSync(place).ino);
    return Math.max(0, ino);
  }

  #fill(out: Stat, facts: BigIntStats): void {
    const { uid, gid } = this.#options.user;
    out.dev = this.dev;
    out.ino = Number(facts.ino);
    out.type = typeOf(facts);
    out.mode = Number(facts.mode) & 0o7777;
    out.nlink = Number(facts.nlink);
    out.uid = Number(facts.uid) === OWN_UID ? uid : Number(facts.uid);
    out.gid = Number(facts.gid) === OWN_GID ? gid : Number(facts.gid);
    out.size = Number(facts.size);
    out.blocks = Number(facts.blocks ?? 0n);
    out.rdev = Number(facts.rdev);
    out.atimeNs = facts.atimeNs;
    out.mtimeNs = facts.mtimeNs;
    out.ctimeNs = facts.ctimeNs;
  }

  setStat(node: NodeId, change: StatChange): number {
    const { size, mode, uid, gid } = change;
    if (size !== undefined) {
      const status = this.#open(node, O_WRONLY | O_NOFOLLOW, (fd) => {
        ftruncateSync(fd, size);
        return 0;
      });
      if (status < 0) return status;
    }
    if (mode !== undefined) {
      const status = this.#itself(node, (place) => chmodSync(place, mode));
      if (status < 0) return status;
    }
    if (uid !== undefined || gid !== undefined) {
      const status = this.#itself(node, (place, facts) =>
        chownSync(place, this.#owner(uid, facts.uid, "uid"), this.#owner(gid, facts.gid, "gid")),
      );
      if (status < 0) return status;
    }
    return this.#setTimes(node, change);
  }

  /** The host's number of an owner. */
  #owner(wanted: number | undefined, now: bigint, kind: "uid" | "gid"): number {
    if (wanted === undefined) return Number(now);
    const mine = kind === "uid" ? OWN_UID : OWN_GID;
    return wanted === this.#options.user[kind] && mine !== undefined ? mine : wanted;
  }

  /** Calls `use` with a path that leads to the node even if another is swapped in for it. */
  #itself(node: NodeId, use: (place: Buffer, facts: BigIntStats) => void): number {
    return this.#open(node, NAMED, (fd) => {
      const facts = fstatSync(fd, { bigint: true });
      if (!facts.isSymbolicLink())
        use(BY_DESCRIPTOR ? descriptorPath(fd) : Buffer.from(`/dev/fd/${fd}`), facts);
      return 0;
    });
  }

  #setTimes(node: NodeId, { atimeNs, mtimeNs }: StatChange): number {
    if (atimeNs === undefined && mtimeNs === undefined) return 0;
    const held = this.#nodes.descriptor(node);
    const seconds = (ns: bigint) => Number(ns) / 1e9;
    if (held >= 0)
      return attempt(() => {
        const facts = fstatSync(held, { bigint: true });
        const times = [seconds(atimeNs ?? facts.atimeNs), seconds(mtimeNs ?? facts.mtimeNs)] as const;
        if (facts.isDirectory() && BY_DESCRIPTOR) lutimesSync(placeIn(descriptorPath(held), DOT), ...times);
        else futimesSync(held, ...times);
        return 0;
      });
    return this.#node(node, (place) => {
      const facts = lstatSync(place, { bigint: true });
      lutimesSync(place, seconds(atimeNs ?? facts.atimeNs), seconds(mtimeNs ?? facts.mtimeNs));
      return 0;
    });
  }

  readlink(node: NodeId): Uint8Array | number {
    return this.#node(node, (place) => new Uint8Array(readlinkSync(place, { encoding: "buffer" })));
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    const entries = this.#inDir(dir, (place) =>
      readdirSync(place, { withFileTypes: true, encoding: "buffer" }).map((entry) => ({
        name: new Uint8Array(entry.name as unknown as Buffer),
        type: typeOf(entry),
      })),
    );
    if (typeof entries === "number") return entries;
    // The order of a hash of the names: an entry keeps its place whatever else comes or goes.
    const ordered = entries.map((entry) => ({ ...entry, at: hash(entry.name) })).sort((a, b) => a.at - b.at);
    for (const { name, type, at } of ordered) {
      if (at < cookie) continue;
      if (!sink(name, this.#number(dir, name), type, at + 1)) return 0;
    }
    return 0;
  }

  read(node: NodeId, offset: number, dst: Uint8Array): number {
    return this.#open(node, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, (fd) =>
      readSync(fd, dst, 0, dst.length, offset),
    );
  }

  /** Bounds what may be written, in all threads, given that all files together have `total` bytes: to `left` bytes more. */
  bound(total: number, left: number): void {
    this.#nodes.most = total + left;
    this.#nodes.left = left;
  }

  /** Bytes that all files together may have. */
  get most(): number {
    return this.#nodes.most;
  }

  /** Bytes that may still be written; looked for again where fewer than `wanted` seem to be left: files may have been removed. */
  room(wanted: number): number {
    if (this.#nodes.left < wanted)
      this.#nodes.left = Math.max(0, this.#nodes.most - this.#total(this.root, new Set()));
    return this.#nodes.left;
  }

  /** Bytes of all files from `dir` on, each once. */
  #total(dir: NodeId, seen: Set<number>): number {
    const stat = emptyStat();
    let total = 0;
    this.retain(dir);
    this.readdir(dir, 0, (_, node) => {
      if (this.stat(node, stat) < 0 || seen.has(stat.ino)) return true;
      seen.add(stat.ino);
      if (stat.type === FileType.DIRECTORY) total += this.#total(node, seen);
      else if (stat.type === FileType.REGULAR) total += stat.size;
      return true;
    });
    this.release(dir);
    return total;
  }

  #take(bytes: number): boolean {
    return this.#nodes.take(bytes) || (this.room(bytes) >= bytes && this.#nodes.take(bytes));
  }

  write(node: NodeId, offset: number, src: Uint8Array): number {
    return this.#open(node, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, (fd) => {
      const bounded = this.#nodes.left !== Number.POSITIVE_INFINITY;
      if (bounded && !this.#take(growth(fd, offset, src.length))) return -Errno.ENOSPC;
      if (offset >= 0) return writeAll(fd, src, offset);
      if (!BY_DESCRIPTOR) return writeAll(fd, src, Number(fstatSync(fd).size));
      // A descriptor of its own, on which the system appends.
      const end = openSync(descriptorPath(fd), O_WRONLY | O_APPEND);
      try {
        return writeAll(end, src, null);
      } finally {
        closeSync(end);
      }
    });
  }

  create(dir: NodeId, name: Uint8Array, type: FileType, mode: number, target?: Uint8Array): NodeId {
    const fd = this.#entry(dir, name, (place) =>
      type === FileType.REGULAR ? makeFile(place, mode) : makeNode(place, type, mode, target),
    );
    if (fd < 0) return fd;
    this.#nodes.removed(dir, name);
    const node = this.#number(dir, name);
    if (type !== FileType.REGULAR) return node;
    if (this.#fresh !== undefined) closeSync(this.#fresh.fd);
    this.#fresh = { node, fd };
    return node;
  }

  link(dir: NodeId, name: Uint8Array, node: NodeId): number {
    return this.#node(node, (from) =>
      this.#entry(dir, name, (to) => {
        linkSync(from, to);
        return 0;
      }),
    );
  }

  unlink(dir: NodeId, name: Uint8Array): number {
    const status = this.#entry(dir, name, (place) => {
      if (lstatSync(place).isDirectory()) return -Errno.EISDIR;
      unlinkSync(place);
      return 0;
    });
    if (status === 0) this.#nodes.removed(dir, name);
    return status;
  }

  rmdir(dir: NodeId, name: Uint8Array): number {
    const status = this.#entry(dir, name, (place) => {
      rmdirSync(place);
      return 0;
    });
    if (status === 0) this.#nodes.removed(dir, name);
    return status;
  }

  rename(fromDir: NodeId, fromName: Uint8Array, toDir: NodeId, toName: Uint8Array): number {
    const status = this.#entry(fromDir, fromName, (from) =>
      this.#entry(toDir, toName, (to) => {
        renameSync(from, to);
        return 0;
      }),
    );
    if (status === 0) this.#nodes.moved({ parent: fromDir, name: fromName }, { parent: toDir, name: toName });
    return status;
  }

  /** The host's descriptor of a node that is held open, or -1. */
  descriptor(node: NodeId): number {
    return this.#nodes.descriptor(node);
  }

  sync(node: NodeId): number {
    return this.#open(node, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, (fd) => {
      if (!fstatSync(fd).isDirectory()) fsyncSync(fd);
      return 0;
    });
  }
}

const DOT = Buffer.from(".");

/** How many bytes a write adds to a file; an offset below 0 is the file's end. */
function growth(fd: number, offset: number, length: number): number {
  const { size } = fstatSync(fd);
  return offset < 0 ? length : Math.min(length, Math.max(0, offset + length - size));
}
