import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { expect } from "vitest";
import { decodeText, encodeText } from "../../bytes.ts";
import { errnoName } from "../../errno.ts";
import { emptyStat, type FileSystem, FileType } from "../../filesystem.ts";
import { Namespace, type Resolved } from "../../namespace.ts";

/** mulberry32: the same numbers for the same seed everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

class Side {
  readonly fs: FileSystem;
  readonly names: Namespace;

  constructor(fs: FileSystem) {
    this.fs = fs;
    this.names = new Namespace(fs);
  }

  at(path: string, follow = false): Resolved | number {
    return this.names.walk(this.names.root, encodeText(path), { follow });
  }

  /** Resolves for an operation on the name itself. */
  with(path: string, run: (at: Resolved) => number, follow = false): number {
    const at = this.at(path, follow);
    return typeof at === "number" ? at : run(at);
  }

  run(op: Operation): number {
    const { fs } = this;
    switch (op.type) {
      case "mkdir":
        return this.with(op.path, (at) => fs.create(at.parent.node, at.name, FileType.DIRECTORY, 0o755));
      case "symlink":
        return this.with(op.path, (at) =>
          fs.create(at.parent.node, at.name, FileType.SYMLINK, 0o777, encodeText(op.to)),
        );
      case "unlink":
        return this.with(op.path, (at) => (at.node === 0 ? -44 : fs.unlink(at.parent.node, at.name)));
      case "rmdir":
        return this.with(op.path, (at) => (at.node === 0 ? -44 : fs.rmdir(at.parent.node, at.name)));
      case "rename":
        return this.with(op.path, (from) =>
          this.with(op.to, (to) => fs.rename(from.parent.node, from.name, to.parent.node, to.name)),
        );
      case "link":
        return this.with(op.path, (from) =>
          from.node === 0 ? -44 : this.with(op.to, (to) => fs.link(to.parent.node, to.name, from.node)),
        );
      case "write":
        return this.with(op.path, (at) => this.write(at, op.offset, op.text), true);
      case "truncate":
        return this.with(
          op.path,
          (at) => (at.node === 0 ? -44 : fs.setStat(at.node, { size: op.offset })),
          true,
        );
    }
  }

  write(at: Resolved, offset: number, text: string): number {
    const node = at.node || this.fs.create(at.parent.node, at.name, FileType.REGULAR, 0o644);
    return node < 0 ? node : this.fs.write(node, offset, encodeText(text));
  }

  tree(path: string): string[] {
    const dir = this.at(path || "/") as Resolved;
    const lines: string[] = [];
    this.fs.readdir(dir.node, 0, (name, node, type) => {
      const child = `${path}/${decodeText(name)}`;
      const stat = emptyStat();
      this.fs.stat(node, stat);
      if (type === FileType.DIRECTORY) lines.push(`${child}/`, ...this.tree(child));
      else if (type === FileType.SYMLINK)
        lines.push(`${child} -> ${decodeText(this.fs.readlink(node) as Uint8Array)}`);
      else {
        const bytes = new Uint8Array(stat.size);
        this.fs.read(node, 0, bytes);
        lines.push(`${child} ${stat.nlink} ${Buffer.from(bytes).toString("latin1")}`);
      }
      return true;
    });
    return lines;
  }
}

function runReal(base: string, op: Operation): string {
  const path = base + op.path;
  try {
    if (op.type === "mkdir") mkdirSync(path);
    else if (op.type === "symlink") symlinkSync(op.to, path);
    else if (op.type === "unlink") unlinkSync(path);
    else if (op.type === "rmdir") rmdirSync(path);
    else if (op.type === "rename") renameSync(path, base + op.to);
    else if (op.type === "link") linkSync(path, base + op.to);
    else if (op.type === "truncate") truncateSync(path, op.offset);
    else writeReal(path, op.offset, op.text);
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "?";
  }
}

function writeReal(path: string, offset: number, text: string): void {
  writeFileSync(path, "", { flag: "a" });
  if (text === "") return;
  const old = readFileSync(path, "latin1");
  const end = offset < 0 ? old.length : offset;
  writeFileSync(path, old.slice(0, end).padEnd(end, "\0") + text + old.slice(end + text.length), "latin1");
}

function realTree(base: string, path = ""): string[] {
  return readdirSync(base + path).flatMap((name) => {
    const child = `${path}/${name}`;
    const stat = lstatSync(base + child);
    if (stat.isDirectory()) return [`${child}/`, ...realTree(base, child)];
    if (stat.isSymbolicLink()) return [`${child} -> ${readlinkSync(base + child)}`];
    return [`${child} ${stat.nlink} ${readFileSync(base + child, "latin1")}`];
  });
}

interface Operation {
  type: "mkdir" | "symlink" | "unlink" | "rmdir" | "rename" | "link" | "write" | "truncate";
  path: string;
  to: string;
  offset: number;
  text: string;
}

const types: Operation["type"][] = [
  "mkdir",
  "mkdir",
  "symlink",
  "unlink",
  "rmdir",
  "rename",
  "rename",
  "link",
  "write",
  "write",
  "truncate",
];

function randomOperation(random: (below: number) => number): Operation {
  const path = () => Array.from({ length: 1 + random(3) }, () => `/${"abcde"[random(5)]}`).join("");
  const size = random(20) === 0 ? 70_000 : 30;
  return {
    type: types[random(types.length)] as Operation["type"],
    path: path(),
    to: random(4) === 0 ? path().slice(1) : path(),
    offset: random(4) === 0 ? -1 : random(size * 2),
    text: String.fromCharCode(97 + random(26)).repeat(random(size)),
  };
}

/** The same random operations on a file system and, beside it, on the real directory `base` must give the same errors and the same files. */
export function behavesAsRealDirectory(fs: FileSystem, base: string, seed: number, steps: number): void {
  const random = randomOf(seed);
  const side = new Side(fs);
  for (let step = 0; step < steps; step++) {
    const op = randomOperation(random);
    if (op.type === "truncate" && op.offset < 0) op.offset = 0;
    if ((op.type === "rename" || op.type === "link") && !op.to.startsWith("/")) op.to = `/${op.to}`;
    if (op.type === "symlink" && op.to.startsWith("/")) op.to = op.to.slice(1);
    const result = side.run(op);
    const got = result < 0 ? errnoName(result) : "";
    const want = runReal(base, op);
    if (got !== want) expect({ step, op, got }).toEqual({ step, op, got: want });
    if (step % 500 === 499) expect(side.tree("").sort()).toEqual(realTree(base).sort());
  }
}
