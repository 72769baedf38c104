import { type Clock, SYSTEM_CLOCK } from "../clock.ts";
import { VfsError } from "../errors.ts";
import { Mutex } from "./mutex.ts";

/** Words at the start of every heap. */
const MAGIC = 0x5b0c_a11c;
const VERSION = 1;
const W_MAGIC = 0;
const W_VERSION = 1;
const W_LOCK = 2; // and 3: its owner
const W_TOP = 4;
const W_SIZE = 5; // bytes that the memory has
const W_MAX = 6;
const W_USED = 7;
const W_SLOTS = 16;
const SLOT_COUNT = 16;
const W_FREE = 64; // one list head per size class
const CLASS_COUNT = 192;
const FIRST_BYTE = 2048;

const PAGE = 65536;
const GROW_STEP = 64 * PAGE;

/** Roots of the structures that live in a heap, by number. */
export const HeapSlot = { TREE: 0, KERNEL: 1, JOURNAL: 2, COMMANDS: 3, DIRECTORY: 4 } as const;
export type HeapSlot = (typeof HeapSlot)[keyof typeof HeapSlot];

/** A place in a heap: byte offset, a multiple of 16; 0 is none. */
export type Pointer = number;

/**
 * One shared memory that grows in place, with an allocator. Every worker of a sandbox attaches to the same one and works
 * on it directly; whoever touches a structure holds {@link Heap.mutex}.
 *
 * The views (`u8`, `u32`, `f64`, `i64`) are cached, because reading `memory.buffer` costs as much as a look-up in
 * the tree; `enter` renews them when another thread has grown the memory.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly mutex: Mutex;
  u8!: Uint8Array;
  u32!: Uint32Array;
  i32!: Int32Array;
  f64!: Float64Array;
  i64!: BigInt64Array;
  /** What this thread tells the time by in this heap. */
  clock: Clock = SYSTEM_CLOCK;
  #size = 0;

  private constructor(memory: WebAssembly.Memory, owner: number) {
    this.memory = memory;
    this.#view();
    this.mutex = new Mutex(this.i32, W_LOCK, owner);
  }

  /**
   * A new, empty heap. `maxBytes` bounds all that a sandbox can hold (default 4 GiB − 64 KiB; reserved as address space
   * only). `owner` names this thread in locks.
   */
  static create(options: { maxBytes?: number; owner?: number } = {}): Heap {
    const pages = Math.min(65535, Math.ceil((options.maxBytes ?? 65535 * PAGE) / PAGE));
    const memory = new WebAssembly.Memory({ initial: Math.min(4, pages), maximum: pages, shared: true });
    const heap = new Heap(memory, options.owner ?? 1);
    heap.u32[W_MAGIC] = MAGIC;
    heap.u32[W_VERSION] = VERSION;
    heap.u32[W_TOP] = FIRST_BYTE;
    heap.u32[W_MAX] = pages;
    heap.u32[W_SIZE] = memory.buffer.byteLength;
    return heap;
  }

  /** The heap that another thread made. Throws VfsError `invalid` if `memory` holds none. */
  static attach(memory: WebAssembly.Memory, owner: number): Heap {
    const heap = new Heap(memory, owner);
    if (heap.u32[W_MAGIC] !== MAGIC || heap.u32[W_VERSION] !== VERSION)
      throw new VfsError("invalid", `attach heap: expected version ${VERSION}, got a memory without it`);
    return heap;
  }

  #view(): void {
    const buffer = this.memory.buffer;
    this.#size = buffer.byteLength;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }

  /** Takes the lock and renews the views if the memory grew; pairs with {@link Heap.leave}. */
  enter(): void {
    this.mutex.lock();
    if (this.u32[W_SIZE] !== this.#size) this.#view();
  }

  leave(): void {
    this.mutex.unlock();
  }

  /** Renews the views without the lock, for a reader of memory that is known to stay. */
  refresh(): void {
    if (this.u32[W_SIZE] !== this.#size) this.#view();
  }

  /** Root of structure `slot`, 0 if there is none yet. */
  root(slot: HeapSlot): Pointer {
    return this.u32[W_SLOTS + slot];
  }

  setRoot(slot: HeapSlot, pointer: Pointer): void {
    if (slot >= SLOT_COUNT)
      throw new VfsError("invalid", `set heap root: expected a slot below ${SLOT_COUNT}, got ${slot}`);
    this.u32[W_SLOTS + slot] = pointer;
  }

  /** Bytes handed out now. */
  get used(): number {
    return this.u32[W_USED] * 16;
  }

  /** `bytes` of zeroed memory, or 0 when the heap is full. Call with the lock held. */
  alloc(bytes: number): Pointer {
    const at = this.allocRaw(bytes);
    if (at !== 0) this.u8.fill(0, at, at + bytes);
    return at;
  }

  /** As {@link Heap.alloc}, with whatever the memory held before. */
  allocRaw(bytes: number): Pointer {
    const cls = classOf(bytes);
    const size = sizeOfClass(cls);
    const head = this.u32[W_FREE + cls];
    this.u32[W_USED] += size >>> 4;
    if (head !== 0) {
      this.u32[W_FREE + cls] = this.u32[head >>> 2];
      return head;
    }
    const at = this.u32[W_TOP];
    const end = at + size;
    if (end > this.#size && !this.#grow(end)) {
      this.u32[W_USED] -= size >>> 4;
      return 0;
    }
    this.u32[W_TOP] = end;
    return at;
  }

  #grow(end: number): boolean {
    const max = this.u32[W_MAX] * PAGE;
    if (end > max) return false;
    const step = Math.max(GROW_STEP, (this.#size >>> 18) * PAGE);
    const want = Math.min(max, Math.max(end, this.#size + step));
    try {
      this.memory.grow(Math.ceil((want - this.#size) / PAGE));
    } catch {
      return false;
    }
    this.#view();
    this.u32[W_SIZE] = this.#size;
    return true;
  }

  /** Gives back what `alloc(bytes)` gave: the same size. */
  free(at: Pointer, bytes: number): void {
    if (at === 0) return;
    const cls = classOf(bytes);
    this.u32[at >>> 2] = this.u32[W_FREE + cls];
    this.u32[W_FREE + cls] = at;
    this.u32[W_USED] -= sizeOfClass(cls) >>> 4;
  }

  /** A copy of `bytes` in the heap, or 0 when it is full. */
  store(bytes: Uint8Array): Pointer {
    const at = this.allocRaw(Math.max(1, bytes.length));
    if (at !== 0) this.u8.set(bytes, at);
    return at;
  }
}

/** Size classes: multiples of 16 to 1 KiB, then four steps to each doubling. */
function classOf(bytes: number): number {
  if (bytes <= 1024) return bytes <= 16 ? 0 : ((bytes + 15) >>> 4) - 1;
  const log = 31 - Math.clz32(bytes - 1);
  const step = ((bytes - 1) >>> (log - 2)) & 3;
  const cls = 64 + (log - 10) * 4 + step;
  if (cls >= CLASS_COUNT - W_FREE + 64)
    throw new VfsError("invalid", `allocate: expected at most 1 GiB, got ${bytes} bytes`);
  return cls;
}

function sizeOfClass(cls: number): number {
  if (cls < 64) return (cls + 1) * 16;
  const log = 10 + ((cls - 64) >>> 2);
  return (1 << log) + ((cls & 3) + 1) * (1 << (log - 2));
}
