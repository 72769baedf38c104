import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { JournalStorage } from "../journal/journal.ts";

const DISK = { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync };

/** The calls by which a journal touches its disk. */
export type JournalFiles = typeof DISK;

/** A journal in one file of the host, made on the first write. `path` is absolute, its folder exists. */
export class NodeJournalStorage implements JournalStorage {
  readonly #path: string;
  readonly #files: JournalFiles;
  #fd: number | undefined;

  constructor(path: string, files: JournalFiles = DISK) {
    this.#path = path;
    this.#files = files;
  }

  read(): Uint8Array {
    try {
      return this.#files.readFileSync(this.#path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return new Uint8Array();
      if (code === "ERR_FS_FILE_TOO_LARGE") return readLarge(this.#path);
      throw error;
    }
  }

  /** The content as it is now, for a reader beside a writer: nothing is ever changed. */
  snapshot(): JournalStorage {
    const bytes = this.read();
    return { read: () => bytes, append() {}, sync() {}, truncate() {}, replace() {} };
  }

  #open(): number {
    this.#fd ??= this.#files.openSync(this.#path, "a", 0o600);
    return this.#fd;
  }

  append(bytes: Uint8Array): void {
    this.#write(this.#open(), bytes);
  }

  #write(fd: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += this.#files.writeSync(fd, bytes, done);
  }

  sync(): void {
    this.#files.fsyncSync(this.#open());
  }

  /** What is cut off is kept beside the journal, as `journal.cut`. */
  truncate(length: number): void {
    const cut = this.#files.openSync(`${this.#path}.cut`, "w", 0o600);
    try {
      this.#write(cut, this.read().subarray(length));
    } finally {
      this.#files.closeSync(cut);
    }
    this.#files.ftruncateSync(this.#open(), length);
    this.sync();
  }

  replace(bytes: Uint8Array): void {
    const fresh = `${this.#path}.new`;
    const fd = this.#files.openSync(fresh, "w", 0o600);
    try {
      this.#write(fd, bytes);
      this.#files.fsyncSync(fd);
    } finally {
      this.#files.closeSync(fd);
    }
    this.close();
    this.#files.renameSync(fresh, this.#path);
    this.#syncFolder();
  }

  close(): void {
    if (this.#fd !== undefined) this.#files.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #syncFolder(): void {
    const fd = this.#files.openSync(dirname(this.#path), "r");
    try {
      this.#files.fsyncSync(fd);
    } finally {
      this.#files.closeSync(fd);
    }
  }
}

const PIECE = 1 << 30;

/** A file of more than the 2 GiB that Node reads at once. */
function readLarge(path: string): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const bytes = new Uint8Array(fstatSync(fd).size);
    let done = 0;
    for (let count = 1; count > 0 && done < bytes.length; done += count)
      count = readSync(fd, bytes, done, Math.min(PIECE, bytes.length - done), done);
    return bytes.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}
