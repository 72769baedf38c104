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
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeText, encodeText } from "../bytes.ts";
import { Errno } from "../errno.ts";
import { emptyStat, FileType, type NodeId } from "../filesystem.ts";
import { Heap } from "../heap/heap.ts";
import { Namespace, type Resolved } from "../namespace.ts";
import { Overlay } from "../tree/overlay.ts";
import { TreeFileSystem } from "../tree/tree.ts";
import { NodeBaseSource } from "./base-source.ts";

let root: string;
let source: NodeBaseSource;
let fs: TreeFileSystem;
let overlay: Overlay;
let names: Namespace;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "shadowbox-overlay-"));
  mkdirSync(join(root, "src/deep"), { recursive: true });
  writeFileSync(join(root, "a.txt"), "alpha\n");
  writeFileSync(join(root, "src/b.txt"), "beta\n");
  writeFileSync(join(root, "src/deep/c.txt"), "gamma\n");
  symlinkSync("a.txt", join(root, "link"));
  source = new NodeBaseSource({ root });
  const heap = Heap.create();
  fs = TreeFileSystem.format(heap, {}, source);
  overlay = new Overlay(fs);
  names = new Namespace(fs);
  const entry = source.stat(encodeText("")) as never;
  overlay.attach(fs.root, new Uint8Array(), typeof entry === "number" ? rootEntry : entry);
});
afterEach(() => {
  source.close();
  rmSync(root, { recursive: true, force: true });
});

const rootEntry = {
  name: new Uint8Array(),
  type: FileType.DIRECTORY,
  mode: 0o755,
  size: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  ino: 0,
  nlink: 1,
};

function at(path: string): Resolved {
  return names.walk(names.root, encodeText(path), { follow: false }) as Resolved;
}

function text(path: string): string {
  return decodeText(overlay.content(at(path).node) as Uint8Array);
}

function write(path: string, content: string): void {
  const place = at(path);
  const node = place.node || fs.create(place.parent.node, place.name, FileType.REGULAR, 0o644);
  fs.setStat(node, { size: 0 });
  fs.write(node, 0, encodeText(content));
}

function changes(dir: NodeId = fs.root, prefix = ""): string[] {
  return overlay.changed(dir).flatMap((entry) => {
    const path = prefix + decodeText(entry.name);
    if (entry.node === 0) return [`- ${path}`];
    if (!entry.inPlace) return [`+ ${path}${entry.base ? ` from ${decodeText(entry.base.path)}` : ""}`];
    if (entry.type === FileType.DIRECTORY) return changes(entry.node, `${path}/`);
    return [`M ${path}`];
  });
}

describe("Overlay", () => {
  it("shows the project lazily", () => {
    expect(text("/src/deep/c.txt")).toBe("gamma\n");
    expect(decodeText(fs.readlink(at("/link").node) as Uint8Array)).toBe("a.txt");
    expect(changes()).toEqual([]);
    expect(overlay.changedBelow(fs.root)).toBe(false);
  });

  it("tells writes, removals, moves and new files apart and leaves the project alone", () => {
    write("/src/b.txt", "changed\n");
    write("/new.txt", "new\n");
    fs.unlink(fs.root, encodeText("a.txt"));
    fs.rename(fs.root, encodeText("src"), fs.root, encodeText("lib"));
    expect(changes().sort()).toEqual(["+ lib from src", "+ new.txt", "- a.txt", "- src"]);
    expect(text("/lib/deep/c.txt")).toBe("gamma\n");
    expect(changes(at("/lib").node, "lib/")).toEqual(["M lib/b.txt"]);
    expect(readFileSync(join(root, "src/b.txt"), "utf8")).toBe("beta\n");
  });

  it("keeps the project's content of a file that is changed, truncated or replaced", () => {
    const b = at("/src/b.txt").node;
    fs.write(b, 0, encodeText("B"));
    expect(decodeText(overlay.projectContent(b) as Uint8Array)).toBe("beta\n");
    expect(text("/src/b.txt")).toBe("Beta\n");
    write("/a.txt", "other\n");
    expect(decodeText(overlay.projectContent(at("/a.txt").node) as Uint8Array)).toBe("alpha\n");
    write("/tmp", "moved over");
    fs.rename(fs.root, encodeText("tmp"), at("/src/deep").node, encodeText("c.txt"));
    const [replaced] = overlay.changed(at("/src/deep").node);
    expect(decodeText(overlay.projectContent(replaced?.was?.node as number) as Uint8Array)).toBe("gamma\n");
  });

  it("knows what a truncated file was after the user changed it, and of a large one that it changed", () => {
    writeFileSync(join(root, "large.txt"), new Uint8Array(2 ** 20 + 1));
    for (const name of ["/a.txt", "/large.txt"]) {
      write(name, "mine\n");
      writeFileSync(join(root, name), "the user's\n");
    }
    expect(decodeText(overlay.projectContent(at("/a.txt").node) as Uint8Array)).toBe("alpha\n");
    expect(overlay.projectContent(at("/large.txt").node)).toBe(-Errno.ESTALE);
  });

  it("is clean again when a file moves away and back", () => {
    fs.rename(fs.root, encodeText("a.txt"), fs.root, encodeText("z"));
    fs.rename(fs.root, encodeText("z"), fs.root, encodeText("a.txt"));
    expect(changes()).toEqual([]);
    expect(overlay.settle(fs.root)).toBe(false);
  });

  it("counts a directory's links through additions, removals, moves and forgetting", () => {
    const links = (path: string): number => {
      const stat = emptyStat();
      fs.stat(at(path).node, stat);
      return stat.nlink;
    };
    at("/src/b.txt");
    expect(links("/src")).toBe(3);
    const made = fs.create(at("/src").node, encodeText("new"), FileType.DIRECTORY, 0o755);
    fs.create(made, encodeText("inner"), FileType.DIRECTORY, 0o755);
    expect(links("/src")).toBe(4);
    fs.rename(at("/src").node, encodeText("deep"), made, encodeText("deep"));
    expect([links("/src"), links("/src/new")]).toEqual([3, 4]);
    overlay.forget(at("/src").node, encodeText("new"));
    expect(links("/src")).toBe(2);
    overlay.forget(at("/src").node, encodeText("deep"));
    at("/src/deep/c.txt");
    expect(links("/src")).toBe(3);
  });

  it("shows the project through again after forget", () => {
    write("/src/b.txt", "changed\n");
    write("/src/extra", "x");
    fs.unlink(fs.root, encodeText("a.txt"));
    overlay.forget(fs.root, encodeText("a.txt"));
    overlay.forget(at("/src").node, encodeText("b.txt"));
    overlay.forget(at("/src").node, encodeText("extra"));
    overlay.settle(fs.root);
    expect(overlay.changedBelow(fs.root)).toBe(false);
    expect(text("/src/b.txt")).toBe("beta\n");
    expect(text("/a.txt")).toBe("alpha\n");
    expect(at("/src/extra").node).toBe(0);
  });

  it("does not follow a directory that became a symlink meanwhile", () => {
    renameSync(join(root, "src"), join(root, "elsewhere"));
    symlinkSync("/etc", join(root, "src"));
    const stat = emptyStat();
    const walked = names.walk(names.root, encodeText("/src/hostname"), {});
    expect(typeof walked === "number" || walked.node === 0 || fs.stat(walked.node, stat) < 0).toBe(true);
  });
});
