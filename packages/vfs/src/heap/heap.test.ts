import { describe, expect, it } from "vitest";
import { Heap } from "./heap.ts";

describe("Heap", () => {
  it("hands out zeroed blocks that do not overlap", () => {
    const heap = Heap.create();
    const sizes = [1, 16, 17, 1000, 1024, 1025, 1281, 5000, 65536, 65537, 300_000];
    const blocks = sizes.map((size) => ({ size, at: heap.alloc(size) }));
    for (const [i, block] of blocks.entries()) heap.u8.fill(i + 1, block.at, block.at + block.size);
    for (const [i, block] of blocks.entries()) {
      expect(block.at % 16).toBe(0);
      expect(heap.u8.subarray(block.at, block.at + block.size).every((byte) => byte === i + 1)).toBe(true);
    }
  });

  it("gives a freed block out again, zeroed", () => {
    const heap = Heap.create();
    for (const size of [8, 700, 1500, 70_000]) {
      const at = heap.alloc(size);
      heap.u8.fill(7, at, at + size);
      const used = heap.used;
      heap.free(at, size);
      expect(heap.used).toBeLessThan(used);
      const again = heap.alloc(size);
      expect(again).toBe(at);
      expect(heap.u8.subarray(again, again + size).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("answers 0 when it is full and goes on working", () => {
    const heap = Heap.create({ maxBytes: 1 << 20 });
    expect(heap.alloc(2 << 20)).toBe(0);
    const at = heap.alloc(1000);
    expect(at).not.toBe(0);
  });

  it("sees growth by another attachment", () => {
    const heap = Heap.create();
    const other = Heap.attach(heap.memory, 2);
    heap.enter();
    const at = heap.alloc(10 << 20);
    heap.u8[at + 9_000_000] = 42;
    heap.leave();
    other.enter();
    expect(other.u8[at + 9_000_000]).toBe(42);
    other.leave();
  });

  it("lets a dead owner's lock be taken over", () => {
    const heap = Heap.create({ owner: 1 });
    const dead = Heap.attach(heap.memory, 2);
    dead.mutex.lock();
    expect(heap.mutex.recoverFrom(3)).toBe(false);
    expect(heap.mutex.recoverFrom(2)).toBe(true);
    heap.mutex.with(() => expect(heap.mutex.held).toBe(true));
  });
});
