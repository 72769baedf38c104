import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { leb } from "./binary.ts";
import { borrowMemory, LENDER, MemoryLender, REFUSED, watchMemory } from "./lent-memory.ts";
import { isModule, limitModule, PAGE_BYTES } from "./module.ts";

const REGISTRY = new URL("../../../../registry/assets/", import.meta.url);
const PAGES = 1024;

const text = (value: string): number[] => [...leb(value.length), ...new TextEncoder().encode(value)];
const section = (id: number, bytes: number[]): number[] => [id, ...leb(bytes.length), ...bytes];
const body = (...code: number[]): number[] => [code.length + 2, 0, ...code, 0x0b];

/** A command of two pages and at most so many that also exports `size` and `grow`, which do what the instructions of memory do. */
const module = (most = 40, change = borrowMemory): WebAssembly.Module => {
  const bytes = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [3, 0x60, 0, 0, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(3, [3, 0, 1, 2]),
    ...section(5, [1, 1, 2, most]),
    ...section(7, [
      4,
      ...[...text("memory"), 2, 0],
      ...[...text("_start"), 0, 0],
      ...[...text("size"), 0, 1],
      ...[...text("grow"), 0, 2],
    ]),
    ...section(10, [
      3,
      // A constant and a block that have the bytes of memory.grow.
      ...body(0x41, 0xc0, 0x00, 0x1a, 0x02, 0x40, 0x0b),
      ...body(0x3f, 0),
      ...body(0x20, 0, 0x40, 0),
    ]),
  ]);
  return new WebAssembly.Module(change(limitModule(bytes, PAGES, "test")) as Uint8Array<ArrayBuffer>);
};

interface Program {
  memory: WebAssembly.Memory;
  size(): number;
  grow(pages: number): number;
  [REFUSED]: WebAssembly.Global;
}

function start(lender: MemoryLender, compiled: WebAssembly.Module): Program {
  const lent = lender.lend(compiled);
  if (lent === undefined) throw new Error("expected a module that borrows its memory");
  return new WebAssembly.Instance(compiled, { [LENDER]: lent }).exports as unknown as Program;
}

describe("a lent memory", () => {
  it("is the next program's, which sees neither what was in it nor how large it had become", () => {
    const [lender, compiled] = [new MemoryLender(), module()];
    const one = start(lender, compiled);
    expect([one.size(), one.grow(3), one.size()]).toEqual([2, 2, 5]);
    new Uint8Array(one.memory.buffer).fill(7);
    lender.takeBack();
    const two = start(lender, compiled);
    expect(two.memory).toBe(one.memory);
    expect(new Uint8Array(two.memory.buffer).some((byte) => byte !== 0)).toBe(false);
    expect([two.size(), two.grow(0), two.grow(4), two.size()]).toEqual([2, 2, 2, 6]);
    expect(two.memory.buffer.byteLength).toBe(6 * PAGE_BYTES);
  });

  it("grows to the module's maximum and not beyond", () => {
    const { size, grow } = start(new MemoryLender(), module());
    expect([grow(38), size(), grow(1), grow(65536), grow(-1), size()]).toEqual([2, 40, -1, -1, -1, 40]);
  });

  it("is told to be refused as long as the last wish for more was", () => {
    const own = new WebAssembly.Instance(module(40, watchMemory)).exports as unknown as Program;
    for (const program of [own, start(new MemoryLender(), module())]) {
      const refused = () => program[REFUSED].value;
      expect([refused(), program.grow(39), refused(), program.size()]).toEqual([0, -1, 1, 2]);
      expect([program.grow(1), refused(), program.grow(-1), refused()]).toEqual([2, 0, -1, 1]);
    }
  });

  it("is not kept when it became large", () => {
    const [lender, compiled] = [new MemoryLender(), module(60)];
    const one = start(lender, compiled);
    one.grow(50);
    lender.takeBack();
    expect(start(lender, compiled).memory).not.toBe(one.memory);
  });

  it("can be had by the registry's modules", () => {
    let lent = 0;
    for (const name of readdirSync(REGISTRY).filter((each) => each.endsWith(".gz"))) {
      const bytes = gunzipSync(readFileSync(new URL(name, REGISTRY)));
      if (!isModule(bytes)) continue;
      const limited = limitModule(bytes, 16384, name);
      const borrowing = borrowMemory(limited);
      expect(WebAssembly.validate(borrowing as Uint8Array<ArrayBuffer>), name).toBe(true);
      if (borrowing !== limited) lent++;
      // What borrows is watched in the same way.
      else expect(WebAssembly.validate(watchMemory(limited) as Uint8Array<ArrayBuffer>), name).toBe(true);
    }
    expect(lent).toBeGreaterThan(20);
  });
});
