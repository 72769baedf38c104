import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { LogEntry } from "../operations.ts";
import { diskFiles, type Files, syncFolder, writeAll } from "./files.ts";

/** What was done with a workspace: one JSON object per line, only ever appended to. */
export class OperationLog {
  readonly #path: string;
  readonly #files: Files;

  constructor(path: string, files: Files = diskFiles) {
    this.#path = path;
    this.#files = files;
  }

  /** The entry is on the disk when this returns. */
  append(entry: Omit<LogEntry, "time" | "user">): void {
    const line: LogEntry = { time: new Date().toISOString(), user: userInfo().username, ...entry };
    const text = this.#text();
    const torn = text !== "" && !text.endsWith("\n");
    const fd = this.#files.openSync(this.#path, "a", 0o600);
    try {
      writeAll(this.#files, fd, Buffer.from(`${torn ? "\n" : ""}${JSON.stringify(line)}\n`));
      this.#files.fsyncSync(fd);
    } finally {
      this.#files.closeSync(fd);
    }
    if (text === "") syncFolder(this.#files, dirname(this.#path));
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
