import {
  type DirEntrySink,
  emptyStat,
  encodeText,
  type FileSystem,
  FileType,
  type NodeId,
  type Stat,
} from "@shadowbox/vfs";
import { type Mount, ReadOnlyFileSystem } from "@shadowbox/wasi";

/** Device number of the mount. */
const DEV = 31;

/** A folder of the tree, laid over itself so that nothing in it can be changed from inside. */
class FrozenFolder extends ReadOnlyFileSystem {
  override readonly root: NodeId;
  readonly #tree: FileSystem;

  constructor(tree: FileSystem, root: NodeId) {
    super(DEV);
    this.#tree = tree;
    this.root = root;
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    return this.#tree.lookup(dir, name);
  }
  parent(dir: NodeId): NodeId {
    return dir === this.root ? dir : this.#tree.parent(dir);
  }
  stat(node: NodeId, out: Stat): number {
    const done = this.#tree.stat(node, out);
    out.dev = this.dev;
    return done;
  }
  override ino(node: NodeId): number {
    return this.#tree.ino(node);
  }
  readlink(node: NodeId): Uint8Array | number {
    return this.#tree.readlink(node);
  }
  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    return this.#tree.readdir(dir, cookie, sink);
  }
  read(node: NodeId, offset: number, dst: Uint8Array): number {
    return this.#tree.read(node, offset, dst);
  }
  override retain(node: NodeId): void {
    this.#tree.retain(node);
  }
  override release(node: NodeId): void {
    this.#tree.release(node);
  }
}

/** The mount that freezes the folder at an absolute path; none if there is no folder. */
export function frozenMounts(tree: FileSystem, path: string | undefined): Mount[] {
  if (path === undefined) return [];
  let node: NodeId = tree.root;
  for (const name of path.split("/").filter(Boolean)) {
    node = tree.lookup(node, encodeText(name));
    if (node < 0) return [];
  }
  const stat = emptyStat();
  if (tree.stat(node, stat) < 0 || stat.type !== FileType.DIRECTORY) return [];
  tree.retain(node);
  return [{ path, fs: new FrozenFolder(tree, node) }];
}
