import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import type { BaseEntry, BaseSource } from "../base.ts";
import { Errno } from "../errno.ts";
import { FileType } from "../filesystem.ts";
import { errnoOf } from "./errno.ts";

/** How a project folder is read. */
export interface NodeBaseOptions {
  /** Absolute path of the project's root; itself may be reached through symlinks. */
  root: string;
  /** Called once for each entry left out because a box cannot hold it: FIFOs, sockets, devices. */
  onSkipped?(path: Uint8Array, what: "fifo" | "socket" | "device"): void;
  /** Largest file that is read, bytes; default 1 GiB. A larger one answers EFBIG. */
  maxFileBytes?: number;
  /** Decides what the box may see; default everything. Called with the path relative to the root. */
  includes?(path: Uint8Array, type: FileType): boolean;
}

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;

/** Linux reaches a directory's entries through its descriptor; elsewhere each component is checked on the way. */
const BY_DESCRIPTOR = process.platform === "linux";

/** Descriptors of directories that are kept open between calls. */
const CACHED = 64;

/**
 * A folder of the host as a {@link BaseSource}. Every component of a path is opened beneath the root without following
 * symlinks, so a directory that is swapped for a symlink meanwhile answers ELOOP or ENOTDIR instead of leading out.
 */
export class NodeBaseSource implements BaseSource {
  readonly #options: NodeBaseOptions;
  readonly #open = new Map<string, number>();

  constructor(options: NodeBaseOptions) {
    this.#options = options;
  }

  list(path: Uint8Array): BaseEntry[] | number {
    try {
      const dir = this.#directory(latin(path));
      const entries: BaseEntry[] = [];
      for (const text of readdirSync(`${dir}/.`, "latin1")) {
        const name = Buffer.from(text, "latin1");
        const entry = this.#entry(placeOf(dir, text, name), name);
        if (entry === undefined) continue;
        const full = path.length === 0 ? name : Buffer.concat([path, SLASH, name]);
        if (this.#isSpecial(full, entry.type) || this.#options.includes?.(full, entry.type) === false)
          continue;
        entries.push(entry);
      }
      return entries;
    } catch (error) {
      return -errnoOf(error);
    }
  }

  stat(path: Uint8Array): BaseEntry | number {
    try {
      const cut = path.lastIndexOf(SLASH_BYTE);
      const dir = this.#directory(latin(path.subarray(0, Math.max(0, cut))));
      const name = path.subarray(cut + 1);
      return this.#entry(placeOf(dir, latin(name), name), name) ?? -Errno.ENOENT;
    } catch (error) {
      return -errnoOf(error);
    }
  }

  read(path: Uint8Array): { entry: BaseEntry; bytes: Uint8Array } | number {
    try {
      const cut = path.lastIndexOf(SLASH_BYTE);
      const name = path.subarray(cut + 1);
      const dir = this.#directory(latin(path.subarray(0, Math.max(0, cut))));
      const fd = openSync(placeOf(dir, latin(name), name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        return this.#readOpen(fd, name);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      return -errnoOf(error);
    }
  }

  /** Closes what is kept open. */
  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #readOpen(fd: number, name: Uint8Array): { entry: BaseEntry; bytes: Uint8Array } | number {
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = fstatSync(fd, { bigint: true });
      if (!before.isFile()) return -Errno.EINVAL;
      const size = Number(before.size);
      if (size > (this.#options.maxFileBytes ?? 1024 ** 3)) return -Errno.EFBIG;
      const bytes = new Uint8Array(size);
      let done = 0;
      while (done < size) {
        const count = readSync(fd, bytes, done, size - done, done);
        if (count === 0) break;
        done += count;
      }
      const after = size > 65536 ? fstatSync(fd, { bigint: true }) : before;
      if (done === size && after.mtimeNs === before.mtimeNs && after.size === before.size)
        return { entry: toEntry(name, before, FileType.REGULAR), bytes };
    }
    return -Errno.ESTALE;
  }

  #entry(path: string | Buffer, name: Uint8Array): BaseEntry | undefined {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const entry = toEntry(name, stat, typeOf(stat));
    if (entry.type === FileType.SYMLINK) entry.target = readlinkSync(path, { encoding: "buffer" });
    return entry;
  }

  #isSpecial(path: Uint8Array, type: FileType): boolean {
    const what = type === FileType.FIFO ? "fifo" : type === FileType.SOCKET ? "socket" : "device";
    if (type === FileType.REGULAR || type === FileType.DIRECTORY || type === FileType.SYMLINK) return false;
    this.#options.onSkipped?.(path, what);
    return true;
  }

  /** A path by which the directory can be used that cannot lead out of the root. `path` is bytes as latin-1. */
  #directory(path: string): string {
    if (!BY_DESCRIPTOR) return this.#checkedPath(path);
    return `/proc/self/fd/${this.#descriptor(path)}`;
  }

  #descriptor(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const flags = O_RDONLY | O_DIRECTORY | (path === "" ? 0 : O_NOFOLLOW);
    const cut = path.lastIndexOf("/");
    const fd =
      path === ""
        ? openSync(this.#options.root, flags)
        : openSync(
            Buffer.from(
              `/proc/self/fd/${this.#descriptor(path.slice(0, Math.max(0, cut)))}/${path.slice(cut + 1)}`,
              "latin1",
            ),
            flags,
          );
    this.#remember(path, fd);
    return fd;
  }

  #remember(path: string, fd: number): void {
    if (this.#open.size >= CACHED)
      for (const [old, oldFd] of this.#open) {
        // The root and the way to the new one stay.
        if (old === "" || path.startsWith(`${old}/`)) continue;
        closeSync(oldFd);
        this.#open.delete(old);
        if (this.#open.size < CACHED / 2) break;
      }
    this.#open.set(path, fd);
  }

  /** Without descriptors: no component may be a symlink. A swap between check and use remains possible (docs/threat-model.md). */
  #checkedPath(path: string): string {
    let at = this.#options.root;
    for (const name of path === "" ? [] : path.split("/")) {
      at = `${at}/${Buffer.from(name, "latin1").toString("utf8")}`;
      if (!lstatSync(at).isDirectory())
        throw Object.assign(new Error(`not a directory: ${at}`), { code: "ENOTDIR" });
    }
    return at;
  }
}

const SLASH_BYTE = 0x2f;
const SLASH = Uint8Array.of(SLASH_BYTE);

/** `dir/name` as Node takes it. Text is far quicker there than bytes; a name that is not ASCII needs those. */
function placeOf(dir: string, text: string, name: Uint8Array): string | Buffer {
  return /[\u0080-\u00ff]/.test(text) ? Buffer.concat([Buffer.from(`${dir}/`), name]) : `${dir}/${text}`;
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

type Stats = import("node:fs").BigIntStats;

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR } = constants;
const TYPES: ReadonlyMap<number, FileType> = new Map([
  [S_IFREG, FileType.REGULAR],
  [S_IFDIR, FileType.DIRECTORY],
  [S_IFLNK, FileType.SYMLINK],
  [S_IFIFO, FileType.FIFO],
  [S_IFSOCK, FileType.SOCKET],
  [S_IFCHR, FileType.CHARACTER_DEVICE],
]);

function typeOf({ mode }: Stats): FileType {
  return TYPES.get(Number(mode) & S_IFMT) ?? FileType.BLOCK_DEVICE;
}

function toEntry(name: Uint8Array, stat: Stats, type: FileType): BaseEntry {
  return {
    name,
    type,
    mode: Number(stat.mode) & 0o7777,
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    ino: Number(stat.ino),
    nlink: Number(stat.nlink),
  };
}
