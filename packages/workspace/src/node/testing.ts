import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodeText, FileType, Heap, Journal, Overlay, restoreTree, TreeFileSystem } from "@shadowbox/vfs";
import { NodeBaseSource, NodeJournalStorage } from "@shadowbox/vfs/node";
import { nodeAt, type Shadow, showView, viewOf } from "../changes/shadow.ts";
import type { CrashingDisk } from "./testing-disk.ts";
import { ProjectWorkspace, type Recovery } from "./workspace.ts";

const ROOT = {
  ...{ name: new Uint8Array(), type: FileType.DIRECTORY, mode: 0o755, size: 0, mtimeNs: 0n, ctimeNs: 0n },
  ...{ ino: 0, nlink: 1 },
};

/** Where syncing takes no time, if there is such a place. */
const MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** What is in a folder: path → content; links as `-> target`, empty folders as `/`. */
export type Listing = Record<string, string>;

/** A project with a shadow of its own, for tests: the box's side is changed without any program. */
export class TestProject {
  readonly project: string;
  readonly state: string;
  shadow!: Shadow;
  workspace!: ProjectWorkspace;
  #journal!: Journal;
  readonly #home: string;
  #opened: { close(): void }[] = [];

  /** A project with these files. */
  constructor(files: Listing = {}, home = mkdtempSync(join(MEMORY, "shadowbox-workspace-"))) {
    this.#home = home;
    this.project = join(home, "project");
    this.state = join(home, "state");
    if (existsSync(this.project)) return;
    mkdirSync(this.project);
    mkdirSync(this.state);
    this.user(files);
    this.open();
  }

  /** Copies of the project and its state as they are on the disk at this moment; not open. */
  copies(count: number): TestProject[] {
    const homes = Array.from({ length: count }, () => mkdtempSync(join(MEMORY, "shadowbox-workspace-")));
    // Node's own copy rounds times, which would look like a change by the user.
    const script = 'from=$1; shift; for to; do cp -a "$from/." "$to"; done';
    execFileSync("sh", ["-c", script, "sh", this.#home, ...homes]);
    return homes.map((home) => new TestProject({}, home));
  }

  /** Opens the state as a new process would, and recovers. */
  open(disk?: CrashingDisk): Recovery {
    this.close();
    const base = new NodeBaseSource({ root: this.project });
    const tree = TreeFileSystem.format(Heap.create(), { journaled: true }, base);
    const storage = new NodeJournalStorage(join(this.state, "journal"), disk?.files);
    this.#opened = [base, storage];
    const { journal, state } = Journal.open(storage);
    restoreTree(tree, state);
    const overlay = new Overlay(tree);
    overlay.attach(tree.root, new Uint8Array(), ROOT);
    this.#journal = journal;
    this.shadow = { tree, overlay, root: tree.root, base };
    this.workspace = new ProjectWorkspace(this.shadow, this.project, {
      state: this.state,
      flush: () => this.flush(),
      ...(disk && { files: disk.files }),
    });
    return this.workspace.recover();
  }

  flush(): void {
    this.#journal.flush(this.shadow.tree);
  }

  /** The user writes files (`-> target`: a link; `/`: a folder). */
  user(files: Listing): void {
    for (const [path, content] of Object.entries(files)) {
      const place = join(this.project, path);
      mkdirSync(dirname(place), { recursive: true });
      if (content === "/") mkdirSync(place);
      else if (content.startsWith("-> ")) symlinkSync(content.slice(3), place);
      else writeFileSync(place, content);
    }
  }

  /** The box writes files (as {@link user}); the directories are made. */
  box(files: Listing, mode = 0o644, flush = true): void {
    for (const [path, content] of Object.entries(files)) {
      const kind = content === "/" ? "directory" : content.startsWith("-> ") ? "symlink" : "file";
      const bytes = encodeText(kind === "file" ? content : kind === "symlink" ? content.slice(3) : "");
      showView(this.shadow, {
        path: encodeText(path),
        kind,
        mode: kind === "directory" ? 0o755 : mode,
        bytes,
      });
    }
    if (flush) this.flush();
  }

  /** The box removes files, links or whole folders. */
  boxRemoves(...paths: string[]): void {
    for (const path of paths)
      for (const view of viewOf(this.shadow, encodeText(path), true).reverse())
        showView(this.shadow, { ...view, kind: "nothing" });
    this.flush();
  }

  boxMoves(from: string, to: string): number {
    const place = (path: string): [number, Uint8Array] => [
      nodeAt(this.shadow, encodeText(path.slice(0, Math.max(0, path.lastIndexOf("/"))))),
      encodeText(path.slice(path.lastIndexOf("/") + 1)),
    ];
    const moved = this.shadow.tree.rename(...place(from), ...place(to));
    this.flush();
    return moved;
  }

  /** What the box sees. */
  seen(): Listing {
    const seen: Listing = {};
    for (const { path, kind, bytes } of viewOf(this.shadow, new Uint8Array(), true).slice(1)) {
      const name = Buffer.from(path).toString();
      const text = Buffer.from(bytes).toString();
      seen[name] = kind === "directory" ? "/" : kind === "symlink" ? `-> ${text}` : text;
    }
    return withoutFull(seen);
  }

  /** Looks at every name, and reads nothing. */
  seenNames(dir = this.shadow.root): number {
    const children: number[] = [];
    this.shadow.tree.readdir(dir, 0, (_, child, type) => {
      if (type === FileType.DIRECTORY) children.push(child);
      return true;
    });
    return children.reduce((sum, child) => sum + this.seenNames(child), children.length);
  }

  /** What the project has. */
  found(): Listing {
    const found: Listing = {};
    for (const name of readdirSync(this.project, { recursive: true }) as string[]) {
      const place = join(this.project, name);
      const stat = lstatSync(place);
      if (stat.isDirectory()) found[name] = "/";
      else found[name] = stat.isSymbolicLink() ? `-> ${readlinkSync(place)}` : readFileSync(place, "utf8");
    }
    return withoutFull(found);
  }

  /** `A path`, `M path` …, one for each change. */
  status(): string[] {
    return this.workspace
      .changes()
      .changes.map(({ kind, path, from }) => `${kind} ${from ? `${from} -> ` : ""}${path}`);
  }

  close(): void {
    for (const opened of this.#opened) opened.close();
    this.#opened = [];
  }

  remove(): void {
    this.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Folders with something in them go without saying. */
function withoutFull(listing: Listing): Listing {
  const full = new Set(Object.keys(listing).map((path) => dirname(path)));
  return Object.fromEntries(
    Object.entries(listing)
      .filter(([path, content]) => content !== "/" || !full.has(path))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
