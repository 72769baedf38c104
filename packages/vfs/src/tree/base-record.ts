import type { BaseEntry } from "../base.ts";
import type { FileType } from "../filesystem.ts";
import type { Heap, Pointer } from "../heap/heap.ts";
import { Base, Inode } from "./layout.ts";
import { freeBase } from "./nodes.ts";

/** Where a node stands in the project, and what it looked like there. */
export interface BaseFacts {
  /** Relative to the project's root, without a leading `/`. */
  path: Uint8Array;
  entry: BaseEntry;
}

/** Notes that `node` stands for `path` of the project, which looked like `entry`; false when the heap is full. */
export function setBase(heap: Heap, node: Pointer, path: Uint8Array, entry: BaseEntry): boolean {
  freeBase(heap, node);
  const base = heap.alloc(Base.BYTES);
  if (base === 0) return false;
  const at = base >>> 2;
  const name = heap.store(path);
  const target = entry.target !== undefined && entry.target.length > 0 ? heap.store(entry.target) : 0;
  const { u32, f64, i64 } = heap;
  if (name === 0) {
    heap.free(base, Base.BYTES);
    return false;
  }
  u32[at + Base.PATH] = name;
  u32[at + Base.PATH_LENGTH] = path.length;
  u32[at + Base.TYPE] = entry.type;
  u32[at + Base.MODE] = entry.mode;
  u32[at + Base.NLINK] = entry.nlink;
  u32[at + Base.TARGET] = target;
  u32[at + Base.TARGET_LENGTH] = target === 0 ? 0 : (entry.target?.length ?? 0);
  f64[(base + 4 * Base.SIZE) >>> 3] = entry.size;
  f64[(base + 4 * Base.INO) >>> 3] = entry.ino;
  i64[(base + 4 * Base.MTIME) >>> 3] = entry.mtimeNs;
  i64[(base + 4 * Base.CTIME) >>> 3] = entry.ctimeNs;
  u32[(node >>> 2) + Inode.BASE] = base;
  return true;
}

/** The path of the project that `node` stands for, or undefined. */
export function basePath(heap: Heap, node: Pointer): Uint8Array | undefined {
  const base = heap.u32[(node >>> 2) + Inode.BASE];
  if (base === 0) return undefined;
  const start = heap.u32[(base >>> 2) + Base.PATH];
  return heap.u8.slice(start, start + heap.u32[(base >>> 2) + Base.PATH_LENGTH]);
}

/** Whether `node` stands for the name `name` in the project directory that `dir` stands for: nobody moved it. */
export function isInPlace(heap: Heap, dir: Pointer, node: Pointer, name: Uint8Array): boolean {
  const { u32, u8 } = heap;
  const above = u32[(dir >>> 2) + Inode.BASE] >>> 2;
  const own = u32[(node >>> 2) + Inode.BASE] >>> 2;
  if (above === 0 || own === 0) return false;
  const prefix = u32[above + Base.PATH_LENGTH];
  const start = prefix === 0 ? 0 : prefix + 1;
  if (u32[own + Base.PATH_LENGTH] !== start + name.length) return false;
  const path = u32[own + Base.PATH];
  const parent = u32[above + Base.PATH];
  for (let i = 0; i < prefix; i++) if (u8[path + i] !== u8[parent + i]) return false;
  for (let i = 0; i < name.length; i++) if (u8[path + start + i] !== name[i]) return false;
  return true;
}

/** What `node` looked like in the project, or undefined if it is not from there. */
export function baseFacts(heap: Heap, node: Pointer): BaseFacts | undefined {
  const path = basePath(heap, node);
  if (path === undefined) return undefined;
  const base = heap.u32[(node >>> 2) + Inode.BASE];
  const at = base >>> 2;
  const { u32, u8, f64, i64 } = heap;
  const entry: BaseEntry = {
    name: path.subarray(path.lastIndexOf(0x2f) + 1),
    type: u32[at + Base.TYPE] as FileType,
    mode: u32[at + Base.MODE],
    size: f64[(base + 4 * Base.SIZE) >>> 3],
    mtimeNs: i64[(base + 4 * Base.MTIME) >>> 3],
    ctimeNs: i64[(base + 4 * Base.CTIME) >>> 3],
    ino: f64[(base + 4 * Base.INO) >>> 3],
    nlink: u32[at + Base.NLINK],
  };
  const target = u32[at + Base.TARGET];
  if (target !== 0) entry.target = u8.slice(target, target + u32[at + Base.TARGET_LENGTH]);
  return { path, entry };
}

/** `dir/name`, as paths of the project are written. */
export function joinBase(dir: Uint8Array, name: Uint8Array): Uint8Array {
  if (dir.length === 0) return name.slice();
  const path = new Uint8Array(dir.length + 1 + name.length);
  path.set(dir);
  path[dir.length] = 0x2f;
  path.set(name, dir.length + 1);
  return path;
}
