import { decodeText, emptyStat, encodeText, errnoName, FileType, type Stat } from "@shadowbox/vfs";
import { AT_CWD, type Kernel, OpenFlags, type Process, statMode } from "@shadowbox/wasi";
import { SandboxError } from "./errors.ts";
import type { FileFacts, SandboxFs } from "./types.ts";

const TYPES: Partial<Record<FileType, FileFacts["type"]>> = {
  [FileType.REGULAR]: "file",
  [FileType.DIRECTORY]: "directory",
  [FileType.SYMLINK]: "symlink",
  [FileType.FIFO]: "fifo",
  [FileType.CHARACTER_DEVICE]: "device",
};

/** The host's view of a sandbox's files, through the kernel's own process. */
export class KernelFiles implements SandboxFs {
  readonly #process: Process;
  readonly #workspaceDir: string;

  constructor(kernel: Kernel, workspaceDir: string) {
    this.#process = kernel.host;
    this.#workspaceDir = workspaceDir;
  }

  #path(path: string): Uint8Array {
    return encodeText(
      path.startsWith("/") ? path : `${this.#workspaceDir === "/" ? "" : this.#workspaceDir}/${path}`,
    );
  }

  #check(action: string, path: string, result: number): number {
    if (result < 0) throw new SandboxError("file", `${action} "${path}": ${errnoName(result)}`);
    return result;
  }

  readFile(path: string): Uint8Array;
  readFile(path: string, encoding: "utf8"): string;
  readFile(path: string, encoding?: "utf8"): Uint8Array | string {
    const bytes = this.#read(path);
    return encoding === undefined ? bytes : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  #read(path: string): Uint8Array {
    const { io, paths } = this.#process;
    const fd = this.#check("read", path, paths.open(AT_CWD, this.#path(path), OpenFlags.READ));
    try {
      const stat = emptyStat();
      this.#check("read", path, io.stat(fd, stat));
      const bytes = new Uint8Array(stat.size);
      let done = 0;
      while (done < bytes.length) {
        const count = this.#check("read", path, io.read(fd, bytes.subarray(done)));
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    } finally {
      this.#process.close(fd);
    }
  }

  writeFile(path: string, data: Uint8Array | string, mode = 0o644): void {
    const { io, paths } = this.#process;
    this.#makeParents(path);
    const flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
    const fd = this.#check("write", path, paths.open(AT_CWD, this.#path(path), flags, mode));
    const bytes = typeof data === "string" ? encodeText(data) : data;
    try {
      for (let done = 0; done < bytes.length; )
        done += this.#check("write", path, io.write(fd, bytes.subarray(done)));
    } finally {
      this.#process.close(fd);
    }
  }

  #makeParents(path: string): void {
    const whole = decodeText(this.#path(path));
    this.makeDirectories(whole.slice(0, whole.lastIndexOf("/")));
  }

  /** Makes a directory, absolute, and those above it that are missing. */
  makeDirectories(path: string): void {
    let at = "";
    for (const part of path.split("/").filter(Boolean)) {
      at += `/${part}`;
      if (!this.exists(at)) this.mkdir(at);
    }
  }

  mkdir(path: string, { mode = 0o755, recursive = false } = {}): void {
    if (recursive && this.exists(path) && this.stat(path).type === "directory") return;
    if (recursive) this.#makeParents(path);
    this.#check("make directory", path, this.#process.paths.mkdir(AT_CWD, this.#path(path), mode));
  }

  rename(from: string, to: string): void {
    const { paths } = this.#process;
    this.#check("rename", from, paths.rename(AT_CWD, this.#path(from), AT_CWD, this.#path(to)));
  }

  symlink(target: string, path: string): void {
    this.#check(
      "make symlink",
      path,
      this.#process.paths.symlink(encodeText(target), AT_CWD, this.#path(path)),
    );
  }

  link(existing: string, path: string): void {
    const { paths } = this.#process;
    this.#check("link", path, paths.link(AT_CWD, this.#path(existing), AT_CWD, this.#path(path), false));
  }

  mkfifo(path: string, mode = 0o644): void {
    this.#check("make FIFO", path, this.#process.paths.mkfifo(AT_CWD, this.#path(path), mode));
  }

  chmod(path: string, mode: number): void {
    this.#check("change mode of", path, this.#process.paths.setStat(AT_CWD, this.#path(path), { mode }));
  }

  utimes(path: string, mtimeNs: bigint): void {
    const change = { mtimeNs, atimeNs: mtimeNs };
    this.#check(
      "set times of",
      path,
      this.#process.paths.setStat(AT_CWD, this.#path(path), change, { follow: false }),
    );
  }

  stat(path: string): FileFacts {
    return this.#stat(path, true);
  }

  lstat(path: string): FileFacts {
    return this.#stat(path, false);
  }

  #stat(path: string, follow: boolean): FileFacts {
    const stat: Stat = emptyStat();
    this.#check("stat", path, this.#process.paths.stat(AT_CWD, this.#path(path), stat, { follow }));
    const { size, nlink, ino, mtimeNs } = stat;
    return { type: TYPES[stat.type] ?? "other", mode: statMode(stat), size, nlink, ino, mtimeNs };
  }

  readdir(path: string): string[] {
    const { io, paths } = this.#process;
    const flags = OpenFlags.READ | OpenFlags.DIRECTORY;
    const fd = this.#check("list", path, paths.open(AT_CWD, this.#path(path), flags));
    const names: string[] = [];
    io.readdir(fd, 0, (name) => {
      const text = decodeText(name);
      if (text !== "." && text !== "..") names.push(text);
      return true;
    });
    this.#process.close(fd);
    return names.sort();
  }

  readlink(path: string): string {
    const target = this.#process.paths.readlink(AT_CWD, this.#path(path));
    if (typeof target !== "number") return decodeText(target);
    throw new SandboxError("file", `read link "${path}": ${errnoName(target)}`);
  }

  exists(path: string): boolean {
    return this.#process.paths.stat(AT_CWD, this.#path(path), emptyStat(), { follow: false }) >= 0;
  }

  rm(path: string, options: { recursive?: boolean; force?: boolean } = {}): void {
    const { paths } = this.#process;
    if (options.force && !this.exists(path)) return;
    if (this.lstat(path).type !== "directory") {
      this.#check("remove", path, paths.unlink(AT_CWD, this.#path(path)));
      return;
    }
    if (options.recursive) for (const name of this.readdir(path)) this.rm(`${path}/${name}`, options);
    this.#check("remove", path, paths.rmdir(AT_CWD, this.#path(path)));
  }
}
