import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { WorkspaceError } from "../errors.ts";
import { splitPath } from "../paths.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_CREAT, O_EXCL, O_WRONLY } = constants;

/** What stands at a path of the project. */
export interface Standing {
  kind: "file" | "symlink" | "directory" | "other";
  mode: number;
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  ino: number;
}

/**
 * The user's project, for writing. Every path (bytes, relative) is reached from the root by opening one directory
 * after the other without following a symlink (Linux: through `/proc/self/fd`), so a directory that is swapped for a
 * link meanwhile is refused and nothing outside is touched.
 */
export class ConfinedFolder {
  readonly #root: number;

  /** `root` is an absolute path. */
  constructor(root: string) {
    this.#root = openSync(root, O_RDONLY | O_DIRECTORY);
  }

  close(): void {
    closeSync(this.#root);
  }

  /** Calls `use` with a path to the last name of `path`, whose directory is held open. Missing directories are made if asked. */
  #at<T>(path: Uint8Array, make: boolean, use: (place: Buffer) => T): T {
    const names = namesOf(path);
    const last = names.pop() as Uint8Array;
    let dir = this.#root;
    const opened: number[] = [];
    try {
      for (const name of names) {
        dir = openBelow(dir, name, make);
        opened.push(dir);
      }
      return use(below(dir, last));
    } finally {
      for (const fd of opened) closeSync(fd);
    }
  }

  /** What is at `path`, or undefined; also undefined when a directory on the way is missing or is no directory. */
  look(path: Uint8Array): Standing | undefined {
    try {
      return this.#at(path, false, (place) => {
        const stat = lstatSync(place, { bigint: true });
        const kind = stat.isFile()
          ? "file"
          : stat.isSymbolicLink()
            ? "symlink"
            : stat.isDirectory()
              ? "directory"
              : "other";
        const { mtimeNs, ctimeNs } = stat;
        return {
          kind,
          mode: Number(stat.mode) & 0o7777,
          size: Number(stat.size),
          mtimeNs,
          ctimeNs,
          ino: Number(stat.ino),
        };
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
      throw error;
    }
  }

  /** A file's bytes or a link's target. */
  read(path: Uint8Array, kind: "file" | "symlink"): Uint8Array {
    return this.#at(path, false, (place) => {
      if (kind === "symlink") return readlinkSync(place, { encoding: "buffer" });
      const fd = openSync(place, O_RDONLY | O_NOFOLLOW);
      try {
        return readFileSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  /** Puts a file in place of whatever file or link is there: written beside, made durable, renamed. */
  writeFile(path: Uint8Array, bytes: Uint8Array, mode: number): void {
    this.#at(path, true, (place) => {
      const beside = besides(place);
      const fd = openSync(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        writeFileSync(fd, bytes);
        fchmodSync(fd, mode & 0o7777);
        fsyncSync(fd);
      } catch (error) {
        unlinkSync(beside);
        throw error;
      } finally {
        closeSync(fd);
      }
      renameSync(beside, place);
    });
  }

  /** Puts a symlink in place of whatever file or link is there. */
  writeLink(path: Uint8Array, target: Uint8Array): void {
    this.#at(path, true, (place) => {
      const beside = besides(place);
      symlinkSync(Buffer.from(target), beside);
      renameSync(beside, place);
    });
  }

  makeDirectory(path: Uint8Array, mode: number): void {
    this.#at(path, true, (place) => {
      mkdirSync(place);
      chmodSync(place, mode & 0o7777);
    });
  }

  /** Removes a file or a link; nothing to do when it is gone. */
  remove(path: Uint8Array): void {
    this.#at(path, false, (place) => ignoring(["ENOENT"], () => unlinkSync(place)));
  }

  /** Removes a directory if it is empty. */
  removeDirectory(path: Uint8Array): void {
    this.#at(path, false, (place) => ignoring(["ENOENT", "ENOTEMPTY", "EEXIST"], () => rmdirSync(place)));
  }

  /** Makes the names in the directory of `path` durable. */
  syncParent(path: Uint8Array): void {
    const names = namesOf(path);
    names.pop();
    let dir = this.#root;
    const opened: number[] = [];
    try {
      for (const name of names) {
        dir = openBelow(dir, name, false);
        opened.push(dir);
      }
      fsyncSync(dir);
    } catch (error) {
      // The directory itself was removed or replaced: that of its parent is what counts.
      if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    } finally {
      for (const fd of opened) closeSync(fd);
    }
  }
}

function namesOf(path: Uint8Array): Uint8Array[] {
  const names = splitPath(path);
  for (const name of names) {
    const text = Buffer.from(name).toString("latin1");
    if (text === "" || text === "." || text === ".." || text.includes("\0"))
      throw new WorkspaceError(
        "invalid",
        `use path "${Buffer.from(path)}": expected plain names between slashes, got "${text}"`,
      );
  }
  return names;
}

function below(dir: number, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${dir}/`), name]);
}

function openBelow(dir: number, name: Uint8Array, make: boolean): number {
  const place = below(dir, name);
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  try {
    return openSync(place, flags);
  } catch (error) {
    if (!make || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(place);
    return openSync(place, flags);
  }
}

/** A fresh name in the same directory. */
function besides(place: Buffer): Buffer {
  const cut = place.lastIndexOf(0x2f);
  return Buffer.concat([
    place.subarray(0, cut + 1),
    Buffer.from(`.shadowbox-${randomBytes(6).toString("hex")}.tmp`),
  ]);
}

function ignoring(codes: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
