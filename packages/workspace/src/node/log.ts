import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { LogEntry } from "../operations.ts";
import { diskFiles, type Files, syncFolder, writeAll } from "./files.ts";

const LF = 0x0a;

/** What was done with a workspace: one JSON object per line, only ever appended to. */
export class OperationLog {
  readonly #path: string;
  readonly #files: Files;

  constructor(path: string, files: Files = diskFiles) {
    this.#path = path;
    this.#files = files;
  }

  /**
   * The entry is on the disk when this returns; one that changed no path, or of a call (whose snapshot says the same), may still be
   * lost with the machine's power (not with the process).
   */
  append(entry: Omit<LogEntry, "time" | "user">): void {
    const line: LogEntry = { time: new Date().toISOString(), user: userInfo().username, ...entry };
    const fd = this.#files.openSync(this.#path, "a+", 0o600);
    let size = 0;
    try {
      ({ size } = this.#files.fstatSync(fd));
      const last = Buffer.alloc(1);
      const torn = size > 0 && this.#files.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== LF;
      writeAll(this.#files, fd, Buffer.from(`${torn ? "\n" : ""}${JSON.stringify(line)}\n`));
      if (entry.paths.length > 0 && entry.operation !== "exec") this.#files.fsyncSync(fd);
    } finally {
      this.#files.closeSync(fd);
    }
    if (size === 0) syncFolder(this.#files, dirname(this.#path));
  }

  /** All entries, oldest first; a line cut off by a crash is left out. */
  read(): LogEntry[] {
    return this.#text()
      .split("\n")
      .flatMap((line) => {
        try {
          return line === "" ? [] : [JSON.parse(line) as LogEntry];
        } catch {
          return [];
        }
      });
  }

  #text(): string {
    try {
      return this.#files.readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  }
}
