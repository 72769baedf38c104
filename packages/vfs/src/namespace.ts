import { Errno } from "./errno.ts";
import type { FileSystem, NodeId } from "./filesystem.ts";

/** A node of a file system of the namespace. */
export interface Place {
  fs: FileSystem;
  node: NodeId;
}

/** A path resolved up to its last name. `node` is 0 when nothing has that name. */
export interface Resolved extends Place {
  /** The directory that holds, or would hold, the last name; the place itself for `/`, `.` and `..`. */
  parent: Place;
  /** Empty for `/`, `.` and `..`: such a path names no entry that could be made or removed. */
  name: Uint8Array;
  /** The path ended in `/`: only a directory will do. */
  wantsDirectory: boolean;
}

export interface WalkOptions {
  /** Follow a symlink in the last place; default true. */
  follow?: boolean;
  /** The path names an entry to be made or removed: a symlink in the last place is meant itself, even before a `/`. */
  entry?: boolean;
  /** Refuse to leave this directory (ENOTCAPABLE), the confinement of a preopened directory other than `/`. */
  beneath?: Place;
}

const SYMLINKS_MAX = 40;
const PATH_MAX = 4096;
const NAME_MAX = 255;
const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * File systems joined into one tree, and the walk through it: the only code that turns paths into nodes. `..` of the
 * root is the root; symlinks resolve inside, absolute ones from the root (POSIX.1-2017, 4.13).
 */
export class Namespace {
  readonly root: Place;
  #mounts: { on: Place; root: Place }[] = [];

  constructor(root: FileSystem) {
    this.root = { fs: root, node: root.root };
  }

  /** Mounts `fs` over the directory at `path`, which must be there. 0 or a negated errno. */
  mount(path: Uint8Array, fs: FileSystem): number {
    const on = this.walk(this.root, path);
    if (typeof on === "number") return on;
    if (on.node === 0) return -Errno.ENOENT;
    this.#mounts.push({ on: { fs: on.fs, node: on.node }, root: { fs, node: fs.root } });
    return 0;
  }

  /** Every file system, by device number. */
  fileSystem(dev: number): FileSystem | undefined {
    if (this.root.fs.dev === dev) return this.root.fs;
    return this.#mounts.find((mount) => mount.root.fs.dev === dev)?.root.fs;
  }

  get fileSystems(): FileSystem[] {
    return [this.root.fs, ...this.#mounts.map((mount) => mount.root.fs)];
  }

  /** Resolves `path` (bytes) from directory `from`. ENOENT (empty path, missing directory), ENOTDIR, ELOOP, ENAMETOOLONG, ENOTCAPABLE. */
  walk(from: Place, path: Uint8Array, options: WalkOptions = {}): Resolved | number {
    if (path.length === 0) return -Errno.ENOENT;
    if (path.length > PATH_MAX) return -Errno.ENAMETOOLONG;
    for (let i = 0; i < path.length; i++) if (path[i] === 0) return -Errno.EINVAL;
    const walk: Walk = {
      at: from,
      path,
      next: 0,
      links: 0,
      follow: options.follow ?? true,
      entry: options.entry ?? false,
      beneath: options.beneath,
    };
    if (path[0] === SLASH) {
      if (options.beneath !== undefined) return -Errno.ENOTCAPABLE;
      walk.at = this.root;
    }
    return this.#run(walk);
  }

  #run(walk: Walk): Resolved | number {
    for (;;) {
      const { path } = walk;
      const start = afterSlashes(path, walk.next);
      let end = start;
      while (end < path.length && path[end] !== SLASH) end++;
      if (end === start) return resolved(walk.at, walk.at, NOTHING, true);
      if (end - start > NAME_MAX) return -Errno.ENAMETOOLONG;
      const name = path.subarray(start, end);
      walk.next = afterSlashes(path, end);
      const slash = walk.next > end;
      const last = walk.next === path.length;
      if (isDots(name)) {
        const moved = name.length === 2 ? this.#up(walk) : this.#isDirectory(walk.at);
        if (moved < 0) return moved;
        if (last) return resolved(walk.at, walk.at, NOTHING, true);
        continue;
      }
      const { fs } = walk.at;
      const node = fs.lookup(walk.at.node, name);
      if (node < 0) {
        if (node !== -Errno.ENOENT || !last) return node;
        return resolved({ fs, node: 0 }, walk.at, name, slash);
      }
      if (!last || (!walk.entry && (walk.follow || slash))) {
        const followed = this.#follow(walk, node, slash);
        if (followed < 0) return followed;
        if (followed > 0) continue;
      }
      const place = this.#covered({ fs, node });
      if (last) return resolved(place, walk.at, name, slash);
      walk.at = place;
    }
  }

  /** 1: `node` was a symlink, and the walk goes on from its target; 0: it is none. */
  #follow(walk: Walk, node: NodeId, slash: boolean): number {
    const target = walk.at.fs.readlink(node);
    if (typeof target === "number") return target === -Errno.EINVAL ? 0 : target;
    if (++walk.links > SYMLINKS_MAX) return -Errno.ELOOP;
    if (target.length === 0) return -Errno.ENOENT;
    if (target[0] === SLASH) {
      if (walk.beneath !== undefined) return -Errno.ENOTCAPABLE;
      walk.at = this.root;
    }
    walk.path = join(target, walk.path.subarray(walk.next), slash);
    walk.next = 0;
    return walk.path.length > 2 * PATH_MAX ? -Errno.ENAMETOOLONG : 1;
  }

  #isDirectory(place: Place): number {
    // A look-up of a name that cannot be there tells a directory from anything else.
    const probe = place.fs.lookup(place.node, PROBE);
    return probe === -Errno.ENOTDIR ? probe : 0;
  }

  #up(walk: Walk): number {
    const { at, beneath } = walk;
    if (beneath !== undefined && same(at, beneath)) return -Errno.ENOTCAPABLE;
    walk.at = this.parent(at);
    return 0;
  }

  /** The directory above, through mount points; the root is above itself. */
  parent(place: Place): Place {
    let at = place;
    while (at.node === at.fs.root) {
      const mount = this.#mounts.find((candidate) => same(candidate.root, at));
      if (mount === undefined) return this.root;
      at = mount.on;
    }
    return { fs: at.fs, node: at.fs.parent(at.node) };
  }

  /** What is mounted on the place, else the place. */
  #covered(place: Place): Place {
    for (const mount of this.#mounts) if (same(mount.on, place)) return mount.root;
    return place;
  }

  /** Absolute path of a directory, or ENOENT when it was removed. */
  pathOf(place: Place): Uint8Array | number {
    const names: Uint8Array[] = [];
    for (let at = place; !same(at, this.root); ) {
      const above = this.parent(at);
      const name = this.#nameIn(above, at);
      if (name === undefined) return -Errno.ENOENT;
      names.unshift(name);
      at = above;
    }
    if (names.length === 0) return Uint8Array.of(SLASH);
    const path = new Uint8Array(names.reduce((sum, name) => sum + name.length + 1, 0));
    let end = 0;
    for (const name of names) {
      path[end++] = SLASH;
      path.set(name, end);
      end += name.length;
    }
    return path;
  }

  #nameIn(above: Place, place: Place): Uint8Array | undefined {
    let wanted = place;
    for (;;) {
      const mount = this.#mounts.find((candidate) => same(candidate.root, wanted));
      if (mount === undefined) break;
      wanted = mount.on;
    }
    let found: Uint8Array | undefined;
    above.fs.readdir(above.node, 0, (name, node) => {
      if (node === wanted.node) found = name.slice();
      return found === undefined;
    });
    return found;
  }
}

interface Walk {
  at: Place;
  path: Uint8Array;
  /** Where in `path` the walk goes on. */
  next: number;
  links: number;
  follow: boolean;
  entry: boolean;
  beneath: Place | undefined;
}

const NOTHING = new Uint8Array();
const PROBE = Uint8Array.of(1);

function same(a: Place, b: Place): boolean {
  return a.node === b.node && a.fs === b.fs;
}

function isDots(name: Uint8Array): boolean {
  return name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT));
}

/** Spelt out: every path of every call ends here, and a spread costs more than the walk. */
function resolved(place: Place, parent: Place, name: Uint8Array, wantsDirectory: boolean): Resolved {
  return { fs: place.fs, node: place.node, parent, name, wantsDirectory };
}

function afterSlashes(path: Uint8Array, from: number): number {
  let at = from;
  while (at < path.length && path[at] === SLASH) at++;
  return at;
}

function join(target: Uint8Array, rest: Uint8Array, slash: boolean): Uint8Array {
  if (rest.length === 0 && !slash) return target;
  const path = new Uint8Array(target.length + 1 + rest.length);
  path.set(target);
  path[target.length] = SLASH;
  path.set(rest, target.length + 1);
  return path;
}
