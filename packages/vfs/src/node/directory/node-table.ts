import { type Heap, HeapSlot, type Pointer } from "../../heap/heap.ts";

/** Words of the table's header, of which the last ones point to the chunks. */
const W_COUNT = 0;
const W_BUCKETS = 1;
/** Bytes that may still be written, as a number of 64 bits. */
const W_LEFT = 2;
/** Bytes that all files together may have, the same. */
const W_MOST = 4;
const W_CHUNKS = 6;
const CHUNKS = 1024;
const CHUNK_NODES = 1024;
const BUCKETS = 16384;

/** Words of a node. */
const PARENT = 0;
const NAME = 1;
const LENGTH = 2;
/** Next in its bucket: 0 at the end. */
const NEXT = 3;
const REFS = 4;
/** 1 + descriptor of the open file or directory; 0: none. */
const DESCRIPTOR = 5;
const WORDS = 8;

export const ROOT = 1;

/** A step from a directory to what it holds. */
export interface Step {
  parent: number;
  name: Uint8Array;
}

/**
 * The names of a folder that were ever looked up, each with a number, in shared memory: open files of the kernel name
 * a node by number, and every worker must mean the same one. What a number stands for on the disk is found by walking
 * from the root, or from a directory that is held open, so a name that is gone or means something else by now is seen.
 */
export class NodeTable {
  readonly #heap: Heap;
  readonly #header: Pointer;

  constructor(heap: Heap) {
    this.#heap = heap;
    heap.enter();
    if (heap.root(HeapSlot.DIRECTORY) === 0) {
      const header = heap.alloc(4 * (W_CHUNKS + CHUNKS));
      const buckets = heap.alloc(4 * BUCKETS);
      heap.setRoot(HeapSlot.DIRECTORY, header);
      heap.u32[(header >>> 2) + W_BUCKETS] = buckets;
      for (const word of [W_LEFT, W_MOST]) heap.f64[(header + 4 * word) >>> 3] = Number.POSITIVE_INFINITY;
      // Number 0 is nothing, 1 the root, which is its own parent.
      heap.u32[(header >>> 2) + W_COUNT] = ROOT;
    }
    this.#header = heap.root(HeapSlot.DIRECTORY);
    this.#add(ROOT);
    heap.u32[this.#at(ROOT) + PARENT] = ROOT;
    heap.leave();
  }

  /** Bytes that may still be written by way of any thread's table. */
  get left(): number {
    return this.#heap.f64[(this.#header + 4 * W_LEFT) >>> 3];
  }

  set left(bytes: number) {
    this.#heap.f64[(this.#header + 4 * W_LEFT) >>> 3] = bytes;
  }

  /** Bytes that all files together may have. */
  get most(): number {
    return this.#heap.f64[(this.#header + 4 * W_MOST) >>> 3];
  }

  set most(bytes: number) {
    this.#heap.f64[(this.#header + 4 * W_MOST) >>> 3] = bytes;
  }

  /** Counts bytes that are about to be written; false if there is no room for them. */
  take(bytes: number): boolean {
    this.#heap.enter();
    const fits = bytes <= this.left;
    if (fits) this.left -= bytes;
    this.#heap.leave();
    return fits;
  }

  /** Word of a node. Call with the lock held. */
  #at(node: number): number {
    const chunk = this.#heap.u32[(this.#header >>> 2) + W_CHUNKS + Math.floor(node / CHUNK_NODES)];
    return (chunk >>> 2) + (node % CHUNK_NODES) * WORDS;
  }

  #add(node: number): boolean {
    const { u32 } = this.#heap;
    const chunk = Math.floor(node / CHUNK_NODES);
    if (chunk >= CHUNKS) return false;
    const word = (this.#header >>> 2) + W_CHUNKS + chunk;
    if (u32[word] !== 0) return true;
    const pointer = this.#heap.alloc(CHUNK_NODES * WORDS * 4);
    this.#heap.u32[word] = pointer;
    return pointer !== 0;
  }

  #bucket(parent: number, name: Uint8Array): number {
    let hash = parent * 0x9e3779b1;
    for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
    return (this.#heap.u32[(this.#header >>> 2) + W_BUCKETS] >>> 2) + ((hash >>> 0) % BUCKETS);
  }

  /** Runs `action` with the lock held and the views current. */
  #locked<T>(action: () => T): T {
    this.#heap.enter();
    try {
      return action();
    } finally {
      this.#heap.leave();
    }
  }

  #find(parent: number, name: Uint8Array): number {
    const { u32, u8 } = this.#heap;
    for (let node = u32[this.#bucket(parent, name)]; node !== 0; node = u32[this.#at(node) + NEXT]) {
      const at = this.#at(node);
      if (u32[at + PARENT] !== parent || u32[at + LENGTH] !== name.length) continue;
      const from = u32[at + NAME];
      if (name.every((byte, index) => u8[from + index] === byte)) return node;
    }
    return 0;
  }

  /** The number of a name in a directory; 0 when the table is full. */
  number(parent: number, name: Uint8Array): number {
    return this.#locked(() => {
      const found = this.#find(parent, name);
      if (found !== 0) return found;
      const count = (this.#header >>> 2) + W_COUNT;
      const node = this.#heap.u32[count] + 1;
      if (!this.#add(node)) return 0;
      this.#heap.u32[count] = node;
      return this.#name(node, parent, name) ? node : 0;
    });
  }

  #name(node: number, parent: number, name: Uint8Array): boolean {
    const text = this.#heap.store(name);
    if (text === 0) return false;
    const { u32 } = this.#heap;
    const at = this.#at(node);
    const bucket = this.#bucket(parent, name);
    u32[at + PARENT] = parent;
    u32[at + NAME] = text;
    u32[at + LENGTH] = name.length;
    u32[at + NEXT] = u32[bucket];
    u32[bucket] = node;
    return true;
  }

  /** Takes a node out of its bucket: no look-up finds it any more, those who hold it still do. */
  #forget(node: number): void {
    const { u32, u8 } = this.#heap;
    const at = this.#at(node);
    const name = u8.slice(u32[at + NAME], u32[at + NAME] + u32[at + LENGTH]);
    let link = this.#bucket(u32[at + PARENT], name);
    while (u32[link] !== 0 && u32[link] !== node) link = this.#at(u32[link]) + NEXT;
    if (u32[link] === node) u32[link] = u32[at + NEXT];
  }

  /** A name was removed: the next file of that name is another node. */
  removed(parent: number, name: Uint8Array): void {
    this.#locked(() => {
      const node = this.#find(parent, name);
      if (node !== 0) this.#forget(node);
    });
  }

  /** A name was given to what had another one. */
  moved(from: Step, to: Step): void {
    this.#locked(() => {
      const replaced = this.#find(to.parent, to.name);
      if (replaced !== 0) this.#forget(replaced);
      const node = this.#find(from.parent, from.name);
      if (node === 0) return;
      this.#forget(node);
      this.#name(node, to.parent, to.name);
    });
  }

  /** How a node is reached: from a directory that is open (or the root, 0), over names. */
  way(node: number): { descriptor: number; names: Uint8Array[] } {
    return this.#locked(() => {
      const { u32, u8 } = this.#heap;
      const names: Uint8Array[] = [];
      let at = node;
      while (at !== ROOT && u32[this.#at(at) + DESCRIPTOR] === 0) {
        const word = this.#at(at);
        names.unshift(u8.slice(u32[word + NAME], u32[word + NAME] + u32[word + LENGTH]));
        at = u32[word + PARENT];
      }
      return { descriptor: at === ROOT ? -1 : u32[this.#at(at) + DESCRIPTOR] - 1, names };
    });
  }

  step(node: number): Step {
    return this.#locked(() => {
      const { u32, u8 } = this.#heap;
      const at = this.#at(node);
      return {
        parent: u32[at + PARENT],
        name: u8.slice(u32[at + NAME], u32[at + NAME] + u32[at + LENGTH]),
      };
    });
  }

  /** The descriptor of a node that is held open, or -1. */
  descriptor(node: number): number {
    return this.#locked(() => this.#heap.u32[this.#at(node) + DESCRIPTOR] - 1);
  }

  /** One more holder; true for the first, who is to {@link NodeTable.open} it. */
  retain(node: number): boolean {
    return this.#locked(() => this.#heap.u32[this.#at(node) + REFS]++ === 0);
  }

  open(node: number, descriptor: number): void {
    this.#locked(() => {
      this.#heap.u32[this.#at(node) + DESCRIPTOR] = descriptor + 1;
    });
  }

  /** One holder less; the descriptor to close after the last one, else -1. */
  release(node: number): number {
    return this.#locked(() => {
      const { u32 } = this.#heap;
      const at = this.#at(node);
      u32[at + REFS]--;
      if (u32[at + REFS] !== 0) return -1;
      const descriptor = u32[at + DESCRIPTOR] - 1;
      u32[at + DESCRIPTOR] = 0;
      return descriptor;
    });
  }
}
