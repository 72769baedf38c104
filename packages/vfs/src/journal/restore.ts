import { FileType, type NodeId } from "../filesystem.ts";
import { setBase } from "../tree/base-record.ts";
import { resizeContent, writeContent } from "../tree/content.ts";
import { addEntry, setEntryNode } from "../tree/directory.ts";
import { Entry, EntryFlag, Flag, Inode, Tree } from "../tree/layout.ts";
import { newNode, setFlag, setTime } from "../tree/nodes.ts";
import type { TreeFileSystem } from "../tree/tree.ts";
import type { JournalRecord, NodeRecord } from "./records.ts";

/** The last word of the journal on everything, before it becomes a tree. */
export class JournalState {
  readonly nodes = new Map<number, NodeRecord>();
  /** In the order they were written. */
  readonly data = new Map<number, { offset: number; bytes: Uint8Array; size: number }[]>();
  readonly entries = new Map<number, Map<string, { name: Uint8Array; node: number; was: number }>>();

  apply(record: JournalRecord): void {
    if (record.type === "node") {
      this.nodes.set(record.ino, record);
      // A file that was made shorter in between must not show old bytes when it grew again.
      this.data.get(record.ino)?.push({ offset: 0, bytes: NOTHING, size: record.size });
    } else if (record.type === "data") {
      const list = this.data.get(record.ino) ?? [];
      list.push({ offset: record.offset, bytes: record.bytes, size: Number.POSITIVE_INFINITY });
      this.data.set(record.ino, list);
    } else if (record.type === "entry") {
      const dir = this.entries.get(record.dir) ?? new Map();
      this.entries.set(record.dir, dir);
      dir.set(key(record.name), record);
    } else if (record.type === "entry-gone") this.entries.get(record.dir)?.delete(key(record.name));
    else {
      this.nodes.delete(record.ino);
      this.data.delete(record.ino);
      this.entries.delete(record.ino);
    }
  }
}

const NOTHING = new Uint8Array();

function key(name: Uint8Array): string {
  let text = "";
  for (const byte of name) text += String.fromCharCode(byte);
  return text;
}

/** Builds what the journal says into a freshly formatted tree. Unreachable nodes are left behind. */
export function restoreTree(fs: TreeFileSystem, state: JournalState): void {
  const root = state.nodes.get(ROOT_INO);
  if (root === undefined) return;
  fs.locked(() => {
    const builder = new Builder(fs, state);
    builder.fill(fs.root, root);
    let last = ROOT_INO;
    for (const ino of state.nodes.keys()) last = Math.max(last, ino);
    fs.heap.u32[(fs.tree >>> 2) + Tree.NEXT_INO] = last + 1;
  });
}

/** `TreeFileSystem.format` makes the root first. */
const ROOT_INO = 1;

class Builder {
  readonly #fs: TreeFileSystem;
  readonly #state: JournalState;
  readonly #made = new Map<number, NodeId>();

  constructor(fs: TreeFileSystem, state: JournalState) {
    this.#fs = fs;
    this.#state = state;
  }

  #node(ino: number): NodeId {
    const made = this.#made.get(ino);
    if (made !== undefined) return made;
    const record = this.#state.nodes.get(ino);
    if (record === undefined) return 0;
    const node = newNode(this.#fs.heap, this.#fs.tree, record.fileType as FileType, record.mode);
    if (node !== 0) this.fill(node, record);
    return node;
  }

  fill(node: NodeId, record: NodeRecord): void {
    const { heap } = this.#fs;
    const at = node >>> 2;
    this.#made.set(record.ino, node);
    heap.u32[at + Inode.INO] = record.ino;
    heap.u32[at + Inode.MODE] = record.mode;
    heap.u32[at + Inode.UID] = record.uid;
    heap.u32[at + Inode.GID] = record.gid;
    setFlag(heap, node, record.flags | Flag.PINNED | Flag.SAVED);
    if (record.base !== undefined) setBase(heap, node, record.base.path, record.base.entry);
    if (record.fileType === FileType.DIRECTORY) this.#fillDirectory(node, record);
    else if (record.fileType === FileType.REGULAR) this.#fillFile(node, record);
    else if (record.fileType === FileType.SYMLINK) {
      heap.u32[at + Inode.DATA] = heap.store(record.target);
      heap.u32[at + Inode.CAPACITY] = record.target.length;
      heap.f64[(node + 4 * Inode.SIZE) >>> 3] = record.target.length;
    }
    setTime(heap, node, Inode.ATIME, record.atimeNs);
    setTime(heap, node, Inode.MTIME, record.mtimeNs);
    setTime(heap, node, Inode.CTIME, record.ctimeNs);
  }

  #fillFile(node: NodeId, record: NodeRecord): void {
    const { heap, tree } = this.#fs;
    const ours = (record.flags & (Flag.CONTENT | Flag.HELD)) !== 0 || record.base === undefined;
    if (!ours) {
      heap.f64[(node + 4 * Inode.SIZE) >>> 3] = record.size;
      if (record.size > 0) setFlag(heap, node, Flag.LAZY);
      return;
    }
    for (const { offset, bytes, size } of this.#state.data.get(record.ino) ?? []) {
      writeContent(heap, tree, node, offset, bytes);
      if (size < heap.f64[(node + 4 * Inode.SIZE) >>> 3]) resizeContent(heap, tree, node, size);
    }
    resizeContent(heap, tree, node, record.size);
    if (record.kept !== 0) heap.u32[(node >>> 2) + Inode.KEPT] = this.#node(record.kept);
  }

  #fillDirectory(dir: NodeId, record: NodeRecord): void {
    const { heap } = this.#fs;
    if (record.base !== undefined) setFlag(heap, dir, Flag.UNLISTED);
    for (const { name, node: ino, was } of this.#state.entries.get(record.ino)?.values() ?? []) {
      const entry = addEntry(heap, dir, name, 0, EntryFlag.SAVED);
      const node = this.#node(ino);
      if (node !== 0) this.#name(dir, entry, node);
      const displaced = was === 0 ? 0 : this.#node(was);
      heap.u32[(entry >>> 2) + Entry.WAS] = displaced;
      if (displaced !== 0) heap.u32[(displaced >>> 2) + Inode.OPEN]++;
    }
  }

  #name(dir: NodeId, entry: number, node: NodeId): void {
    const { u32 } = this.#fs.heap;
    setEntryNode(this.#fs.heap, dir, entry, node);
    const at = node >>> 2;
    if (u32[at + Inode.NLINK]++ === 0) {
      u32[at + Inode.PARENT] = dir;
      u32[at + Inode.ENTRY] = entry;
    }
  }
}
