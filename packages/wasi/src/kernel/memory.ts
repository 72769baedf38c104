import { Errno, type Heap } from "@shadowbox/vfs";
import { Header } from "./layout.ts";

/** The heap as the kernel uses it: typed views, and the place of the kernel's tables in them. */
export class KernelMemory {
  readonly heap: Heap;
  /** Word index of the kernel's block. */
  readonly base: number;

  constructor(heap: Heap, base: number) {
    this.heap = heap;
    this.base = base;
  }

  /** Views over all that was reached; a view taken before a growth still shows the same memory below its end. */
  get i32(): Int32Array {
    return this.heap.i32;
  }
  get u32(): Uint32Array {
    return this.heap.u32;
  }
  get u8(): Uint8Array {
    return this.heap.u8;
  }
  get f64(): Float64Array {
    return this.heap.f64;
  }
  get i64(): BigInt64Array {
    return this.heap.i64;
  }

  /** Remembers for the host that a bound was reached. */
  noteLimit(limit: number): void {
    Atomics.or(this.i32, this.base + Header.LIMITS_HIT, limit);
  }

  /** Makes sure that the views end at or after byte `end`, which another thread may have made. */
  reach(end: number): void {
    if (end > this.heap.u8.length) this.heap.refresh();
  }

  /** Word index of a record of `words` words at byte `pointer`, which is within reach afterwards. */
  word(pointer: number, words: number): number {
    this.reach(pointer + words * 4);
    return pointer >>> 2;
  }

  /** `bytes` of memory with whatever it held before, or -ENOMEM. */
  allocate(bytes: number): number {
    this.heap.enter();
    const pointer = this.heap.allocRaw(bytes);
    this.heap.leave();
    return pointer === 0 ? -Errno.ENOMEM : pointer;
  }

  /** Gives back what `allocate(bytes)` gave. */
  free(pointer: number, bytes: number): void {
    this.heap.enter();
    this.heap.free(pointer, bytes);
    this.heap.leave();
  }

  /** A copy of `bytes` in shared memory, or -ENOMEM. */
  store(bytes: Uint8Array): number {
    const pointer = this.allocate(Math.max(1, bytes.length));
    if (pointer > 0) this.u8.set(bytes, pointer);
    return pointer;
  }

  /** A private copy of bytes in shared memory. */
  load(pointer: number, length: number): Uint8Array {
    this.reach(pointer + length);
    return this.u8.slice(pointer, pointer + length);
  }
}
