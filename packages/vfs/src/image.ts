import type { BaseEntry, BaseSource } from "./base.ts";
import { decodeText, encodeText } from "./bytes.ts";
import { Errno } from "./errno.ts";
import { VfsError } from "./errors.ts";
import { FileType } from "./filesystem.ts";

/** One path of a project held in memory. Folders above it need no entry of their own. */
export interface ImageEntry {
  /** Relative to the project, `/` between names. */
  path: string;
  type: "file" | "directory" | "symlink";
  /** The 12 permission bits. */
  mode: number;
  mtimeNs: bigint;
  /** Of a file; of a symlink its target. */
  bytes?: Uint8Array;
}

/** Where an entry's bytes are: `[path, type, mode, mtime, offset, length]`. */
type Row = [string, FileType, number, string, number, number];

/** An index and the one before it. */
interface Index {
  rows: Row[];
  /** Offset and length of the index that this one replaced. */
  before?: [number, number];
}

const MAGIC = 0x49584253; // "SBXI"
/** Words of the header: magic, offset and length of the index in use, first free byte, generation, the newest index. */
const W = { MAGIC: 0, INDEX: 1, LENGTH: 2, TOP: 3, GENERATION: 4, LAST: 5, LAST_LENGTH: 6 } as const;
const HEADER = 32;
const MAX_BYTES = 2 ** 30;
const ROOT = { path: "", type: FileType.DIRECTORY, mode: 0o755, mtime: "0", offset: 0, length: 0 };

interface Node {
  path: string;
  type: FileType;
  mode: number;
  mtime: string;
  offset: number;
  length: number;
}

/**
 * A project in shared memory, for hosts without folders: all threads of a sandbox read it, one changes it. Only ever appended to:
 * a new state is new bytes and a new index, so that the state before it can come back. Growth and a new index are seen by all
 * threads at once.
 */
export class ProjectImage implements BaseSource {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  #generation = -1;
  #nodes = new Map<string, Node>();
  #children = new Map<string, string[]>();
  #before: [number, number] | undefined;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, HEADER / 4);
  }

  /** An empty project. */
  static create(): ProjectImage {
    const buffer = new SharedArrayBuffer(HEADER, { maxByteLength: MAX_BYTES });
    const image = new ProjectImage(buffer);
    image.#words[W.MAGIC] = MAGIC;
    image.#words[W.TOP] = HEADER;
    image.#publish({ rows: [] });
    return image;
  }

  /** The image that another thread made. Throws VfsError `corrupt`. */
  static attach(buffer: SharedArrayBuffer): ProjectImage {
    const image = new ProjectImage(buffer);
    if (image.#words[W.MAGIC] !== MAGIC)
      throw new VfsError("corrupt", "attach project: expected an image, got other bytes");
    return image;
  }

  /** The image that {@link ProjectImage.save} wrote. Throws VfsError `corrupt`. */
  static load(bytes: Uint8Array): ProjectImage {
    if (bytes.length < HEADER)
      throw new VfsError("corrupt", "load project: expected an image, got other bytes");
    const buffer = new SharedArrayBuffer(bytes.length, { maxByteLength: Math.max(MAX_BYTES, bytes.length) });
    new Uint8Array(buffer).set(bytes);
    return ProjectImage.attach(buffer);
  }

  /** All of it, to be kept. */
  save(): Uint8Array {
    return new Uint8Array(this.buffer, 0, this.#words[W.TOP]).slice();
  }

  /** Replaces and adds `put`, takes `removed` away (with all below them). One step: readers see all of it or nothing. */
  change(put: readonly ImageEntry[], removed: readonly string[] = []): void {
    this.#refresh();
    const rows = [...this.#nodes.values()].filter(({ path }) => path !== "").map(rowOf);
    const changed = changedRows(rows, this.#rowsOf(put), removed);
    this.#publish({ rows: changed, before: this.#placeOf(W.INDEX) });
  }

  /**
   * The same for what was not this project's doing: there is no way back from it, and the states before have it, too. Those in
   * which another content stands at one of the paths are not come back to any more.
   */
  takeIn(put: readonly ImageEntry[], removed: readonly string[] = []): void {
    const fresh = this.#rowsOf(put);
    const touches = (row: Row) => put.some(({ path }) => path === row[0]) || isRemoved(row, removed);
    const standing = (rows: readonly Row[]) => JSON.stringify(rows.filter(touches));
    const states: Row[][] = [];
    for (let at: [number, number] | undefined = this.#placeOf(W.INDEX); at; ) {
      const { rows, before }: Index = this.#indexAt(at);
      if (states.length > 0 && standing(rows) !== standing(states[0] as Row[])) break;
      states.push(rows);
      at = before;
    }
    let before: [number, number] | undefined;
    for (const rows of states.reverse()) {
      const index = { rows: changedRows(rows, fresh, removed), ...(before && { before }) };
      before = this.#write(index);
    }
    this.#use(before as [number, number]);
  }

  #rowsOf(entries: readonly ImageEntry[]): Row[] {
    return entries.map(({ path, type, mode, mtimeNs, bytes = new Uint8Array() }) => {
      const kind = TYPES[type];
      const isFolder = kind === FileType.DIRECTORY;
      const offset = isFolder ? 0 : this.#append(bytes);
      return [path, kind, mode, String(mtimeNs), offset, isFolder ? 0 : bytes.length];
    });
  }

  /** As {@link ProjectImage.change}, of an empty image: there is no state before. */
  import(entries: readonly ImageEntry[]): void {
    this.change(entries);
    const { rows } = this.#indexAt(this.#placeOf(W.INDEX));
    this.#publish({ rows });
  }

  /** Goes back to the state before the last {@link ProjectImage.change}; the paths that differ, none if there is no earlier one. */
  revert(): string[] {
    this.#refresh();
    return this.#before === undefined ? [] : this.#moveTo(this.#before);
  }

  /** Goes on to the state that the last {@link ProjectImage.revert} left; the paths that differ, none if there is no later one. */
  advance(): string[] {
    const present = this.#words[W.INDEX];
    for (let at = this.#placeOf(W.LAST); at[0] > present; ) {
      const { before = [0, 0] } = this.#indexAt(at);
      if (before[0] === present) return this.#moveTo(at);
      at = before;
    }
    return [];
  }

  #moveTo(place: [number, number]): string[] {
    this.#refresh();
    const now = this.#nodes;
    this.#use(place);
    this.#refresh();
    const was = this.#nodes;
    const same = (a?: Node, b?: Node) =>
      a?.offset === b?.offset && a?.mode === b?.mode && a?.type === b?.type;
    const paths = new Set([...now.keys(), ...was.keys()]);
    return [...paths].filter((path) => !same(now.get(path), was.get(path))).sort();
  }

  /** The way back to the present state, for a change that cannot be kept. */
  bookmark(): () => void {
    const [place, last] = [this.#placeOf(W.INDEX), this.#placeOf(W.LAST)];
    return () => {
      [this.#words[W.LAST], this.#words[W.LAST_LENGTH]] = last;
      this.#use(place);
    };
  }

  /** All entries, folders before what is in them. */
  entries(): ImageEntry[] {
    this.#refresh();
    const nodes = [...this.#nodes.values()].filter(({ path }) => path !== "");
    return nodes
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, type, mode, mtime, offset, length }) => ({
        path,
        type: type === FileType.DIRECTORY ? "directory" : type === FileType.SYMLINK ? "symlink" : "file",
        mode,
        mtimeNs: BigInt(mtime),
        bytes: this.#bytes(offset, length),
      }));
  }

  list(path: Uint8Array): BaseEntry[] | number {
    this.#refresh();
    const at = decodeText(path);
    const node = this.#nodes.get(at);
    if (node === undefined) return -Errno.ENOENT;
    if (node.type !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    return (this.#children.get(at) ?? []).map((child) => this.#entry(this.#nodes.get(child) as Node));
  }

  stat(path: Uint8Array): BaseEntry | number {
    this.#refresh();
    const node = this.#nodes.get(decodeText(path));
    return node === undefined ? -Errno.ENOENT : this.#entry(node);
  }

  read(path: Uint8Array): { entry: BaseEntry; bytes: Uint8Array } | number {
    this.#refresh();
    const node = this.#nodes.get(decodeText(path));
    if (node === undefined) return -Errno.ENOENT;
    if (node.type !== FileType.REGULAR) return -Errno.EINVAL;
    return { entry: this.#entry(node), bytes: this.#bytes(node.offset, node.length) };
  }

  #entry({ path, type, mode, mtime, offset, length }: Node): BaseEntry {
    const entry: BaseEntry = {
      name: encodeText(path.slice(path.lastIndexOf("/") + 1)),
      type,
      mode,
      size: length,
      mtimeNs: BigInt(mtime),
      ctimeNs: BigInt(mtime),
      ino: 0,
      nlink: 1,
    };
    if (type === FileType.SYMLINK) entry.target = this.#bytes(offset, length);
    return entry;
  }

  #bytes(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.buffer, offset, length).slice();
  }

  #append(bytes: Uint8Array): number {
    const at = this.#words[W.TOP];
    const end = at + bytes.length;
    if (end > this.buffer.maxByteLength)
      throw new VfsError(
        "no-space",
        `change project: expected at most ${MAX_BYTES} bytes with all its states`,
      );
    if (end > this.buffer.byteLength) this.buffer.grow(end);
    new Uint8Array(this.buffer, at, bytes.length).set(bytes);
    this.#words[W.TOP] = end;
    return at;
  }

  #publish(index: Index): void {
    this.#use(this.#write(index));
  }

  /** Adds an index, which is the newest now. */
  #write(index: Index): [number, number] {
    const bytes = encodeText(JSON.stringify(index));
    const place: [number, number] = [this.#append(bytes), bytes.length];
    [this.#words[W.LAST], this.#words[W.LAST_LENGTH]] = place;
    return place;
  }

  #use(place: [number, number]): void {
    [this.#words[W.INDEX], this.#words[W.LENGTH]] = place;
    Atomics.add(this.#words, W.GENERATION, 1);
  }

  /** Offset and length of an index that the header names. */
  #placeOf(word: typeof W.INDEX | typeof W.LAST): [number, number] {
    return [this.#words[word], this.#words[word + 1] as number];
  }

  #refresh(): void {
    const generation = Atomics.load(this.#words, W.GENERATION);
    if (generation === this.#generation) return;
    const { rows, before } = this.#indexAt(this.#placeOf(W.INDEX));
    this.#nodes = new Map([["", ROOT]]);
    this.#children = new Map();
    for (const [path, type, mode, mtime, offset, length] of rows)
      this.#insert({ path, type, mode, mtime, offset, length });
    this.#before = before;
    this.#generation = generation;
  }

  #indexAt([offset, length]: [number, number]): Index {
    return JSON.parse(decodeText(this.#bytes(offset, length))) as Index;
  }

  #insert(node: Node): void {
    const cut = node.path.lastIndexOf("/");
    const above = cut < 0 ? "" : node.path.slice(0, cut);
    if (!this.#nodes.has(above)) this.#insert({ ...ROOT, path: above });
    const siblings = this.#children.get(above) ?? [];
    if (!this.#nodes.has(node.path)) siblings.push(node.path);
    this.#children.set(above, siblings);
    this.#nodes.set(node.path, node);
  }
}

const TYPES = { file: FileType.REGULAR, directory: FileType.DIRECTORY, symlink: FileType.SYMLINK } as const;

function isRemoved([path]: Row, removed: readonly string[]): boolean {
  return removed.some((gone) => path === gone || path.startsWith(`${gone}/`));
}

function changedRows(rows: readonly Row[], put: readonly Row[], removed: readonly string[]): Row[] {
  const changed = new Map(rows.filter((row) => !isRemoved(row, removed)).map((row) => [row[0], row]));
  for (const row of put) changed.set(row[0], row);
  return [...changed.values()];
}

function rowOf({ path, type, mode, mtime, offset, length }: Node): Row {
  return [path, type, mode, mtime, offset, length];
}
