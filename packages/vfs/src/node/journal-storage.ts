import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { JournalStorage } from "../journal/journal.ts";

/** A journal in one file of the host, made on the first write. `path` is absolute, its folder exists. */
export class NodeJournalStorage implements JournalStorage {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  read(): Uint8Array {
    try {
      return readFileSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Uint8Array();
      throw error;
    }
  }

  /** The content as it is now, for a reader beside a writer: nothing is ever changed. */
  snapshot(): JournalStorage {
    const bytes = this.read();
    return { read: () => bytes, append() {}, sync() {}, truncate() {}, replace() {} };
  }

  #open(): number {
    this.#fd ??= openSync(this.#path, "a", 0o600);
    return this.#fd;
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#open(), bytes, done);
  }

  sync(): void {
    fsyncSync(this.#open());
  }

  /** What is cut off is kept beside the journal, as `journal.cut`. */
  truncate(length: number): void {
    writeFileSync(`${this.#path}.cut`, this.read().subarray(length), { mode: 0o600 });
    ftruncateSync(this.#open(), length);
    fsyncSync(this.#open());
  }

  replace(bytes: Uint8Array): void {
    const fresh = `${this.#path}.new`;
    const fd = openSync(fresh, "w", 0o600);
    try {
      writeFileSync(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    this.close();
    renameSync(fresh, this.#path);
    syncFolder(dirname(this.#path));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
