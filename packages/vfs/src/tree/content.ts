import { Errno } from "../errno.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { CHUNK, Flag, Inode, MAX_FILE, Tree } from "./layout.ts";

/**
 * The bytes of a regular file: one block while it is small, a table of 64 KiB chunks above (a chunk that is 0 is a hole
 * and reads as zeros). The bytes of a block or chunk beyond the file's size are always zero. All functions want
 * the heap's lock held and the content loaded.
 */

/** Reads at `offset`; bytes read, 0 at the end. */
export function readContent(heap: Heap, node: Pointer, offset: number, dst: Uint8Array): number {
  const size = heap.f64[(node + 4 * Inode.SIZE) >>> 3];
  const length = Math.min(dst.length, size - offset);
  if (length <= 0) return 0;
  const at = node >>> 2;
  const data = heap.u32[at + Inode.DATA];
  if ((heap.u32[at + Inode.FLAGS] & Flag.CHUNKED) === 0) {
    dst.set(heap.u8.subarray(data + offset, data + offset + length));
    return length;
  }
  for (let done = 0; done < length; ) {
    const position = offset + done;
    const start = position % CHUNK;
    const count = Math.min(CHUNK - start, length - done);
    const chunk = heap.u32[(data >>> 2) + (position - start) / CHUNK];
    if (chunk === 0) dst.fill(0, done, done + count);
    else dst.set(heap.u8.subarray(chunk + start, chunk + start + count), done);
    done += count;
  }
  return length;
}

/** Writes at `offset`, growing the file. Bytes written, or a negated errno. */
export function writeContent(
  heap: Heap,
  tree: Pointer,
  node: Pointer,
  offset: number,
  src: Uint8Array,
): number {
  if (src.length === 0) return 0;
  const end = offset + src.length;
  const failed = reserveContent(heap, tree, node, end);
  if (failed < 0) return failed;
  const at = node >>> 2;
  if ((heap.u32[at + Inode.FLAGS] & Flag.CHUNKED) === 0) {
    heap.u8.set(src, heap.u32[at + Inode.DATA] + offset);
  } else {
    const short = writeChunks(heap, tree, heap.u32[at + Inode.DATA], offset, src);
    if (short < src.length) {
      if (short === 0) return -Errno.ENOSPC;
      growSize(heap, node, offset + short);
      return short;
    }
  }
  growSize(heap, node, end);
  return src.length;
}

function growSize(heap: Heap, node: Pointer, size: number): void {
  const at = (node + 4 * Inode.SIZE) >>> 3;
  if (size > heap.f64[at]) heap.f64[at] = size;
}

/** Bytes written before the heap was full. */
function writeChunks(heap: Heap, tree: Pointer, table: Pointer, offset: number, src: Uint8Array): number {
  for (let done = 0; done < src.length; ) {
    const position = offset + done;
    const start = position % CHUNK;
    const count = Math.min(CHUNK - start, src.length - done);
    const slot = (table >>> 2) + (position - start) / CHUNK;
    let chunk = heap.u32[slot];
    if (chunk === 0) {
      chunk = charge(heap, tree, CHUNK) ? heap.alloc(CHUNK) : 0;
      if (chunk === 0) return done;
      heap.u32[slot] = chunk;
    }
    heap.u8.set(src.subarray(done, done + count), chunk + start);
    done += count;
  }
  return src.length;
}

/** Counts `bytes` more of file data; false if that is over the tree's limit. */
function charge(heap: Heap, tree: Pointer, bytes: number): boolean {
  const used = (tree + 4 * Tree.USED) >>> 3;
  if (bytes > 0 && heap.f64[used] + bytes > heap.f64[(tree + 4 * Tree.LIMIT) >>> 3]) return false;
  heap.f64[used] += bytes;
  return true;
}

/** Room for a size of `size`: a block, a larger block, or a table of chunks. 0 or a negated errno. */
function reserveContent(heap: Heap, tree: Pointer, node: Pointer, size: number): number {
  const at = node >>> 2;
  if (size > MAX_FILE) return -Errno.EFBIG;
  const capacity = heap.u32[at + Inode.CAPACITY];
  if ((heap.u32[at + Inode.FLAGS] & Flag.CHUNKED) !== 0)
    return size <= capacity * CHUNK ? 0 : growTable(heap, node, size);
  if (size <= capacity) return 0;
  if (size > CHUNK) return toChunks(heap, tree, node, size);
  const grown = Math.min(CHUNK, Math.max(size, capacity * 2, 64));
  if (!charge(heap, tree, grown - capacity)) return -Errno.ENOSPC;
  const fresh = heap.alloc(grown);
  if (fresh === 0) return refuse(heap, tree, grown - capacity);
  const old = heap.u32[at + Inode.DATA];
  heap.u8.copyWithin(fresh, old, old + heap.f64[(node + 4 * Inode.SIZE) >>> 3]);
  heap.free(old, capacity);
  heap.u32[at + Inode.DATA] = fresh;
  heap.u32[at + Inode.CAPACITY] = grown;
  return 0;
}

function refuse(heap: Heap, tree: Pointer, charged: number): number {
  charge(heap, tree, -charged);
  return -Errno.ENOSPC;
}

function growTable(heap: Heap, node: Pointer, size: number): number {
  const at = node >>> 2;
  const capacity = heap.u32[at + Inode.CAPACITY];
  const wanted = Math.max(Math.ceil(size / CHUNK), capacity * 2);
  const fresh = heap.alloc(wanted * 4);
  if (fresh === 0) return -Errno.ENOSPC;
  const old = heap.u32[at + Inode.DATA];
  heap.u8.copyWithin(fresh, old, old + capacity * 4);
  heap.free(old, capacity * 4);
  heap.u32[at + Inode.DATA] = fresh;
  heap.u32[at + Inode.CAPACITY] = wanted;
  return 0;
}

function toChunks(heap: Heap, tree: Pointer, node: Pointer, size: number): number {
  const at = node >>> 2;
  const block = heap.u32[at + Inode.DATA];
  const capacity = heap.u32[at + Inode.CAPACITY];
  const wanted = Math.max(4, Math.ceil(size / CHUNK));
  const table = heap.alloc(wanted * 4);
  if (table === 0) return -Errno.ENOSPC;
  if (capacity > 0) {
    let first = block;
    if (capacity < CHUNK) {
      first = charge(heap, tree, CHUNK - capacity) ? heap.alloc(CHUNK) : 0;
      if (first === 0) {
        heap.free(table, wanted * 4);
        return -Errno.ENOSPC;
      }
      heap.u8.copyWithin(first, block, block + heap.f64[(node + 4 * Inode.SIZE) >>> 3]);
      heap.free(block, capacity);
    }
    heap.u32[table >>> 2] = first;
  }
  heap.u32[at + Inode.DATA] = table;
  heap.u32[at + Inode.CAPACITY] = wanted;
  heap.u32[at + Inode.FLAGS] |= Flag.CHUNKED;
  return 0;
}

/** Sets the size: zeros appear, or bytes go. 0 or a negated errno. */
export function resizeContent(heap: Heap, tree: Pointer, node: Pointer, size: number): number {
  const sizeAt = (node + 4 * Inode.SIZE) >>> 3;
  const old = heap.f64[sizeAt];
  if (size > MAX_FILE) return -Errno.EFBIG;
  if (size === 0) {
    freeContent(heap, tree, node);
    return 0;
  }
  if (size > old) {
    const failed = reserveContent(heap, tree, node, size);
    if (failed < 0) return failed;
  } else {
    dropTail(heap, tree, node, size, old);
  }
  heap.f64[sizeAt] = size;
  return 0;
}

function dropTail(heap: Heap, tree: Pointer, node: Pointer, size: number, old: number): void {
  const at = node >>> 2;
  const data = heap.u32[at + Inode.DATA];
  if ((heap.u32[at + Inode.FLAGS] & Flag.CHUNKED) === 0) {
    heap.u8.fill(0, data + size, data + old);
    return;
  }
  const keep = Math.ceil(size / CHUNK);
  for (let i = keep; i < Math.min(Math.ceil(old / CHUNK), heap.u32[at + Inode.CAPACITY]); i++) {
    const chunk = heap.u32[(data >>> 2) + i];
    if (chunk === 0) continue;
    heap.free(chunk, CHUNK);
    charge(heap, tree, -CHUNK);
    heap.u32[(data >>> 2) + i] = 0;
  }
  const last = size % CHUNK === 0 ? 0 : heap.u32[(data >>> 2) + keep - 1];
  if (last !== 0) heap.u8.fill(0, last + (size % CHUNK), last + CHUNK);
}

/** Makes the file empty and gives its memory back. */
export function freeContent(heap: Heap, tree: Pointer, node: Pointer): void {
  const at = node >>> 2;
  const data = heap.u32[at + Inode.DATA];
  const capacity = heap.u32[at + Inode.CAPACITY];
  if ((heap.u32[at + Inode.FLAGS] & Flag.CHUNKED) === 0) {
    heap.free(data, capacity);
    charge(heap, tree, -capacity);
  } else {
    for (let i = 0; i < capacity; i++) {
      const chunk = heap.u32[(data >>> 2) + i];
      if (chunk === 0) continue;
      heap.free(chunk, CHUNK);
      charge(heap, tree, -CHUNK);
    }
    heap.free(data, capacity * 4);
  }
  heap.u32[at + Inode.DATA] = 0;
  heap.u32[at + Inode.CAPACITY] = 0;
  heap.u32[at + Inode.FLAGS] &= ~Flag.CHUNKED;
  heap.f64[(node + 4 * Inode.SIZE) >>> 3] = 0;
}

/** Hands the content of `from` to the empty file `to`, without copying. */
export function moveContent(heap: Heap, from: Pointer, to: Pointer): void {
  const { u32, f64 } = heap;
  for (const word of [Inode.DATA, Inode.CAPACITY]) {
    u32[(to >>> 2) + word] = u32[(from >>> 2) + word];
    u32[(from >>> 2) + word] = 0;
  }
  u32[(to >>> 2) + Inode.FLAGS] |= u32[(from >>> 2) + Inode.FLAGS] & Flag.CHUNKED;
  u32[(from >>> 2) + Inode.FLAGS] &= ~Flag.CHUNKED;
  f64[(to + 4 * Inode.SIZE) >>> 3] = f64[(from + 4 * Inode.SIZE) >>> 3];
  f64[(from + 4 * Inode.SIZE) >>> 3] = 0;
}

/** Storage in use, in units of 512 bytes. */
export function contentBlocks(heap: Heap, node: Pointer): number {
  const at = node >>> 2;
  const flags = heap.u32[at + Inode.FLAGS];
  const size = heap.f64[(node + 4 * Inode.SIZE) >>> 3];
  if ((flags & Flag.CHUNKED) === 0 || (flags & Flag.LAZY) !== 0) return Math.ceil(size / 4096) * 8;
  let chunks = 0;
  const table = heap.u32[at + Inode.DATA] >>> 2;
  for (let i = 0; i < heap.u32[at + Inode.CAPACITY]; i++) if (heap.u32[table + i] !== 0) chunks++;
  return Math.min(chunks * (CHUNK / 512), Math.ceil(size / 4096) * 8);
}
