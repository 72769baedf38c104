import type { BaseSource } from "../base.ts";
import { Errno } from "../errno.ts";
import { FileType } from "../filesystem.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { isInPlace } from "./base-record.ts";
import { moveContent, readContent, writeContent } from "./content.ts";
import {
  addEntry,
  addEntryFlag,
  dropEntry,
  eachEntry,
  entryName,
  entryNode,
  hasEntryFlag,
  setEntryNode,
} from "./directory.ts";
import { Entry, EntryFlag, Flag, Inode, Tree } from "./layout.ts";
import { ensureLoaded } from "./lazy.ts";
import {
  freeIfUnused,
  hasFlag,
  markBelow,
  markDirty,
  markDirtyData,
  newNode,
  pin,
  setFlag,
  stampChange,
  stampStatus,
} from "./nodes.ts";

/**
 * How a change is kept apart from the project under it: whiteouts and displaced nodes in directories, the project's
 * content of files that are written. All functions want the heap's lock held.
 */

/** Before the first byte of a file changes: keeps the project's content, and marks the way to the file. 0 or a negated errno. */
export function beforeWrite(
  heap: Heap,
  tree: Pointer,
  base: BaseSource | undefined,
  node: Pointer,
  truncates: boolean,
): number {
  if (!hasFlag(heap, node, Flag.CONTENT)) {
    const failed = keepContent(heap, tree, base, node, truncates);
    if (failed < 0) return failed;
    setFlag(heap, node, Flag.CONTENT);
  }
  markChanged(heap, node);
  return 0;
}

/** The node differs from the base: the way to it is marked, the journal is to see it. */
export function markChanged(heap: Heap, node: Pointer): void {
  pin(heap, node);
  const above = heap.u32[(node >>> 2) + Inode.PARENT];
  if (above !== 0) markBelow(heap, above);
}

function keepContent(
  heap: Heap,
  tree: Pointer,
  base: BaseSource | undefined,
  node: Pointer,
  truncates: boolean,
): number {
  const fromProject = heap.u32[(node >>> 2) + Inode.BASE] !== 0;
  const isLarge = heap.f64[(node + 4 * Inode.SIZE) >>> 3] > MOST_HELD;
  if (truncates && hasFlag(heap, node, Flag.LAZY) && (isLarge || ensureLoaded(heap, tree, base, node) < 0)) {
    // The project still has it, and its fingerprint tells whether that stays so.
    heap.u32[(node >>> 2) + Inode.FLAGS] &= ~Flag.LAZY;
    heap.f64[(node + 4 * Inode.SIZE) >>> 3] = 0;
    return 0;
  }
  const failed = ensureLoaded(heap, tree, base, node);
  if (failed < 0 || !fromProject || heap.u32[(node >>> 2) + Inode.KEPT] !== 0) return failed;
  const kept = newNode(heap, tree, FileType.REGULAR, 0o600);
  if (kept === 0) return -Errno.ENOSPC;
  if (truncates) moveContent(heap, node, kept);
  else {
    const copied = copyContent(heap, tree, node, kept);
    if (copied < 0) {
      freeIfUnused(heap, tree, kept);
      return copied;
    }
  }
  heap.u32[(node >>> 2) + Inode.KEPT] = kept;
  // Up to now the journal could leave the content to the project.
  markDirtyData(heap, node, 0, heap.f64[(node + 4 * Inode.SIZE) >>> 3]);
  return 0;
}

const COPY = 1 << 20;

function copyContent(heap: Heap, tree: Pointer, from: Pointer, to: Pointer): number {
  const size = heap.f64[(from + 4 * Inode.SIZE) >>> 3];
  const buffer = new Uint8Array(Math.min(COPY, size));
  for (let at = 0; at < size; ) {
    const count = readContent(heap, from, at, buffer);
    const wrote = writeContent(heap, tree, to, at, buffer.subarray(0, count));
    if (wrote < count) return -Errno.ENOSPC;
    at += count;
  }
  return 0;
}

/** Takes `node`'s name away: a whiteout if the project has that name, nothing otherwise. The caller frees the node. */
export function removeName(heap: Heap, tree: Pointer, dir: Pointer, entry: Pointer): void {
  const node = entryNode(heap, entry);
  holdDisplaced(heap, dir, entry, node);
  detach(heap, node, dir, entry);
  changeNames(heap, dir);
  if (heap.u32[(entry >>> 2) + Entry.WAS] !== 0 || keepsGhost(heap, tree, entry)) {
    setEntryNode(heap, dir, entry, 0);
    const ghost = heap.u32[(entry >>> 2) + Entry.WAS] === 0;
    heap.u32[(entry >>> 2) + Entry.FLAGS] &= ~EntryFlag.GHOST;
    addEntryFlag(heap, entry, EntryFlag.DIRTY | (ghost ? EntryFlag.GHOST : 0));
  } else dropEntry(heap, dir, entry);
}

/** The same of a file that gets no other name. */
export function removeFile(heap: Heap, tree: Pointer, dir: Pointer, entry: Pointer): void {
  const node = entryNode(heap, entry);
  removeName(heap, tree, dir, entry);
  holdContent(heap, node);
}

function keepsGhost(heap: Heap, tree: Pointer, entry: Pointer): boolean {
  return heap.u32[(tree >>> 2) + Tree.JOURNALED] !== 0 && hasEntryFlag(heap, entry, EntryFlag.SAVED);
}

/** The project's own node of this name is kept where something takes its place. */
function holdDisplaced(heap: Heap, dir: Pointer, entry: Pointer, node: Pointer): void {
  if (heap.u32[(entry >>> 2) + Entry.WAS] !== 0 || !isInPlace(heap, dir, node, entryName(heap, entry)))
    return;
  heap.u32[(entry >>> 2) + Entry.WAS] = node;
  heap.u32[(node >>> 2) + Inode.OPEN]++;
  pin(heap, node);
}

function detach(heap: Heap, node: Pointer, dir: Pointer, entry: Pointer): void {
  const at = node >>> 2;
  heap.u32[at + Inode.NLINK]--;
  if (heap.u32[at + Inode.ENTRY] === entry) {
    heap.u32[at + Inode.ENTRY] = 0;
    if (heap.u32[at + Inode.TYPE] !== FileType.DIRECTORY) heap.u32[at + Inode.PARENT] = dir;
  }
  stampStatus(heap, node);
  if (hasFlag(heap, node, Flag.PINNED)) markDirty(heap, node);
}

/** Gives `node` the name: a new entry, or `entry`, whose present node (if any) the caller detached. False when the heap is full. */
export function giveName(heap: Heap, dir: Pointer, name: Uint8Array, entry: Pointer, node: Pointer): boolean {
  let at = entry;
  if (at === 0) at = addEntry(heap, dir, name, node, EntryFlag.DIRTY);
  else setEntryNode(heap, dir, at, node);
  if (at === 0) return false;
  heap.u32[(at >>> 2) + Entry.FLAGS] =
    (heap.u32[(at >>> 2) + Entry.FLAGS] & ~EntryFlag.GHOST) | EntryFlag.DIRTY;
  const n = node >>> 2;
  if (heap.u32[n + Inode.NLINK]++ > 0) setFlag(heap, node, Flag.MULTI);
  if (heap.u32[n + Inode.ENTRY] === 0) {
    heap.u32[n + Inode.ENTRY] = at;
    heap.u32[n + Inode.PARENT] = dir;
  }
  if (heap.u32[(at >>> 2) + Entry.WAS] === node) {
    // It came back to where the project has it.
    heap.u32[(at >>> 2) + Entry.WAS] = 0;
    heap.u32[n + Inode.OPEN]--;
    heap.u32[n + Inode.FLAGS] &= ~Flag.HELD;
  }
  stampStatus(heap, node);
  changeNames(heap, dir);
  pin(heap, node);
  markDirty(heap, node);
  return true;
}

/** A displaced node stays as the entry's WAS while another takes the name. */
export function displace(heap: Heap, dir: Pointer, entry: Pointer): void {
  const node = entryNode(heap, entry);
  if (node === 0) return;
  holdDisplaced(heap, dir, entry, node);
  detach(heap, node, dir, entry);
  holdContent(heap, node);
}

/** Larger ones are read from the project again, if it still has them. */
const MOST_HELD = 1 << 20;

/** Of a project's file that has lost its last name: what was read of it is to be known after the user changes it, too. */
function holdContent(heap: Heap, node: Pointer): void {
  const at = node >>> 2;
  const size = heap.f64[(node + 4 * Inode.SIZE) >>> 3];
  const isKnown = (heap.u32[at + Inode.FLAGS] & (Flag.LAZY | Flag.CONTENT | Flag.HELD)) === 0;
  if (!isKnown || size === 0 || size > MOST_HELD || heap.u32[at + Inode.NLINK] > 0) return;
  if (heap.u32[at + Inode.TYPE] !== FileType.REGULAR || heap.u32[at + Inode.BASE] === 0) return;
  setFlag(heap, node, Flag.HELD);
  markDirtyData(heap, node, 0, size);
  markDirty(heap, node);
}

/** The names of `dir` changed now. */
function changeNames(heap: Heap, dir: Pointer): void {
  stampChange(heap, dir);
  markBelow(heap, dir);
  markDirty(heap, dir);
  setFlag(heap, dir, Flag.PINNED);
}

/**
 * Lets go of all that the shadow holds under the name, so that the project shows through again at the next look.
 * What a running program has open stays with it.
 */
export function forgetEntry(heap: Heap, tree: Pointer, dir: Pointer, entry: Pointer): void {
  const node = entryNode(heap, entry);
  const was = heap.u32[(entry >>> 2) + Entry.WAS];
  if (node !== 0) {
    if (heap.u32[(node >>> 2) + Inode.TYPE] === FileType.DIRECTORY) forgetBelow(heap, tree, node);
    detach(heap, node, dir, entry);
    setEntryNode(heap, dir, entry, 0);
    freeIfUnused(heap, tree, node);
  }
  heap.u32[(entry >>> 2) + Entry.WAS] = 0;
  if (was !== 0) {
    if (heap.u32[(was >>> 2) + Inode.TYPE] === FileType.DIRECTORY && was !== node)
      forgetBelow(heap, tree, was);
    heap.u32[(was >>> 2) + Inode.OPEN]--;
    freeIfUnused(heap, tree, was);
  }
  if (keepsGhost(heap, tree, entry)) {
    setEntryNode(heap, dir, entry, 0);
    addEntryFlag(heap, entry, EntryFlag.DIRTY | EntryFlag.GHOST);
  } else dropEntry(heap, dir, entry);
  markDirty(heap, dir);
}

function forgetBelow(heap: Heap, tree: Pointer, dir: Pointer): void {
  for (const entry of allEntries(heap, dir)) forgetEntry(heap, tree, dir, entry);
}

function allEntries(heap: Heap, dir: Pointer): Pointer[] {
  const found: Pointer[] = [];
  eachEntry(heap, dir, 0, (entry) => found.push(entry) > 0);
  return found;
}
