import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeText,
  emptyStat,
  encodeText,
  type FileSystem,
  FileType,
  Heap,
  TreeFileSystem,
} from "@shadowbox/vfs";
import { DirectoryFileSystem } from "@shadowbox/vfs/node";
import { afterAll, describe, expect, it } from "vitest";
import { Mirror } from "../../mirror.ts";

const top = mkdtempSync(join(tmpdir(), "shadowbox-mirror-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let made = 0;
function pair(except: string[] = [], frozen?: string) {
  const root = join(top, String(++made));
  mkdirSync(root);
  const tree = TreeFileSystem.format(Heap.create());
  const folder = new DirectoryFileSystem(Heap.create(), { root, user: { uid: 1000, gid: 1000 } });
  return { root, tree, folder, mirror: new Mirror(tree, folder, except, frozen) };
}

/** The node at a path, which may be the root's. */
function at(fs: FileSystem, path: string): number {
  let node = fs.root;
  for (const name of path.split("/").filter(Boolean)) node = fs.lookup(node, encodeText(name));
  return node;
}

function split(path: string): [string, Uint8Array] {
  const cut = path.lastIndexOf("/");
  return [path.slice(0, cut), encodeText(path.slice(cut + 1))];
}

function make(fs: FileSystem, path: string, type: FileType, mode: number, text = ""): number {
  const [parent, name] = split(path);
  const target = type === FileType.SYMLINK ? encodeText(text) : undefined;
  const node = fs.create(at(fs, parent), name, type, mode, target);
  if (type === FileType.REGULAR && node > 0) fs.write(node, 0, encodeText(text));
  return node;
}

/** A line for each entry: all that must be equal, but for times. */
function listing(fs: FileSystem, path = ""): string[] {
  const lines: string[] = [];
  fs.readdir(at(fs, path), 0, (name, node, type) => {
    const child = `${path}/${decodeText(name)}`;
    const stat = emptyStat();
    fs.stat(node, stat);
    const mode = stat.mode.toString(8);
    const bytes = new Uint8Array(type === FileType.REGULAR ? stat.size : 0);
    fs.read(node, 0, bytes);
    const target =
      type === FileType.SYMLINK ? decodeText(fs.readlink(node) as Uint8Array) : decodeText(bytes);
    const links = type === FileType.DIRECTORY ? "" : stat.nlink;
    lines.push([child, type, mode, links, target].join(" "));
    if (type === FileType.DIRECTORY) lines.push(...listing(fs, child));
    return true;
  });
  return lines.sort();
}

/** Times of files and directories, nanoseconds. */
function times(fs: FileSystem, path = ""): number[] {
  const found: [string, number][] = [];
  fs.readdir(at(fs, path), 0, (name, node, type) => {
    const stat = emptyStat();
    fs.stat(node, stat);
    const child = `${path}/${decodeText(name)}`;
    if (type !== FileType.SYMLINK) found.push([child, Number(stat.mtimeNs)]);
    return true;
  });
  const sorted = found.sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([child, time]) => [time, ...times(fs, child)]);
}

/** Node sets times as fractions of seconds, in which a microsecond is the last that can be told. */
function expectTimes(one: FileSystem, other: FileSystem): void {
  const [a, b] = [times(one), times(other)];
  expect(a.length).toBe(b.length);
  for (const [index, time] of a.entries()) expect(Math.abs(time - (b[index] as number))).toBeLessThan(2000);
}

function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One random change; what cannot be done is not done. */
function change(fs: FileSystem, random: (below: number) => number): void {
  const path = () => Array.from({ length: 1 + random(3) }, () => `/${"abcd"[random(4)]}`).join("");
  const [one, other] = [path(), path()];
  const [parent, name] = split(one);
  const [toParent, toName] = split(other);
  const [from, to] = [at(fs, parent), at(fs, toParent)];
  if (from < 0) return;
  const node = fs.lookup(from, name);
  const text = "x".repeat(random(50));
  switch (random(9)) {
    case 0:
      return void make(fs, one, FileType.DIRECTORY, [0o755, 0o500, 0o711][random(3)] as number);
    case 1:
      return void make(fs, one, FileType.SYMLINK, 0o777, ["/a", "b", "../c"][random(3)] as string);
    case 2:
      return void fs.unlink(from, name);
    case 3:
      return void fs.rmdir(from, name);
    case 4:
      return void (to > 0 && node > 0 && fs.rename(from, name, to, toName));
    case 5:
      return void (to > 0 && node > 0 && fs.link(to, toName, node));
    case 6:
      return void (
        node > 0 &&
        isFile(fs, node) &&
        fs.setStat(node, { mode: [0o644, 0o755, 0o400][random(3)] })
      );
    case 7:
      return void (node > 0 && isFile(fs, node) && fs.write(node, -1, encodeText(text)));
    default:
      return void make(fs, one, FileType.REGULAR, 0o644, text);
  }
}

function isFile(fs: FileSystem, node: number): boolean {
  const stat = emptyStat();
  return fs.stat(node, stat) === 0 && stat.type === FileType.REGULAR;
}

describe("Mirror", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "keeps both sides equal under random changes of either, seed %i",
    (seed) => {
      const { tree, folder, mirror } = pair();
      const random = numbers(seed);
      for (let turn = 0; turn < 60; turn++) {
        const changed = random(2) === 0 ? tree : folder;
        for (let step = random(12); step >= 0; step--) change(changed, random);
        if (changed === tree) mirror.fill();
        else mirror.collect();
        expect(listing(tree)).toEqual(listing(folder));
        expectTimes(tree, folder);
      }
    },
  );

  it("renames in the tree what was renamed in the folder, with all that is below", () => {
    const { tree, folder, mirror } = pair();
    make(tree, "/d", FileType.DIRECTORY, 0o755);
    make(tree, "/d/f", FileType.REGULAR, 0o644, "text");
    make(tree, "/x", FileType.REGULAR, 0o644, "file");
    const before = ["/d", "/d/f", "/x"].map((path) => at(tree, path));
    mirror.fill();
    folder.rename(folder.root, encodeText("d"), folder.root, encodeText("e"));
    folder.rename(folder.root, encodeText("x"), at(folder, "/e"), encodeText("y"));
    mirror.collect();
    expect(["/e", "/e/f", "/e/y"].map((path) => at(tree, path))).toEqual(before);
  });

  it("takes nothing back from a frozen folder, and touches nothing that belongs to neither", () => {
    const { root, tree, folder, mirror } = pair(["/bin"], "/w/.git");
    for (const path of ["/w", "/w/.git", "/bin"]) make(tree, path, FileType.DIRECTORY, 0o755);
    make(tree, "/w/.git/HEAD", FileType.REGULAR, 0o644, "main");
    mirror.fill();
    expect(readdirSync(root)).toEqual(["w"]);
    folder.write(at(folder, "/w/.git/HEAD"), -1, encodeText(" changed"));
    folder.unlink(at(folder, "/w/.git"), encodeText("HEAD"));
    make(folder, "/bin", FileType.DIRECTORY, 0o755);
    mirror.collect();
    expect(listing(tree).map((line) => line.split(" ")[0])).toEqual([
      "/bin",
      "/w",
      "/w/.git",
      "/w/.git/HEAD",
    ]);
  });

  it("keeps names and texts that are no UTF-8, FIFOs and nanoseconds that nobody changed", () => {
    const { tree, folder, mirror } = pair();
    const name = Uint8Array.of(0xff, 0x20, 0x0a);
    const node = tree.create(tree.root, name, FileType.REGULAR, 0o4755);
    tree.write(node, 0, Uint8Array.of(0, 255));
    tree.setStat(node, { mtimeNs: 1_234_567_890_123_456_789n });
    make(tree, "/fifo", FileType.FIFO, 0o640);
    mirror.fill();
    mirror.collect();
    expect(listing(folder)).toEqual(listing(tree));
    const stat = emptyStat();
    tree.stat(node, stat);
    expect(stat.mtimeNs).toBe(1_234_567_890_123_456_789n);
  });

  it("keeps nanoseconds of a file with several names, also when it gets one more", () => {
    const { tree, folder, mirror } = pair();
    const node = make(tree, "/a", FileType.REGULAR, 0o644, "text");
    make(tree, "/d", FileType.DIRECTORY, 0o755);
    for (const [dir, name] of [
      ["", "b"],
      ["/d", "c"],
    ] as const)
      tree.link(at(tree, dir), encodeText(name), node);
    tree.setStat(node, { mtimeNs: 1_234_567_890_123_456_789n });
    mirror.fill();
    mirror.collect();
    tree.link(tree.root, encodeText("e"), node);
    mirror.fill();
    // A name and a mode by the other side: the time is nobody's change.
    folder.link(folder.root, encodeText("f"), at(folder, "/a"));
    folder.setStat(at(folder, "/d"), { mode: 0o700 });
    mirror.collect();
    expect(listing(folder)).toEqual(listing(tree));
    const stat = emptyStat();
    tree.stat(node, stat);
    expect([stat.nlink, stat.mtimeNs]).toEqual([5, 1_234_567_890_123_456_789n]);
  });
});
