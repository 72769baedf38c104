import { isZero } from "../bytes.ts";
import { FileType, type NodeId } from "../filesystem.ts";
import type { Heap } from "../heap/heap.ts";
import { baseFacts } from "../tree/base-record.ts";
import { readContent } from "../tree/content.ts";
import { dropEntry, eachEntry, entryName, entryNode, hasEntryFlag } from "../tree/directory.ts";
import { Entry, EntryFlag, Flag, Inode, Tree } from "../tree/layout.ts";
import { clearFlag, hasFlag, setFlag } from "../tree/nodes.ts";
import type { TreeFileSystem } from "../tree/tree.ts";
import type { JournalRecord, NodeRecord } from "./records.ts";

/** Flags that a node keeps between sessions. */
const LASTING = Flag.CONTENT | Flag.META | Flag.BELOW | Flag.MULTI | Flag.HELD;
const PIECE = 1 << 20;

/** Hands over what changed since the last call, and forgets that it did. Cost follows the change. */
export function collectDirty(fs: TreeFileSystem, emit: (record: JournalRecord) => void): void {
  fs.locked(() => {
    const { heap, tree } = fs;
    const head = (tree >>> 2) + Tree.DIRTY;
    let node = heap.u32[head];
    heap.u32[head] = 0;
    while (node !== 0) {
      const next = heap.u32[(node >>> 2) + Inode.DIRTY_NEXT];
      clearFlag(heap, node, Flag.IN_DIRTY);
      if (hasFlag(heap, node, Flag.DEAD)) {
        if (hasFlag(heap, node, Flag.SAVED)) emit({ type: "node-gone", ino: inoOf(fs, node) });
        heap.free(node, Inode.BYTES);
      } else emitNode(fs, node, false, emit);
      node = next;
    }
  });
}

/** Hands over all that the shadow holds, for a journal that starts anew. */
export function collectAll(fs: TreeFileSystem, emit: (record: JournalRecord) => void): void {
  fs.locked(() => {
    collectDirty(fs, () => {});
    const seen = new Set<NodeId>();
    const visit = (node: NodeId): void => {
      if (node === 0 || seen.has(node)) return;
      seen.add(node);
      emitNode(fs, node, true, emit);
      const { u32 } = fs.heap;
      visitKept(u32[(node >>> 2) + Inode.KEPT]);
      if (fs.type(node) !== FileType.DIRECTORY) return;
      for (const entry of savedEntries(fs, node)) {
        visit(entryNode(fs.heap, entry));
        visit(u32[(entry >>> 2) + Entry.WAS]);
      }
    };
    const visitKept = (kept: NodeId): void => {
      if (kept !== 0) emitNode(fs, kept, true, emit);
    };
    visit(fs.root);
  });
}

function savedEntries(fs: TreeFileSystem, dir: NodeId): number[] {
  const found: number[] = [];
  eachEntry(fs.heap, dir, 0, (entry) => {
    if (hasEntryFlag(fs.heap, entry, EntryFlag.SAVED)) found.push(entry);
    return true;
  });
  return found;
}

function inoOf(fs: TreeFileSystem, node: NodeId): number {
  return node === 0 ? 0 : fs.heap.u32[(node >>> 2) + Inode.INO];
}

function emitNode(
  fs: TreeFileSystem,
  node: NodeId,
  whole: boolean,
  emit: (record: JournalRecord) => void,
): void {
  const { heap } = fs;
  const record = nodeRecord(fs, node);
  const data = fs.type(node) === FileType.REGULAR ? dataOf(fs, node, whole) : undefined;
  // What is not written is zero: the file is first cut off where it changed, if an earlier record may say otherwise.
  if (data?.cuts && !whole) emit({ type: "node", ...record, size: data.from });
  emit({ type: "node", ...record });
  setFlag(heap, node, Flag.SAVED);
  if (data !== undefined) emitData(fs, node, data, emit);
  clearFlag(heap, node, Flag.DIRTY_DATA);
  const kept = heap.u32[(node >>> 2) + Inode.KEPT];
  // A kept file has no name and is written once: with the file that it is kept for.
  if (kept !== 0 && !whole && !hasFlag(heap, kept, Flag.SAVED)) emitNode(fs, kept, true, emit);
  if (fs.type(node) === FileType.DIRECTORY) emitEntries(fs, node, whole, emit);
}

function nodeRecord(fs: TreeFileSystem, node: NodeId): NodeRecord {
  const { u32, f64, i64 } = fs.heap;
  const at = node >>> 2;
  const type = fs.type(node);
  const target = type === FileType.SYMLINK ? (fs.readlink(node) as Uint8Array) : new Uint8Array();
  return {
    ino: u32[at + Inode.INO],
    fileType: type,
    mode: u32[at + Inode.MODE],
    uid: u32[at + Inode.UID],
    gid: u32[at + Inode.GID],
    size: f64[(node + 4 * Inode.SIZE) >>> 3],
    atimeNs: i64[(node + 4 * Inode.ATIME) >>> 3],
    mtimeNs: i64[(node + 4 * Inode.MTIME) >>> 3],
    ctimeNs: i64[(node + 4 * Inode.CTIME) >>> 3],
    flags: u32[at + Inode.FLAGS] & LASTING,
    kept: inoOf(fs, u32[at + Inode.KEPT]),
    target,
    base: baseFacts(fs.heap, node),
  };
}

/** What is to be written of a file; `cuts`: without the pieces of zeros, up to the file's end. */
interface Data {
  from: number;
  to: number;
  cuts: boolean;
}

function dataOf(fs: TreeFileSystem, node: NodeId, whole: boolean): Data | undefined {
  const { heap } = fs;
  // What the project has unchanged is read from there again.
  const isKept = hasFlag(heap, node, Flag.CONTENT) || hasFlag(heap, node, Flag.HELD);
  const ours = isKept || heap.u32[(node >>> 2) + Inode.BASE] === 0;
  if (!ours || (!whole && !hasFlag(heap, node, Flag.DIRTY_DATA))) return undefined;
  const size = heap.f64[(node + 4 * Inode.SIZE) >>> 3];
  if (whole) return { from: 0, to: size, cuts: true };
  const from = Math.min(size, heap.f64[(node + 4 * Inode.DIRTY_FROM) >>> 3]);
  const to = Math.min(size, heap.f64[(node + 4 * Inode.DIRTY_TO) >>> 3]);
  let zeros = 0;
  eachPiece(heap, node, from, to, (_, bytes) => {
    if (isZero(bytes)) zeros += bytes.length;
  });
  return zeros > size - to ? { from, to: size, cuts: true } : { from, to, cuts: false };
}

function eachPiece(
  heap: Heap,
  node: NodeId,
  from: number,
  to: number,
  each: (offset: number, bytes: Uint8Array) => void,
): void {
  for (let at = from; at < to; at += PIECE) {
    const bytes = new Uint8Array(Math.min(PIECE, to - at));
    readContent(heap, node, at, bytes);
    each(at, bytes);
  }
}

function emitData(
  fs: TreeFileSystem,
  node: NodeId,
  { from, to, cuts }: Data,
  emit: (record: JournalRecord) => void,
): void {
  const ino = inoOf(fs, node);
  eachPiece(fs.heap, node, from, to, (offset, bytes) => {
    if (!cuts || !isZero(bytes)) emit({ type: "data", ino, offset, bytes });
  });
}

function emitEntries(
  fs: TreeFileSystem,
  dir: NodeId,
  whole: boolean,
  emit: (record: JournalRecord) => void,
): void {
  const { heap } = fs;
  const ghosts: number[] = [];
  const parent = inoOf(fs, dir);
  eachEntry(heap, dir, 0, (entry) => {
    const flags = heap.u32[(entry >>> 2) + Entry.FLAGS];
    if ((flags & (whole ? EntryFlag.SAVED : EntryFlag.DIRTY)) === 0) return true;
    const name = entryName(heap, entry);
    if ((flags & EntryFlag.GHOST) !== 0) {
      if (entryNode(heap, entry) === 0) ghosts.push(entry);
      // The project shows there by now.
      else heap.u32[(entry >>> 2) + Entry.FLAGS] = 0;
      if ((flags & EntryFlag.SAVED) !== 0 && !whole) emit({ type: "entry-gone", dir: parent, name });
      return true;
    }
    const was = heap.u32[(entry >>> 2) + Entry.WAS];
    emit({ type: "entry", dir: parent, name, node: inoOf(fs, entryNode(heap, entry)), was: inoOf(fs, was) });
    heap.u32[(entry >>> 2) + Entry.FLAGS] = (flags & ~EntryFlag.DIRTY) | EntryFlag.SAVED;
    return true;
  });
  for (const entry of ghosts) dropEntry(heap, dir, entry);
}
