import type { BaseEntry, BaseSource } from "../base.ts";
import { Errno } from "../errno.ts";
import { FileType } from "../filesystem.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { basePath, joinBase, setBase } from "./base-record.ts";
import { writeContent } from "./content.ts";
import { addEntry, entryNode, findEntry, hasEntryFlag, reserveEntries, setEntryNode } from "./directory.ts";
import { EntryFlag, Flag, Inode, Tree } from "./layout.ts";
import { clearFlag, freeIfUnused, hasFlag, newNode, setFlag, setTime } from "./nodes.ts";

/**
 * What of the project is brought in when: a directory's names at the first touch, a file's bytes at the first read.
 * All functions want the heap's lock held.
 */

/** Makes the names of `dir` known; those that the shadow has already stay as they are. 0 or a negated errno. */
export function ensureListed(heap: Heap, tree: Pointer, base: BaseSource | undefined, dir: Pointer): number {
  if (!hasFlag(heap, dir, Flag.UNLISTED)) return 0;
  const path = basePath(heap, dir);
  const entries = path === undefined || base === undefined ? [] : base.list(path);
  if (typeof entries === "number") {
    // The user removed the directory meanwhile: what the shadow holds of it is all there is.
    if (entries !== -Errno.ENOENT && entries !== -Errno.ENOTDIR) return entries;
    clearFlag(heap, dir, Flag.UNLISTED);
    return 0;
  }
  if (!reserveEntries(heap, dir, entries.length)) return -Errno.ENOSPC;
  for (const entry of entries) {
    const known = findEntry(heap, dir, entry.name);
    if (known !== 0 && !isGhost(heap, known)) continue;
    const node = baseNode(heap, tree, joinBase(path as Uint8Array, entry.name), entry);
    if (node === 0) return -Errno.ENOSPC;
    if (known !== 0) nameGhost(heap, dir, known, node);
    else if (!nameNode(heap, dir, entry.name, node)) {
      freeIfUnused(heap, tree, node);
      return -Errno.ENOSPC;
    }
  }
  clearFlag(heap, dir, Flag.UNLISTED);
  heap.u32[(tree >>> 2) + Tree.LISTED]++;
  return 0;
}

/** Gives a new node its first name. */
export function nameNode(heap: Heap, dir: Pointer, name: Uint8Array, node: Pointer): boolean {
  const entry = addEntry(heap, dir, name, node, 0);
  if (entry === 0) return false;
  setFirstName(heap, dir, entry, node);
  return true;
}

function setFirstName(heap: Heap, dir: Pointer, entry: Pointer, node: Pointer): void {
  const at = node >>> 2;
  heap.u32[at + Inode.NLINK]++;
  heap.u32[at + Inode.PARENT] = dir;
  heap.u32[at + Inode.ENTRY] = entry;
}

/** Whether the name is only there for the journal to see that the shadow holds nothing of it any more. */
function isGhost(heap: Heap, entry: Pointer): boolean {
  return entryNode(heap, entry) === 0 && hasEntryFlag(heap, entry, EntryFlag.GHOST);
}

/** The project shows under a name that the journal still has to see removed. */
function nameGhost(heap: Heap, dir: Pointer, entry: Pointer, node: Pointer): void {
  setEntryNode(heap, dir, entry, node);
  setFirstName(heap, dir, entry, node);
}

/** A node that stands for an entry of the project, nothing of it read; 0 when the heap is full. */
export function baseNode(heap: Heap, tree: Pointer, path: Uint8Array, entry: BaseEntry): Pointer {
  const node = newNode(heap, tree, entry.type, entry.mode);
  if (node === 0) return 0;
  if (!setBase(heap, node, path, entry)) return 0;
  const at = node >>> 2;
  setTime(heap, node, Inode.ATIME, entry.mtimeNs);
  setTime(heap, node, Inode.MTIME, entry.mtimeNs);
  setTime(heap, node, Inode.CTIME, entry.ctimeNs);
  if (entry.type === FileType.REGULAR) {
    heap.f64[(node + 4 * Inode.SIZE) >>> 3] = entry.size;
    if (entry.size > 0) setFlag(heap, node, Flag.LAZY);
  } else if (entry.type === FileType.DIRECTORY) {
    setFlag(heap, node, Flag.UNLISTED);
  } else if (entry.type === FileType.SYMLINK && entry.target !== undefined) {
    heap.u32[at + Inode.DATA] = heap.store(entry.target);
    heap.u32[at + Inode.CAPACITY] = entry.target.length;
    heap.f64[(node + 4 * Inode.SIZE) >>> 3] = entry.target.length;
  }
  return node;
}

/** Makes the bytes of the file present. 0 or a negated errno. */
export function ensureLoaded(heap: Heap, tree: Pointer, base: BaseSource | undefined, node: Pointer): number {
  if (!hasFlag(heap, node, Flag.LAZY)) return 0;
  const path = basePath(heap, node);
  if (path === undefined || base === undefined) return -Errno.EIO;
  const got = base.read(path);
  if (typeof got === "number") return got;
  clearFlag(heap, node, Flag.LAZY);
  heap.f64[(node + 4 * Inode.SIZE) >>> 3] = 0;
  const wrote = writeContent(heap, tree, node, 0, got.bytes);
  if (wrote < got.bytes.length) {
    setFlag(heap, node, Flag.LAZY);
    heap.f64[(node + 4 * Inode.SIZE) >>> 3] = got.entry.size;
    return -Errno.ENOSPC;
  }
  // What was read is what the shadow starts from, even if the file changed since its directory was listed.
  setBase(heap, node, path, got.entry);
  setTime(heap, node, Inode.MTIME, got.entry.mtimeNs);
  return 0;
}
