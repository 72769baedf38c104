import { FileType } from "../filesystem.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { Dir, Entry, Inode } from "./layout.ts";

/**
 * The names of one directory: a hash table for look-ups and an ordered list whose sequence numbers are the cookies of
 * `readdir`, so that a cookie stays valid while names come and go. All functions want the heap's lock held.
 */

/** FNV-1a, 32 bits; 0 and 1 mean empty and removed in the table and are avoided by the entry pointers, not here. */
export function hashName(name: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name[i], 0x01000193);
  return hash >>> 0;
}

function table(heap: Heap, dir: Pointer): Pointer {
  return heap.u32[(dir >>> 2) + Inode.DATA];
}

/** Gives `dir` its empty table; false when the heap is full. */
export function initDirectory(heap: Heap, dir: Pointer): boolean {
  const data = heap.alloc(Dir.BYTES);
  if (data === 0) return false;
  heap.u32[(dir >>> 2) + Inode.DATA] = data;
  heap.u32[(data >>> 2) + Dir.NEXT_SEQ] = 1;
  return true;
}

export function entryBytes(nameLength: number): number {
  return 4 * Entry.NAME + nameLength;
}

/** The entry `name` of `dir`, whiteouts and ghosts included; 0 if there is none. */
export function findEntry(heap: Heap, dir: Pointer, name: Uint8Array): Pointer {
  const { u32, u8 } = heap;
  const at = table(heap, dir) >>> 2;
  const capacity = u32[at + Dir.HASH_CAPACITY];
  if (capacity === 0) return 0;
  const hash = hashName(name);
  const base = u32[at + Dir.HASH] >>> 2;
  for (let i = hash & (capacity - 1); ; i = (i + 1) & (capacity - 1)) {
    const entry = u32[base + i];
    if (entry === 0) return 0;
    if (entry === 1 || u32[(entry >>> 2) + Entry.HASH] !== hash) continue;
    if (u32[(entry >>> 2) + Entry.NAME_LENGTH] !== name.length) continue;
    const start = entry + 4 * Entry.NAME;
    let same = 0;
    while (same < name.length && u8[start + same] === name[same]) same++;
    if (same === name.length) return entry;
  }
}

/** A new entry for a name that has none; 0 when the heap is full. */
export function addEntry(heap: Heap, dir: Pointer, name: Uint8Array, node: Pointer, flags: number): Pointer {
  if (!reserve(heap, dir)) return 0;
  const entry = heap.allocRaw(entryBytes(name.length));
  if (entry === 0) return 0;
  const { u32 } = heap;
  const at = table(heap, dir) >>> 2;
  const seq = u32[at + Dir.NEXT_SEQ]++;
  const e = entry >>> 2;
  u32[e + Entry.NODE] = node;
  u32[e + Entry.HASH] = hashName(name);
  u32[e + Entry.SEQ] = seq;
  u32[e + Entry.FLAGS] = flags;
  u32[e + Entry.NAME_LENGTH] = name.length;
  u32[e + Entry.WAS] = 0;
  heap.u8.set(name, entry + 4 * Entry.NAME);
  insertHash(heap, at, entry);
  const order = (u32[at + Dir.ORDER] >>> 2) + 2 * u32[at + Dir.ORDER_LENGTH]++;
  u32[order] = seq;
  u32[order + 1] = entry;
  count(heap, at, node, 1);
  return entry;
}

function insertHash(heap: Heap, at: number, entry: Pointer): void {
  const { u32 } = heap;
  const mask = u32[at + Dir.HASH_CAPACITY] - 1;
  const base = u32[at + Dir.HASH] >>> 2;
  let i = u32[(entry >>> 2) + Entry.HASH] & mask;
  while (u32[base + i] > 1) i = (i + 1) & mask;
  if (u32[base + i] === 0) u32[at + Dir.HASH_USED]++;
  u32[base + i] = entry;
}

/** Room for one more name in both tables. */
function reserve(heap: Heap, dir: Pointer): boolean {
  const at = table(heap, dir) >>> 2;
  if ((heap.u32[at + Dir.HASH_USED] + 1) * 4 > heap.u32[at + Dir.HASH_CAPACITY] * 3 && !rehash(heap, at))
    return false;
  if (heap.u32[at + Dir.ORDER_LENGTH] === heap.u32[at + Dir.ORDER_CAPACITY]) return growOrder(heap, at);
  return true;
}

/** Makes room for `count` more names at once; false when the heap is full. */
export function reserveEntries(heap: Heap, dir: Pointer, count: number): boolean {
  const at = table(heap, dir) >>> 2;
  const { u32 } = heap;
  if ((u32[at + Dir.HASH_USED] + count) * 4 > u32[at + Dir.HASH_CAPACITY] * 3 && !rehash(heap, at, count))
    return false;
  return u32[at + Dir.ORDER_LENGTH] + count <= u32[at + Dir.ORDER_CAPACITY] || growOrder(heap, at, count);
}

/** Live entries (whiteouts and ghosts too) of the order list. */
function countEntries(heap: Heap, at: number): number {
  const order = heap.u32[at + Dir.ORDER] >>> 2;
  let live = 0;
  for (let i = 0; i < heap.u32[at + Dir.ORDER_LENGTH]; i++) if (heap.u32[order + 2 * i + 1] !== 0) live++;
  return live;
}

function rehash(heap: Heap, at: number, more = 1): boolean {
  let capacity = 8;
  const live = countEntries(heap, at) + more - 1;
  while (capacity < live * 2 + 2) capacity *= 2;
  const fresh = heap.alloc(capacity * 4);
  if (fresh === 0) return false;
  const { u32 } = heap;
  heap.free(u32[at + Dir.HASH], u32[at + Dir.HASH_CAPACITY] * 4);
  u32[at + Dir.HASH] = fresh;
  u32[at + Dir.HASH_CAPACITY] = capacity;
  u32[at + Dir.HASH_USED] = 0;
  const order = u32[at + Dir.ORDER] >>> 2;
  for (let i = 0; i < u32[at + Dir.ORDER_LENGTH]; i++) {
    const entry = u32[order + 2 * i + 1];
    if (entry !== 0) insertHash(heap, at, entry);
  }
  return true;
}

/** Makes room in the order list: squeezes out removed names, or doubles it at least. */
function growOrder(heap: Heap, at: number, more = 1): boolean {
  const live = countEntries(heap, at);
  const old = heap.u32[at + Dir.ORDER];
  const oldCapacity = heap.u32[at + Dir.ORDER_CAPACITY];
  const needed = live + more;
  const capacity = needed * 2 <= oldCapacity ? oldCapacity : Math.max(8, oldCapacity * 2, needed);
  const fresh = heap.allocRaw(capacity * 8);
  if (fresh === 0) return false;
  const { u32 } = heap;
  let to = fresh >>> 2;
  for (let i = 0, from = old >>> 2; i < u32[at + Dir.ORDER_LENGTH]; i++, from += 2) {
    if (u32[from + 1] === 0) continue;
    u32[to++] = u32[from];
    u32[to++] = u32[from + 1];
  }
  heap.free(old, oldCapacity * 8);
  u32[at + Dir.ORDER] = fresh;
  u32[at + Dir.ORDER_CAPACITY] = capacity;
  u32[at + Dir.ORDER_LENGTH] = live;
  return true;
}

/** Takes the entry out of both tables and frees it. */
export function dropEntry(heap: Heap, dir: Pointer, entry: Pointer): void {
  const { u32 } = heap;
  const at = table(heap, dir) >>> 2;
  const e = entry >>> 2;
  const mask = u32[at + Dir.HASH_CAPACITY] - 1;
  const base = u32[at + Dir.HASH] >>> 2;
  let i = u32[e + Entry.HASH] & mask;
  while (u32[base + i] !== entry) i = (i + 1) & mask;
  u32[base + i] = 1;
  const index = orderIndex(heap, at, u32[e + Entry.SEQ]);
  u32[(u32[at + Dir.ORDER] >>> 2) + 2 * index + 1] = 0;
  if (index === u32[at + Dir.ORDER_LENGTH] - 1) u32[at + Dir.ORDER_LENGTH]--;
  count(heap, at, u32[e + Entry.NODE], -1);
  heap.free(entry, entryBytes(u32[e + Entry.NAME_LENGTH]));
}

/** Index in the order list of the first entry whose sequence number is ≥ `seq`. */
function orderIndex(heap: Heap, at: number, seq: number): number {
  const order = heap.u32[at + Dir.ORDER] >>> 2;
  let low = 0;
  let high = heap.u32[at + Dir.ORDER_LENGTH];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (heap.u32[order + 2 * middle] < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Points an entry at another node, or at none (a whiteout), and keeps the count. */
export function setEntryNode(heap: Heap, dir: Pointer, entry: Pointer, node: Pointer): void {
  const { u32 } = heap;
  const at = table(heap, dir) >>> 2;
  const e = entry >>> 2;
  count(heap, at, u32[e + Entry.NODE], -1);
  count(heap, at, node, 1);
  u32[e + Entry.NODE] = node;
}

/** Counts a name that comes (1) or goes (-1), if it is one that is there. */
function count(heap: Heap, at: number, node: Pointer, by: number): void {
  if (node === 0) return;
  const { u32 } = heap;
  u32[at + Dir.COUNT] += by;
  if (u32[(node >>> 2) + Inode.TYPE] === FileType.DIRECTORY) u32[at + Dir.SUBDIRECTORIES] += by;
}

/** Names that are there and are directories'. */
export function countSubdirectories(heap: Heap, dir: Pointer): number {
  return heap.u32[(table(heap, dir) >>> 2) + Dir.SUBDIRECTORIES];
}

/** Names that are there. */
export function countNames(heap: Heap, dir: Pointer): number {
  return heap.u32[(table(heap, dir) >>> 2) + Dir.COUNT];
}

/** Calls `visit` for every entry after cookie `after`, whiteouts and ghosts included, until it answers false. */
export function eachEntry(heap: Heap, dir: Pointer, after: number, visit: (entry: Pointer) => boolean): void {
  const at = table(heap, dir) >>> 2;
  for (let i = orderIndex(heap, at, after + 1); i < heap.u32[at + Dir.ORDER_LENGTH]; i++) {
    const entry = heap.u32[(heap.u32[at + Dir.ORDER] >>> 2) + 2 * i + 1];
    if (entry !== 0 && !visit(entry)) return;
  }
}

/** The entry's name, copied. */
export function entryName(heap: Heap, entry: Pointer): Uint8Array {
  const start = entry + 4 * Entry.NAME;
  return heap.u8.slice(start, start + heap.u32[(entry >>> 2) + Entry.NAME_LENGTH]);
}

/** Frees the tables of a directory that has no names left. */
export function freeDirectory(heap: Heap, dir: Pointer): void {
  const data = table(heap, dir);
  if (data === 0) return;
  eachEntry(heap, dir, 0, (entry) => {
    heap.free(entry, entryBytes(heap.u32[(entry >>> 2) + Entry.NAME_LENGTH]));
    return true;
  });
  const at = data >>> 2;
  heap.free(heap.u32[at + Dir.HASH], heap.u32[at + Dir.HASH_CAPACITY] * 4);
  heap.free(heap.u32[at + Dir.ORDER], heap.u32[at + Dir.ORDER_CAPACITY] * 8);
  heap.free(data, Dir.BYTES);
}

export function hasEntryFlag(heap: Heap, entry: Pointer, flag: number): boolean {
  return (heap.u32[(entry >>> 2) + Entry.FLAGS] & flag) !== 0;
}

export function addEntryFlag(heap: Heap, entry: Pointer, flag: number): void {
  heap.u32[(entry >>> 2) + Entry.FLAGS] |= flag;
}

export function entryNode(heap: Heap, entry: Pointer): Pointer {
  return heap.u32[(entry >>> 2) + Entry.NODE];
}
