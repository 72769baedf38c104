import {
  decodeText,
  emptyStat,
  encodeText,
  FileType,
  Heap,
  Journal,
  type JournalStorage,
  Overlay,
  ProjectImage,
  restoreTree,
  TreeFileSystem,
} from "@shadowbox/vfs";
import { expect, test } from "vitest";
import { directoryAt, layUnder, makeDirectories } from "../tree.ts";
import { ImageReview } from "./image.ts";

class Memory implements JournalStorage {
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  read = () => this.bytes;
  sync = () => {};

  append(more: Uint8Array): void {
    this.bytes = Uint8Array.of(...this.bytes, ...more);
  }

  truncate(length: number): void {
    this.bytes = this.bytes.slice(0, length);
  }

  replace(bytes: Uint8Array): void {
    this.bytes = bytes;
  }
}

/** What is on the disk: the shadow's journal, and the project. */
interface Disk {
  journal: Uint8Array;
  image: Uint8Array;
}

/** A box over a project in memory, as a browser's worker has it; it remembers what was on the disk at each moment. */
class KeptBox {
  readonly tree: TreeFileSystem;
  readonly review: ImageReview;
  readonly moments: Disk[] = [];
  readonly #storage: Memory;
  readonly #journal: Journal;
  #image: Uint8Array;

  constructor(disk: Disk) {
    this.#storage = new Memory(disk.journal);
    this.#image = disk.image;
    const image = ProjectImage.load(disk.image);
    const { journal, state } = Journal.open(this.#storage);
    this.#journal = journal;
    this.tree = TreeFileSystem.format(Heap.create(), { journaled: true }, image);
    restoreTree(this.tree, state);
    makeDirectories(this.tree, "/w");
    layUnder(this.tree, "/w", image);
    const save = (one: ProjectImage) => {
      this.#image = one.save();
      this.#note();
    };
    this.review = new ImageReview(this.tree, "/w", { image, save, flush: () => this.flush() });
  }

  flush(): void {
    this.#journal.flush(this.tree);
    this.#note();
  }

  #note(): void {
    this.moments.push({ journal: this.#storage.bytes, image: this.#image });
  }

  /** Puts a text at a path; undefined removes what is there. */
  put(path: string, text: string | undefined): void {
    const { tree } = this;
    const [name, ...folders] = path.split("/").reverse() as [string, ...string[]];
    makeDirectories(tree, `/w/${folders.reverse().join("/")}`);
    const dir = directoryAt(tree, `/w/${folders.join("/")}`);
    if (tree.lookup(dir, encodeText(name)) > 0) tree.unlink(dir, encodeText(name));
    if (text === undefined) return;
    const node = tree.create(dir, encodeText(name), FileType.REGULAR, 0o644);
    tree.write(node, 0, encodeText(text));
  }

  move(from: string, to: string): void {
    const root = directoryAt(this.tree, "/w");
    this.tree.rename(root, encodeText(from), root, encodeText(to));
  }

  /** Paths and texts that the box sees. */
  sight(dir = directoryAt(this.tree, "/w"), at = ""): Record<string, string> {
    const seen: Record<string, string> = {};
    const names: string[] = [];
    this.tree.readdir(dir, 0, (name) => names.push(decodeText(name.slice())) > 0);
    for (const name of names.sort()) {
      const node = this.tree.lookup(dir, encodeText(name));
      const stat = emptyStat();
      this.tree.stat(node, stat);
      if (stat.type === FileType.DIRECTORY) Object.assign(seen, this.sight(node, `${at}${name}/`));
      else {
        const content = new Overlay(this.tree).content(node);
        seen[at + name] = typeof content === "number" ? `error ${content}` : decodeText(content);
      }
    }
    return seen;
  }
}

const FILES = { changed: "1\n", back: "1\n", gone: "gone\n", moved: "moved\n", "d/in": "in\n", empty: "" };

function boxOfFiles(): KeptBox {
  const image = ProjectImage.create();
  const entries = Object.entries(FILES).map(([path, text]) => ({
    ...{ path, type: "file" as const, mode: 0o644, mtimeNs: 0n },
    bytes: encodeText(text),
  }));
  image.import(entries);
  const box = new KeptBox({ journal: new Uint8Array(), image: image.save() });
  box.put("changed", "2\n");
  box.put("back", "2\n");
  box.put("gone", undefined);
  box.put("empty", undefined);
  box.put("new", "new\n");
  box.put("d/sub/new", "deep\n");
  box.move("moved", "there");
  box.flush();
  return box;
}

/** Does something, and opens the box anew from what was on the disk at each moment of it. */
function dieDuring(box: KeptBox, act: () => void): void {
  const sight = box.sight();
  box.moments.length = 0;
  act();
  box.flush();
  expect(box.sight()).toEqual(sight);
  for (const [at, disk] of box.moments.entries()) {
    const again = new KeptBox(disk);
    expect(again.sight(), `after write ${at + 1} of ${box.moments.length}`).toEqual(sight);
    again.review.diff();
    again.review.commit({});
    expect(again.sight(), `committed after write ${at + 1}`).toEqual(sight);
    expect(again.review.changes().changes).toEqual([]);
  }
}

test("a box that ends during a commit, undo or redo sees afterwards what it saw", () => {
  const box = boxOfFiles();
  dieDuring(box, () => box.review.commit({}));
  // As in the project before the commit: undo leaves nothing to hold there.
  box.put("back", "1\n");
  box.put("gone", "gone\n");
  box.flush();
  dieDuring(box, () => box.review.undo());
  dieDuring(box, () => box.review.redo());
  dieDuring(box, () => box.review.undo());
});

test("an undo that cannot be kept did not happen", () => {
  const box = boxOfFiles();
  box.review.commit({});
  box.flush();
  const [sight, changes] = [box.sight(), box.review.changes()];
  const save = ProjectImage.prototype.save;
  ProjectImage.prototype.save = () => {
    throw new Error("full");
  };
  try {
    expect(() => box.review.undo()).toThrow("full");
  } finally {
    ProjectImage.prototype.save = save;
  }
  expect(box.sight()).toEqual(sight);
  expect(box.review.changes()).toEqual(changes);
  box.review.undo();
  expect(box.sight()).toEqual(sight);
  expect(box.review.changes().changes.length).toBeGreaterThan(4);
});
