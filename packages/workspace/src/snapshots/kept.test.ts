import { encodeText, type JournalStorage } from "@shadowbox/vfs";
import { expect, test } from "vitest";
import { KeptSnapshots } from "./kept.ts";
import type { Entry, Frame } from "./store.ts";

function memory(): JournalStorage & { bytes: Uint8Array } {
  return {
    bytes: new Uint8Array(),
    read() {
      return this.bytes;
    },
    append(more) {
      this.bytes = Uint8Array.of(...this.bytes, ...more);
    },
    sync: () => {},
    truncate(length) {
      this.bytes = this.bytes.slice(0, length);
    },
    replace(bytes) {
      this.bytes = bytes;
    },
  };
}

/** A frame that says that file `a` has a content now. */
function append(store: KeptSnapshots, id: number, text: string): void {
  const bytes = encodeText(text);
  const blob = store.nameOf(bytes);
  const was: Entry = { kind: "nothing", mode: 0 };
  const now: Entry = { kind: "file", mode: 0o644, blob };
  const frame = { id, time: "", operation: "exec" as const, changes: [{ path: "a", was, now }], stamps: {} };
  store.append(frame, store.has(blob) ? new Map() : new Map([[blob, bytes]]));
}

const ids = ({ frames }: { frames: readonly Frame[] }) => frames.map(({ id }) => id);

test("KeptSnapshots reads back what it kept, without the frame that a crash cut off", () => {
  const storage = memory();
  const store = new KeptSnapshots(storage);
  append(store, 1, "one");
  const whole = storage.bytes.length;
  append(store, 2, "two");
  for (const cut of [1, 5, storage.bytes.length - whole]) {
    const copy = Object.assign(memory(), { bytes: storage.bytes.slice(0, storage.bytes.length - cut) });
    const opened = new KeptSnapshots(copy);
    expect(ids(opened)).toEqual([1]);
    append(opened, 3, "three");
    expect(ids(new KeptSnapshots(copy))).toEqual([1, 3]);
  }
  const opened = new KeptSnapshots(storage);
  expect(ids(opened)).toEqual([1, 2]);
  expect(new TextDecoder().decode(opened.read(opened.nameOf(encodeText("two"))))).toBe("two");
});

test("KeptSnapshots keeps of a rewrite what its frames name, and nothing else", () => {
  const storage = memory();
  const store = new KeptSnapshots(storage);
  for (const [at, text] of ["one", "two", "one"].entries()) append(store, at + 1, text);
  store.rewrite(store.frames.slice(2));
  const opened = new KeptSnapshots(storage);
  expect([ids(opened), opened.size]).toEqual([[3], storage.bytes.length]);
  expect(["one", "two"].map((text) => opened.has(opened.nameOf(encodeText(text))))).toEqual([true, false]);
});
