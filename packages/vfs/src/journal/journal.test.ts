import { describe, expect, it } from "vitest";
import { encodeText } from "../bytes.ts";
import { emptyStat, FileType, type NodeId } from "../filesystem.ts";
import { Heap } from "../heap/heap.ts";
import { Overlay } from "../tree/overlay.ts";
import { TreeFileSystem } from "../tree/tree.ts";
import { Journal, type JournalStorage } from "./journal.ts";
import { restoreTree } from "./restore.ts";

class MemoryStorage implements JournalStorage {
  bytes = new Uint8Array();
  read = () => this.bytes;
  sync = () => {};
  append(more: Uint8Array): void {
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
  }
  truncate(length: number): void {
    this.bytes = this.bytes.slice(0, length);
  }
  replace(bytes: Uint8Array): void {
    this.bytes = bytes.slice();
  }
}

function newTree(): TreeFileSystem {
  return TreeFileSystem.format(Heap.create(), { journaled: true });
}

function reopen(storage: JournalStorage): { fs: TreeFileSystem; journal: Journal; cut: number } {
  const { journal, state, report } = Journal.open(storage);
  const fs = newTree();
  restoreTree(fs, state);
  return { fs, journal, cut: report.cut };
}

function dump(fs: TreeFileSystem, dir: NodeId = fs.root, prefix = ""): string[] {
  const lines: string[] = [];
  fs.readdir(dir, 0, (name, node, type) => {
    const path = `${prefix}/${Buffer.from(name).toString("latin1")}`;
    const stat = emptyStat();
    fs.stat(node, stat);
    if (type === FileType.DIRECTORY) {
      lines.push(`${path}/ ${stat.mode}`, ...dump(fs, node, path));
      return true;
    }
    const bytes = new Uint8Array(stat.size);
    fs.read(node, 0, bytes);
    const text = type === FileType.SYMLINK ? (fs.readlink(node) as Uint8Array) : bytes;
    lines.push(
      `${path} ${stat.ino} ${stat.mode} ${stat.nlink} ${stat.mtimeNs} ${Buffer.from(text).toString("latin1")}`,
    );
    return true;
  });
  return lines.sort();
}

/** A few hundred changes that look random but are the same each time. */
function scramble(fs: TreeFileSystem, round: number): void {
  let state = round * 7919 + 1;
  const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
  const dirs: NodeId[] = [fs.root];
  const collect = (dir: NodeId): number =>
    fs.readdir(dir, 0, (_, node, type) => {
      if (type === FileType.DIRECTORY) {
        // Held, as an open directory is: it may be removed below.
        fs.retain(node);
        dirs.push(node);
        collect(node);
      }
      return true;
    });
  collect(fs.root);
  for (let i = 0; i < 60; i++) {
    const dir = dirs[next(dirs.length)] as NodeId;
    const name = encodeText("abcdefgh"[next(8)] as string);
    const other = encodeText("abcdefgh"[next(8)] as string);
    const kind = next(8);
    if (kind === 0) fs.create(dir, name, FileType.DIRECTORY, 0o700 + next(64));
    else if (kind === 1) fs.unlink(dir, name);
    else if (kind === 2) fs.rename(dir, name, dirs[next(dirs.length)] as NodeId, other);
    else if (kind === 3) fs.create(dir, name, FileType.SYMLINK, 0o777, other);
    else if (kind === 4) fs.rmdir(dir, name);
    else {
      let node = fs.lookup(dir, name);
      if (node < 0) node = fs.create(dir, name, FileType.REGULAR, 0o644);
      if (kind === 7) fs.setStat(node, { size: next(200) });
      else if (node > 0)
        fs.write(node, next(3) === 0 ? -1 : next(100_000), encodeText("xyz".repeat(next(50))));
      if (kind === 6 && node > 0) fs.link(dir, other, node);
    }
  }
  for (const dir of dirs.slice(1)) fs.release(dir);
}

describe("Journal", () => {
  it("does not write the holes of a file, and forgets what was where they are now", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    const node = fs.create(fs.root, encodeText("sparse"), FileType.REGULAR, 0o644);
    const before = new Uint8Array(5 << 20).fill(7);
    fs.write(node, 0, before);
    journal.flush(fs);
    // Shorter, then longer: what is between is zero, and the last bytes are not.
    fs.setStat(node, { size: 3 });
    fs.setStat(node, { size: 40 << 20 });
    fs.write(node, 39 << 20, encodeText("end"));
    expect(journal.flush(fs)).toBeLessThan(4 << 20);
    const want = dump(fs);
    expect(dump(reopen(storage).fs)).toEqual(want);
    journal.compact(fs);
    expect(storage.bytes.length).toBeLessThan(4 << 20);
    expect(dump(reopen(storage).fs)).toEqual(want);
  });

  it("keeps zeros in the middle of a file that ends in other bytes", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    const node = fs.create(fs.root, encodeText("file"), FileType.REGULAR, 0o644);
    fs.write(node, 0, new Uint8Array(9 << 20).fill(7));
    journal.flush(fs);
    fs.write(node, 1 << 20, new Uint8Array(2 << 20));
    journal.flush(fs);
    fs.write(node, 6 << 20, new Uint8Array(3 << 20));
    journal.flush(fs);
    expect(dump(reopen(storage).fs)).toEqual(dump(fs));
  });

  it("brings back the tree of the last flush, after many sessions", () => {
    const storage = new MemoryStorage();
    let { fs, journal } = reopen(storage);
    for (let round = 1; round <= 12; round++) {
      scramble(fs, round);
      journal.flush(fs);
      const before = dump(fs);
      if (round % 4 === 0) journal.compact(fs);
      const again = reopen(storage);
      expect(dump(again.fs)).toEqual(before);
      if (round % 2 === 0) ({ fs, journal } = again);
    }
  });

  it("gives the state of one flush or of the one before, wherever the file is cut", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    scramble(fs, 3);
    journal.flush(fs);
    const first = dump(fs);
    const length = storage.bytes.length;
    fs.create(fs.root, encodeText("late"), FileType.REGULAR, 0o644);
    fs.write(fs.lookup(fs.root, encodeText("late")), 0, encodeText("words"));
    journal.flush(fs);
    const whole = storage.bytes;
    for (let cut = length; cut < whole.length; cut++) {
      const torn = new MemoryStorage();
      torn.bytes = whole.slice(0, cut);
      expect(dump(reopen(torn).fs)).toEqual(first);
      expect(torn.bytes.length).toBe(length);
    }
    expect(dump(reopen(storage).fs)).toEqual(dump(fs));
  });

  it("drops a batch in which a byte is wrong", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    fs.create(fs.root, encodeText("a"), FileType.DIRECTORY, 0o755);
    journal.flush(fs);
    storage.bytes[storage.bytes.length - 3] ^= 1;
    const again = reopen(storage);
    expect(again.cut).toBeGreaterThan(0);
    expect(dump(again.fs)).toEqual([]);
  });

  it("writes what changed, not what is there", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    const node = fs.create(fs.root, encodeText("log"), FileType.REGULAR, 0o644);
    fs.write(node, 0, new Uint8Array(10 << 20));
    journal.flush(fs);
    fs.write(node, -1, encodeText("one more line\n"));
    expect(journal.flush(fs)).toBeLessThan(2000);
    expect(journal.flush(fs)).toBe(0);
  });

  it("refuses a newer format and a file of another kind", () => {
    const storage = new MemoryStorage();
    reopen(storage);
    const newer = new MemoryStorage();
    newer.bytes = storage.bytes.slice();
    newer.bytes[4] = 99;
    expect(() => Journal.open(newer)).toThrow(expect.objectContaining({ code: "newer-format" }));
    newer.bytes[0] = 0;
    expect(() => Journal.open(newer)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  it("writes everything after a flush that the storage refused", () => {
    const storage = new MemoryStorage();
    const { fs, journal } = reopen(storage);
    fs.create(fs.root, encodeText("before"), FileType.REGULAR, 0o644);
    journal.flush(fs);
    const before = dump(fs);
    const { append } = storage;
    storage.append = () => {
      throw new Error("full");
    };
    fs.create(fs.root, encodeText("refused"), FileType.REGULAR, 0o644);
    expect(() => journal.flush(fs)).toThrow("full");
    expect(dump(reopen(storage).fs)).toEqual(before);
    storage.append = append;
    fs.create(fs.root, encodeText("after"), FileType.REGULAR, 0o644);
    journal.flush(fs);
    expect(dump(reopen(storage).fs)).toEqual(dump(fs));
  });

  it("keeps removals of the project's names and its content of changed files", () => {
    const storage = new MemoryStorage();
    const content = new Map([["f", "project\n"]]);
    const entry = (name: string, type: FileType) => ({
      name: encodeText(name),
      type,
      mode: 0o644,
      size: content.get(name)?.length ?? 0,
      mtimeNs: 5n,
      ctimeNs: 5n,
      ino: 9,
      nlink: 1,
    });
    const base = {
      list: () => ["f", "gone"].map((name) => entry(name, FileType.REGULAR)),
      stat: () => -44,
      read: () => ({ entry: entry("f", FileType.REGULAR), bytes: encodeText("project\n") }),
    };
    const open = () => {
      const { journal, state } = Journal.open(storage);
      const fs = TreeFileSystem.format(Heap.create(), { journaled: true }, base);
      restoreTree(fs, state);
      new Overlay(fs).attach(fs.root, new Uint8Array(), entry("", FileType.DIRECTORY));
      return { fs, journal, overlay: new Overlay(fs) };
    };
    const one = open();
    one.fs.unlink(one.fs.root, encodeText("gone"));
    one.fs.write(one.fs.lookup(one.fs.root, encodeText("f")), 0, encodeText("P"));
    one.journal.flush(one.fs);
    const two = open();
    expect(dump(two.fs).map((line) => line.split(" ").at(-1))).toEqual(["Project\n"]);
    const node = two.fs.lookup(two.fs.root, encodeText("f"));
    expect(Buffer.from(two.overlay.projectContent(node) as Uint8Array).toString()).toBe("project\n");
    expect(two.overlay.changed(two.fs.root).length).toBe(2);
    two.overlay.forget(two.fs.root, encodeText("gone"));
    two.overlay.forget(two.fs.root, encodeText("f"));
    two.journal.flush(two.fs);
    expect(open().overlay.changed(open().fs.root)).toEqual([]);
  });
});
