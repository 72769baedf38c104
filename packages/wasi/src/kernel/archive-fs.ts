import {
  type DirEntrySink,
  decodeText,
  Errno,
  encodeText,
  FileType,
  type NodeId,
  type Stat,
} from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import { listNames, ReadOnlyFileSystem, readFrom } from "./read-only.ts";

const BLOCK = 512;
const ROOT = 1;
const EMPTY = new Uint8Array(0);

interface Folder {
  parent: NodeId;
  /** Names in order, with their nodes. */
  names: Map<string, NodeId>;
}

interface File {
  parent: NodeId;
  content: Uint8Array;
  mode: number;
}

type Entry = Folder | File;

/** A tar archive (POSIX.1-2017 ustar: files only, folders follow from their paths) as a read-only file system. */
export class ArchiveFileSystem extends ReadOnlyFileSystem {
  readonly #load: () => Uint8Array;
  #entries: Entry[] | undefined;

  /** `load` is called at the first use and gives the archive's bytes; what it throws, the first use throws. */
  constructor(dev: number, load: () => Uint8Array) {
    super(dev);
    this.#load = load;
  }

  #nodes(): Entry[] {
    this.#entries ??= readArchive(this.#load());
    return this.#entries;
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    const folder = this.#nodes()[dir];
    if (!("names" in folder)) return -Errno.ENOTDIR;
    return folder.names.get(decodeText(name)) ?? -Errno.ENOENT;
  }

  parent(dir: NodeId): NodeId {
    return this.#nodes()[dir].parent;
  }

  stat(node: NodeId, out: Stat): number {
    // The root's facts need no content: listing the folder above must not load the archive.
    if (node === ROOT) return this.fill(out, node, FileType.DIRECTORY, 0o755, 0);
    const entry = this.#nodes()[node];
    if ("names" in entry) return this.fill(out, node, FileType.DIRECTORY, 0o755, 0);
    return this.fill(out, node, FileType.REGULAR, entry.mode, entry.content.length);
  }

  readlink(_node: NodeId): number {
    return -Errno.EINVAL;
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    const nodes = this.#nodes();
    const folder = nodes[dir];
    if (!("names" in folder)) return -Errno.ENOTDIR;
    return listNames([...folder.names], cookie, sink, ([name, node]) => ({
      name: encodeText(name),
      node,
      type: "names" in nodes[node] ? FileType.DIRECTORY : FileType.REGULAR,
    }));
  }

  read(node: NodeId, offset: number, dst: Uint8Array): number {
    const entry = this.#nodes()[node];
    return "names" in entry ? -Errno.EISDIR : readFrom(entry.content, offset, dst);
  }
}

/** One file of an archive; `content` is part of the archive's bytes. */
export interface ArchiveFile {
  path: string;
  content: Uint8Array;
  mode: number;
}

/** Every file of an archive; index 1 is the root. Throws WasiError `module`. */
function readArchive(bytes: Uint8Array): Entry[] {
  const root: Folder = { parent: ROOT, names: new Map() };
  const entries: Entry[] = [root, root];
  for (const { path, content, mode } of archiveFiles(bytes)) insert(entries, path, content, mode);
  return entries;
}

/** The files of a ustar archive, in its order. Throws WasiError `module` for other bytes, and for a path that leads out of it. */
export function* archiveFiles(bytes: Uint8Array): Generator<ArchiveFile> {
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const header = bytes.slice(at, at + BLOCK);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const mode = Number.parseInt(text(header, 100, 8), 8) & 0o777;
    const prefix = text(header, 345, 155);
    const path = prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    const start = at + BLOCK;
    if (text(header, 257, 5) !== "ustar" || !(size >= 0) || start + size > bytes.length)
      throw new WasiError(
        "module",
        `read archive: expected a whole ustar entry at byte ${at}, got other bytes`,
      );
    const type = header[156];
    if (path.split("/").includes(".."))
      throw new WasiError("module", `read archive: expected a path inside it, got "${path}"`);
    if (type === 0x30 || type === 0) yield { path, content: bytes.subarray(start, start + size), mode };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
}

function insert(entries: Entry[], path: string, content: Uint8Array, mode: number): void {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.pop();
  if (last === undefined)
    throw new WasiError("module", `read archive: expected a path inside it, got "${path}"`);
  let dir: NodeId = ROOT;
  for (const name of names) {
    const folder = entries[dir] as Folder;
    let next = folder.names.get(name);
    if (next === undefined) {
      next = entries.push({ parent: dir, names: new Map() }) - 1;
      folder.names.set(name, next);
    }
    if (!("names" in entries[next]))
      throw new WasiError("module", `read archive: expected a folder above "${path}", got a file`);
    dir = next;
  }
  const node = entries.push({ parent: dir, content: content.length === 0 ? EMPTY : content, mode }) - 1;
  (entries[dir] as Folder).names.set(last, node);
}
