import { expect, test } from "vitest";
import { decodeText, encodeText } from "../bytes.ts";
import { SlotStorage, type SyncFile } from "./slots.ts";

/** Dies at its n-th change, which is half done; what was flushed before stays. */
class Disk {
  left = Number.POSITIVE_INFINITY;
  /** Bytes of both files together; a browser's quota. */
  room = Number.POSITIVE_INFINITY;
  readonly files = [new MemoryFile(this), new MemoryFile(this)] as const;

  /** How much of a change still happens. */
  share(): number {
    if (this.left <= 0) throw new Error("power cut");
    return --this.left > 0 ? 1 : 0.5;
  }

  open(): SlotStorage {
    this.left = Number.POSITIVE_INFINITY;
    return new SlotStorage(this.files);
  }
}

class MemoryFile implements SyncFile {
  bytes = new Uint8Array();
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  getSize = () => this.bytes.length;
  flush = () => {};
  close = () => {};

  read(into: Uint8Array, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    const share = this.#disk.share();
    const used = this.#disk.files.reduce((sum, file) => sum + file.bytes.length, 0);
    if (used + at + bytes.length - this.bytes.length > this.#disk.room)
      throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
    const part = bytes.subarray(0, Math.floor(bytes.length * share));
    const grown = new Uint8Array(Math.max(this.bytes.length, at + part.length));
    grown.set(this.bytes);
    grown.set(part, at);
    this.bytes = grown;
    if (share < 1) throw new Error("power cut");
    return part.length;
  }

  truncate(size: number): void {
    this.#disk.share();
    this.bytes = this.bytes.slice(0, size);
  }
}

test("what was appended and replaced is there again", () => {
  const disk = new Disk();
  const storage = disk.open();
  expect(storage.read()).toEqual(new Uint8Array());
  storage.append(encodeText("one "));
  storage.append(encodeText("two"));
  expect(decodeText(disk.open().read())).toBe("one two");
  storage.replace(encodeText("three"));
  storage.append(encodeText(" four"));
  expect(decodeText(disk.open().read())).toBe("three four");
  storage.truncate(5);
  expect(decodeText(disk.open().read())).toBe("three");
});

test("a replacement that is cut off at any point leaves the old content or the new", () => {
  const seen = new Set<string>();
  for (let steps = 0; steps < 12; steps++) {
    const disk = new Disk();
    disk.open().replace(encodeText("old content"));
    const storage = disk.open();
    disk.left = steps;
    try {
      storage.replace(encodeText("new content, longer"));
    } catch (error) {
      expect((error as Error).message).toBe("power cut");
    }
    const again = disk.open();
    seen.add(decodeText(again.read()));
    again.replace(encodeText("after"));
    expect(decodeText(disk.open().read())).toBe("after");
  }
  expect([...seen].sort()).toEqual(["new content, longer", "old content"]);
});

test("a full disk is said so, and what was kept before is whole", () => {
  const disk = new Disk();
  const storage = disk.open();
  storage.replace(encodeText("old content"));
  disk.room = 60;
  expect(() => storage.replace(new Uint8Array(40))).toThrow(expect.objectContaining({ code: "no-space" }));
  expect(decodeText(disk.open().read())).toBe("old content");
  expect(() => storage.append(new Uint8Array(40))).toThrow(expect.objectContaining({ code: "no-space" }));
  storage.append(encodeText(" and more"));
  expect(decodeText(disk.open().read())).toBe("old content and more");
});
