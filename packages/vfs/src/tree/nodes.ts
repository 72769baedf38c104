import { FileType } from "../filesystem.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { freeContent } from "./content.ts";
import { addEntryFlag, freeDirectory, initDirectory } from "./directory.ts";
import { Base, Entry, EntryFlag, Flag, Inode, Tree } from "./layout.ts";

/** Making, marking and freeing nodes. All functions want the heap's lock held. */

/** Now, in nanoseconds since the epoch. */
export function nowNs(heap: Heap): bigint {
  return BigInt(heap.clock.stamp()) * 1000n;
}

/** A node without a name; 0 when the heap is full. */
export function newNode(heap: Heap, tree: Pointer, type: FileType, mode: number): Pointer {
  const node = heap.alloc(Inode.BYTES);
  if (node === 0) return 0;
  if (type === FileType.DIRECTORY && !initDirectory(heap, node)) {
    heap.free(node, Inode.BYTES);
    return 0;
  }
  const at = node >>> 2;
  const { u32, i64 } = heap;
  u32[at + Inode.TYPE] = type;
  u32[at + Inode.MODE] = mode & 0o7777;
  u32[at + Inode.UID] = OWNER;
  u32[at + Inode.GID] = OWNER;
  u32[at + Inode.INO] = u32[(tree >>> 2) + Tree.NEXT_INO]++;
  const now = nowNs(heap);
  for (const word of [Inode.ATIME, Inode.MTIME, Inode.CTIME]) i64[(node + 4 * word) >>> 3] = now;
  return node;
}

/** uid and gid of the one user. */
const OWNER = 1000;

export function setTime(heap: Heap, node: Pointer, word: number, ns: bigint): void {
  heap.i64[(node + 4 * word) >>> 3] = ns;
}

/** The node's content or names changed now. */
export function stampChange(heap: Heap, node: Pointer): void {
  const now = nowNs(heap);
  setTime(heap, node, Inode.MTIME, now);
  setTime(heap, node, Inode.CTIME, now);
}

/** The node's facts changed now, such as how many names it has; its content did not. */
export function stampStatus(heap: Heap, node: Pointer): void {
  setTime(heap, node, Inode.CTIME, nowNs(heap));
}

export function hasFlag(heap: Heap, node: Pointer, flag: number): boolean {
  return (heap.u32[(node >>> 2) + Inode.FLAGS] & flag) !== 0;
}

export function setFlag(heap: Heap, node: Pointer, flag: number): void {
  heap.u32[(node >>> 2) + Inode.FLAGS] |= flag;
}

export function clearFlag(heap: Heap, node: Pointer, flag: number): void {
  heap.u32[(node >>> 2) + Inode.FLAGS] &= ~flag;
}

/** Marks `dir` and all directories above it: something at or below differs from the base. */
export function markBelow(heap: Heap, dir: Pointer): void {
  while (dir !== 0 && !hasFlag(heap, dir, Flag.BELOW)) {
    setFlag(heap, dir, Flag.BELOW);
    pin(heap, dir);
    const above = heap.u32[(dir >>> 2) + Inode.PARENT];
    if (above === dir) return;
    dir = above;
  }
}

/** The node belongs to the shadow from now on: it and the names that lead to it go into the journal. */
export function pin(heap: Heap, node: Pointer): void {
  const { u32 } = heap;
  for (let at = node; at !== 0; ) {
    const flags = u32[(at >>> 2) + Inode.FLAGS];
    markDirty(heap, at);
    if ((flags & Flag.PINNED) !== 0) return;
    setFlag(heap, at, Flag.PINNED);
    const entry = u32[(at >>> 2) + Inode.ENTRY];
    const above = u32[(at >>> 2) + Inode.PARENT];
    if (entry === 0 || above === at) return;
    u32[(entry >>> 2) + Entry.FLAGS] &= ~EntryFlag.GHOST;
    addEntryFlag(heap, entry, EntryFlag.DIRTY);
    at = above;
  }
}

/** Puts the node on the list of what the journal has not seen. */
export function markDirty(heap: Heap, node: Pointer): void {
  const tree = heap.root(0) >>> 2;
  heap.u32[tree + Tree.REVISION]++;
  if (hasFlag(heap, node, Flag.IN_DIRTY)) return;
  setFlag(heap, node, Flag.IN_DIRTY);
  heap.u32[(node >>> 2) + Inode.DIRTY_NEXT] = heap.u32[tree + Tree.DIRTY];
  heap.u32[tree + Tree.DIRTY] = node;
}

/** Bytes `from`–`to` of the file changed. */
export function markDirtyData(heap: Heap, node: Pointer, from: number, to: number): void {
  const { f64, u32 } = heap;
  u32[(heap.root(0) >>> 2) + Tree.REVISION]++;
  const low = (node + 4 * Inode.DIRTY_FROM) >>> 3;
  const high = (node + 4 * Inode.DIRTY_TO) >>> 3;
  if (hasFlag(heap, node, Flag.DIRTY_DATA)) {
    f64[low] = Math.min(f64[low], from);
    f64[high] = Math.max(f64[high], to);
  } else {
    setFlag(heap, node, Flag.DIRTY_DATA);
    f64[low] = from;
    f64[high] = to;
  }
}

/** Frees the node if nothing names or holds it; what the journal knows of stays as DEAD until it was told. */
export function freeIfUnused(heap: Heap, tree: Pointer, node: Pointer): void {
  const at = node >>> 2;
  if (heap.u32[at + Inode.NLINK] > 0 || heap.u32[at + Inode.OPEN] > 0) return;
  const type = heap.u32[at + Inode.TYPE];
  if (type === FileType.REGULAR) freeContent(heap, tree, node);
  else if (type === FileType.SYMLINK) heap.free(heap.u32[at + Inode.DATA], heap.u32[at + Inode.CAPACITY]);
  else if (type === FileType.DIRECTORY) freeDirectory(heap, node);
  heap.u32[at + Inode.DATA] = 0;
  const kept = heap.u32[at + Inode.KEPT];
  if (kept !== 0) freeIfUnused(heap, tree, kept);
  heap.u32[at + Inode.KEPT] = 0;
  freeBase(heap, node);
  if (hasFlag(heap, node, Flag.SAVED)) {
    markDirty(heap, node);
    setFlag(heap, node, Flag.DEAD);
  } else if (hasFlag(heap, node, Flag.IN_DIRTY)) setFlag(heap, node, Flag.DEAD);
  else heap.free(node, Inode.BYTES);
}

/** Forgets what the node looked like in the project. */
export function freeBase(heap: Heap, node: Pointer): void {
  const base = heap.u32[(node >>> 2) + Inode.BASE];
  if (base === 0) return;
  const at = base >>> 2;
  heap.free(heap.u32[at + Base.PATH], Math.max(1, heap.u32[at + Base.PATH_LENGTH]));
  heap.free(heap.u32[at + Base.TARGET], heap.u32[at + Base.TARGET_LENGTH]);
  heap.free(base, Base.BYTES);
  heap.u32[(node >>> 2) + Inode.BASE] = 0;
}
