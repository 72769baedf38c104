import { appendFileSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { LogEntry } from "../operations.ts";

/** What was done with a workspace: one JSON object per line, only ever appended to. */
export class OperationLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  append(entry: Omit<LogEntry, "time" | "user">): void {
    const line: LogEntry = { time: new Date().toISOString(), user: userInfo().username, ...entry };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  /** All entries, oldest first; a line cut off by a crash is left out. */
  read(): LogEntry[] {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return text.split("\n").flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as LogEntry];
      } catch {
        return [];
      }
    });
  }
}
