import { constants } from "node:fs";
import { concat } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { pathKey, splitPath } from "../paths.ts";
import { diskFiles, type Files, writeAll } from "./files.ts";
import { type Standing, standingAt } from "./stamps.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_CREAT, O_EXCL, O_WRONLY } = constants;

/** Linux reaches a directory's entries through its descriptor; elsewhere each name is checked on the way. */
const BY_DESCRIPTOR = process.platform === "linux";

/** A file or link that is put in place of another. */
export interface Replacement {
  bytes: Uint8Array;
  /** Of a file: permission bits; absent: a symlink to `bytes`. */
  mode?: number;
  /** Absolute path of a file that gets this one more name, and is the file put in place. */
  link?: string;
  /** Of a file: when it was written last, nanoseconds; absent: now. Kept to a microsecond. */
  mtimeNs?: bigint;
  /** The name under which it is written first, in the same directory; what a crash left there is replaced. */
  beside: string;
  /** Whether to make a file's bytes durable at once; else the caller syncs later. */
  sync: boolean;
}

/**
 * The user's project, for writing. Every path (bytes, relative) is reached from the root by opening one directory
 * after the other without following a symlink (Linux: through `/proc/self/fd`), so a directory that is swapped for a
 * link meanwhile is refused and nothing outside is touched. Elsewhere each directory is checked before it is used; a swap
 * in between is not noticed (docs/state.md).
 */
export class ConfinedFolder {
  readonly #files: Files;
  readonly #path: string;
  readonly #root: number;
  readonly #umask = process.umask();
  /** The directory that was used last and those above it: the next path is often in the same. */
  readonly #held: { name: string; fd: number }[] = [];
  /** The folder that the last path was in, as a key, and how it is reached while it is held. */
  #near: { folder: string; place: Buffer } | undefined;

  /** `root` is an absolute path. */
  constructor(root: string, files: Files = diskFiles) {
    this.#files = files;
    this.#path = root;
    this.#root = files.openSync(root, O_RDONLY | O_DIRECTORY);
  }

  close(): void {
    this.forget();
    this.#files.closeSync(this.#root);
  }

  /** Lets go of directories held open: the next path is walked from the root. */
  forget(): void {
    this.#keep(0);
  }

  #keep(count: number): void {
    this.#near = undefined;
    while (this.#held.length > count) this.#files.closeSync((this.#held.pop() as { fd: number }).fd);
  }

  /** Calls `use` with a path to the last name of `path`, whose directory is held. Missing directories are made if asked. */
  #at<T>(path: Uint8Array, make: boolean, use: (place: Buffer) => T): T {
    const cut = path.lastIndexOf(0x2f);
    const last = path.subarray(cut + 1);
    checkName(last, path);
    const above = path.subarray(0, Math.max(0, cut));
    const folder = pathKey(above);
    if (this.#near?.folder === folder) return use(placeIn(this.#near.place, last));
    return this.#in(cut < 0 ? [] : namesOf(above), make, (place) => {
      if (BY_DESCRIPTOR) this.#near = { folder, place };
      return use(placeIn(place, last));
    });
  }

  #in<T>(names: readonly Uint8Array[], make: boolean, use: (dir: Buffer) => T): T {
    if (!BY_DESCRIPTOR) return use(this.#checked(names, make));
    let same = 0;
    while (same < names.length && this.#held[same]?.name === pathKey(names[same] as Uint8Array)) same++;
    this.#keep(same);
    for (const name of names.slice(same)) {
      const fd = this.#openBelow(this.#held.at(-1)?.fd ?? this.#root, name, make);
      this.#held.push({ name: pathKey(name), fd });
    }
    return use(descriptorPath(this.#held.at(-1)?.fd ?? this.#root));
  }

  #openBelow(dir: number, name: Uint8Array, make: boolean): number {
    const place = placeIn(descriptorPath(dir), name);
    const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    try {
      return this.#files.openSync(place, flags);
    } catch (error) {
      if (!make || codeOf(error) !== "ENOENT") throw error;
      this.#files.mkdirSync(place);
      return this.#files.openSync(place, flags);
    }
  }

  #checked(names: readonly Uint8Array[], make: boolean): Buffer {
    let at: Buffer = Buffer.from(this.#path);
    for (const name of names) {
      at = placeIn(at, name);
      const facts = this.#files.lstatSync(at, { throwIfNoEntry: false });
      if (facts === undefined && make) this.#files.mkdirSync(at);
      else if (facts === undefined) throw Object.assign(new Error(`"${at}" is missing`), { code: "ENOENT" });
      else if (!facts.isDirectory())
        throw Object.assign(new Error(`"${at}" is no directory`), { code: "ENOTDIR" });
    }
    return at;
  }

  /** What is at `path`, or undefined; also undefined when a directory on the way is missing or is no directory. */
  look(path: Uint8Array): Standing | undefined {
    try {
      return this.#at(path, false, (place) => standingAt(this.#files, place));
    } catch (error) {
      if (MISSING.has(codeOf(error))) return undefined;
      throw error;
    }
  }

  /** The names in the directory at `path`. */
  list(path: Uint8Array): Uint8Array[] {
    return this.#in(namesOf(path), false, (dir) =>
      this.#files.readdirSync(placeIn(dir, HERE), { encoding: "buffer" }),
    );
  }

  /** A file's bytes or a link's target; `size` is what is expected of a file. */
  read(path: Uint8Array, kind: "file" | "symlink", size: number): Uint8Array {
    if (kind === "file")
      return this.#opened(path, O_RDONLY | O_NOFOLLOW, (fd) => readAll(this.#files, fd, size));
    return this.#at(path, false, (place) => this.#files.readlinkSync(place, { encoding: "buffer" }));
  }

  /**
   * Gives the file at `path` one more name, `place`, outside the project. Undefined: there is no file, it has other names, by which
   * it can be written to, or that cannot be done here.
   */
  link(path: Uint8Array, place: string): Standing | undefined {
    try {
      this.#at(path, false, (from) => this.#files.linkSync(from, place));
    } catch (error) {
      if (UNLINKABLE.has(codeOf(error)) || MISSING.has(codeOf(error))) return undefined;
      throw error;
    }
    const linked = standingAt(this.#files, place);
    if (linked?.kind === "file" && linked.nlink === 2) return linked;
    this.#files.unlinkSync(place);
    return undefined;
  }

  /** Puts a file or link in place of whatever file or link is there: written beside, renamed. */
  replace(path: Uint8Array, fresh: Replacement): void {
    this.#at(path, true, (place) => this.#rename(this.#writeBeside(place, fresh), place));
  }

  /**
   * The first half of {@link replace}: writes beside the place; where its directory is not there yet, in the nearest above. How
   * many names of the path lead to the directory.
   */
  stage(path: Uint8Array, fresh: Replacement): number {
    const names = namesOf(path).slice(0, -1);
    for (let depth = names.length; ; depth--) {
      try {
        this.#in(names.slice(0, depth), false, (dir) => this.#writeBeside(placeIn(dir, HERE), fresh));
        return depth;
      } catch (error) {
        if (depth === 0 || !MISSING.has(codeOf(error))) throw error;
      }
    }
  }

  /** The second half: puts what {@link stage} wrote under the name `beside`, so many names down, in place. */
  putStaged(path: Uint8Array, beside: string, depth: number): void {
    this.#at(path, false, (place) => this.#rename(this.#above(path, place, beside, depth), place));
  }

  /** The place of a name in a directory above `path`; `place` is that of the path, whose directory is held. */
  #above(path: Uint8Array, place: Buffer, name: string, depth: number): Buffer {
    const names = namesOf(path).slice(0, -1);
    if (depth === names.length) return besideOf(place, name);
    const dir = BY_DESCRIPTOR
      ? descriptorPath(this.#held[depth - 1]?.fd ?? this.#root)
      : this.#checked(names.slice(0, depth), false);
    return placeIn(dir, Buffer.from(name));
  }

  /** Makes what {@link stage} wrote durable, with its name. */
  syncStaged(path: Uint8Array, beside: string, depth: number): void {
    const at = stagedPath(path, beside, depth);
    if (this.look(at)?.kind === "file") this.syncFile(at);
    this.syncParent(at);
  }

  /** What {@link stage} wrote, a file's bytes or a link's target; undefined: it is not there. */
  readStaged(path: Uint8Array, beside: string, depth: number): Uint8Array | undefined {
    const at = stagedPath(path, beside, depth);
    const { kind, size } = this.look(at) ?? {};
    return kind === "file" || kind === "symlink" ? this.read(at, kind, size as number) : undefined;
  }

  #writeBeside(place: Buffer, fresh: Replacement): Buffer {
    const beside = besideOf(place, fresh.beside);
    const write = () => {
      if (fresh.link !== undefined) this.#files.linkSync(fresh.link, beside);
      else if (fresh.mode === undefined) this.#files.symlinkSync(Buffer.from(fresh.bytes), beside);
      else this.#writeFile(beside, { ...fresh, mode: fresh.mode });
    };
    try {
      write();
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      this.#files.unlinkSync(beside);
      write();
    }
    return beside;
  }

  #rename(beside: Buffer, place: Buffer): void {
    try {
      this.#files.renameSync(beside, place);
    } catch (error) {
      ignoring(["ENOENT"], () => this.#files.unlinkSync(beside));
      throw error;
    }
  }

  #writeFile(place: Buffer, { bytes, mode, mtimeNs, sync }: Replacement & { mode: number }): void {
    // A mode that the umask leaves whole need not be set afterwards.
    const whole = mode <= 0o777 && (mode & this.#umask) === 0;
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    const fd = this.#files.openSync(place, flags, whole ? mode : 0o600);
    try {
      writeAll(this.#files, fd, bytes);
      if (!whole) this.#files.fchmodSync(fd, mode & 0o7777);
      if (mtimeNs !== undefined) this.#files.futimesSync(fd, Date.now() / 1000, Number(mtimeNs) / 1e9);
      if (sync) this.#files.fsyncSync(fd);
    } catch (error) {
      ignoring(["ENOENT"], () => this.#files.unlinkSync(place));
      throw error;
    } finally {
      this.#files.closeSync(fd);
    }
  }

  makeDirectory(path: Uint8Array, mode: number): void {
    this.#at(path, true, (place) => {
      this.#files.mkdirSync(place);
      this.#files.chmodSync(place, mode & 0o7777);
    });
  }

  setMode(path: Uint8Array, mode: number): void {
    this.#opened(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, (fd) =>
      this.#files.fchmodSync(fd, mode & 0o7777),
    );
  }

  /** Makes a file's bytes durable; nothing to do when it is gone. */
  syncFile(path: Uint8Array): void {
    ignoring([...MISSING], () =>
      this.#opened(path, O_RDONLY | O_NOFOLLOW, (fd) => this.#files.fsyncSync(fd)),
    );
  }

  #opened<T>(path: Uint8Array, flags: number, use: (fd: number) => T): T {
    return this.#at(path, false, (place) => {
      const fd = this.#files.openSync(place, flags);
      try {
        return use(fd);
      } finally {
        this.#files.closeSync(fd);
      }
    });
  }

  /** Removes a file or a link; nothing to do when it is gone. */
  remove(path: Uint8Array): void {
    ignoring(["ENOENT"], () => this.#at(path, false, (place) => this.#files.unlinkSync(place)));
  }

  /** Removes a directory if it is empty. */
  removeDirectory(path: Uint8Array): void {
    this.forget();
    ignoring(["ENOENT", "ENOTEMPTY", "EEXIST"], () =>
      this.#at(path, false, (place) => this.#files.rmdirSync(place)),
    );
  }

  /** Removes the file of this name beside `path`, or in any directory above, which a crash left. */
  removeStaged(path: Uint8Array, name: string): void {
    const names = namesOf(path).slice(0, -1);
    for (let depth = names.length; depth >= 0; depth--)
      ignoring([...MISSING], () =>
        this.#in(names.slice(0, depth), false, (dir) =>
          this.#files.unlinkSync(placeIn(dir, Buffer.from(name))),
        ),
      );
  }

  /** Makes the names in the directory of `path` durable; that of a directory that is gone is its parent's matter. */
  syncParent(path: Uint8Array): void {
    const names = namesOf(path).slice(0, -1);
    ignoring(["ENOENT", "ENOTDIR"], () =>
      this.#in(names, false, (dir) => {
        const fd = this.#files.openSync(placeIn(dir, HERE), O_RDONLY | O_DIRECTORY);
        try {
          this.#files.fsyncSync(fd);
        } finally {
          this.#files.closeSync(fd);
        }
      }),
    );
  }
}

/** Another file system, one without links, or another's file. */
const UNLINKABLE: ReadonlySet<string> = new Set(["EXDEV", "EPERM", "EACCES", "EMLINK", "ENOTSUP", "ENOSYS"]);
const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** All that the descriptor gives, `size` bytes if nobody changed the file meanwhile. */
function readAll(files: Files, fd: number, size: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(size + 1);
  let done = 0;
  for (;;) {
    if (done === bytes.length) bytes = concat([bytes, new Uint8Array(bytes.length)]);
    const count = files.readSync(fd, bytes, done, bytes.length - done, null);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
}

function namesOf(path: Uint8Array): Uint8Array[] {
  const names = splitPath(path);
  for (const name of names) checkName(name, path);
  return names;
}

function stagedPath(path: Uint8Array, beside: string, depth: number): Uint8Array {
  return namesOf(path)
    .slice(0, depth)
    .reduceRight((below, name) => placeIn(name, below), Buffer.from(beside));
}

function checkName(name: Uint8Array, path: Uint8Array): void {
  const dots = name.length <= 2 && name.every((byte) => byte === 0x2e);
  if (dots || name.includes(0))
    throw new WorkspaceError(
      "invalid",
      `use path "${Buffer.from(path)}": expected plain names between slashes, got "${pathKey(name)}"`,
    );
}

function descriptorPath(fd: number): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}`);
}

function besideOf(place: Buffer, name: string): Buffer {
  return placeIn(place.subarray(0, place.lastIndexOf(0x2f)), Buffer.from(name));
}

function placeIn(dir: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([dir, SLASH, name]);
}

const SLASH = Buffer.from("/");
const HERE = Buffer.from(".");

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

function ignoring(codes: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!codes.includes(codeOf(error))) throw error;
  }
}
