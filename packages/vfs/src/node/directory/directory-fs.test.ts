import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { decodeText, encodeText } from "../../bytes.ts";
import { Errno } from "../../errno.ts";
import { emptyStat, FileType } from "../../filesystem.ts";
import { Heap } from "../../heap/heap.ts";
import { behavesAsRealDirectory } from "../testing/model.ts";
import { DirectoryFileSystem } from "./directory-fs.ts";

/** Operations per seed; more by hand: MODEL_STEPS=20000. */
const STEPS = Number(process.env.MODEL_STEPS ?? 1000);

const top = mkdtempSync(join(tmpdir(), "shadowbox-directory-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let made = 0;
/** A fresh folder, and the file system over it. */
function open(): { root: string; fs: DirectoryFileSystem } {
  const root = join(top, String(++made));
  mkdirSync(root);
  return { root, fs: new DirectoryFileSystem(Heap.create(), { root, user: { uid: 1000, gid: 1000 } }) };
}

function contentOf(fs: DirectoryFileSystem, node: number): string {
  const bytes = new Uint8Array(64);
  const count = fs.read(node, 0, bytes);
  return count < 0 ? String(count) : decodeText(bytes.subarray(0, count));
}

describe("DirectoryFileSystem", () => {
  it.each([1, 2, 3])("behaves as a real directory under random operations, seed %i", (seed) => {
    const base = join(top, `real-${seed}`);
    mkdirSync(base);
    behavesAsRealDirectory(open().fs, base, seed, STEPS);
  });

  it("reads an open file that somebody else replaced, and the new one by its name", () => {
    const { root, fs } = open();
    writeFileSync(join(root, "f"), "old");
    const old = fs.lookup(fs.root, encodeText("f"));
    fs.retain(old);
    writeFileSync(join(root, "g"), "new");
    renameSync(join(root, "g"), join(root, "f"));
    expect(contentOf(fs, old)).toBe("old");
    expect(contentOf(fs, fs.lookup(fs.root, encodeText("f")))).toBe("new");
    fs.release(old);
  });

  it("shows its root as the directory that it is", () => {
    const { fs } = open();
    const stat = emptyStat();
    fs.stat(fs.root, stat);
    expect([stat.type, stat.mode]).toEqual([FileType.DIRECTORY, 0o755]);
  });

  it("opens what it made whatever its mode, and shows the mode", () => {
    const { fs } = open();
    const node = fs.create(fs.root, encodeText("f"), FileType.REGULAR, 0o200);
    fs.retain(node);
    expect(fs.write(node, 0, encodeText("x"))).toBe(1);
    const stat = emptyStat();
    fs.stat(node, stat);
    expect([stat.mode, stat.uid, stat.size]).toEqual([0o200, 1000, 1]);
    fs.release(node);
  });

  it("follows no directory that became a symlink to outside", () => {
    const { root, fs } = open();
    const outside = join(top, "outside");
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "secret"), "canary");
    mkdirSync(join(root, "d"));
    writeFileSync(join(root, "d/secret"), "mine");
    const dir = fs.lookup(fs.root, encodeText("d"));
    const file = fs.lookup(dir, encodeText("secret"));
    rmSync(join(root, "d"), { recursive: true });
    symlinkSync(outside, join(root, "d"));
    expect(fs.lookup(dir, encodeText("secret"))).toBe(-Errno.ENOTDIR);
    expect(contentOf(fs, file)).toBe(String(-Errno.ENOTDIR));
    expect(fs.write(file, 0, encodeText("gone"))).toBe(-Errno.ENOTDIR);
    expect(fs.create(dir, encodeText("new"), FileType.REGULAR, 0o644)).toBe(-Errno.ENOTDIR);
    expect(fs.unlink(dir, encodeText("secret"))).toBe(-Errno.ENOTDIR);
    expect(fs.setStat(file, { mode: 0o777 })).toBe(-Errno.ENOTDIR);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("canary");
  });

  it("changes nothing behind a file that became a symlink to outside", () => {
    const { root, fs } = open();
    const outside = join(top, "outside-file");
    writeFileSync(outside, "canary", { mode: 0o600 });
    writeFileSync(join(root, "f"), "mine");
    const file = fs.lookup(fs.root, encodeText("f"));
    rmSync(join(root, "f"));
    symlinkSync(outside, join(root, "f"));
    expect(contentOf(fs, file)).toBe(String(-Errno.ELOOP));
    expect(fs.write(file, -1, encodeText("gone"))).toBe(-Errno.ELOOP);
    expect(fs.setStat(file, { size: 0 })).toBe(-Errno.ELOOP);
    fs.setStat(file, { mode: 0o777, mtimeNs: 0n });
    expect(readFileSync(outside, "utf8")).toBe("canary");
  });
});
