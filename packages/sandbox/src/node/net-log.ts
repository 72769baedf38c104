import { appendFileSync, readFileSync, renameSync, statSync } from "node:fs";
import type { NetEvent } from "../net/session.ts";

/** Bytes after which a log becomes the old one; the one before it is dropped. */
const LOG_BYTES = 16 << 20;

/** Requests of a project's programs and how they ended, in a file: one JSON object per line. */
export class NetLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  append(event: NetEvent): void {
    const line = `${JSON.stringify(event)}\n`;
    if (this.#size > LOG_BYTES) {
      renameSync(this.#path, `${this.#path}.old`);
      this.#size = 0;
    }
    appendFileSync(this.#path, line, { mode: 0o600 });
    this.#size += line.length;
  }

  read(): NetEvent[] {
    return [`${this.#path}.old`, this.#path].flatMap((path) => {
      if (!statSync(path, { throwIfNoEntry: false })) return [];
      return readFileSync(path, "utf8").split("\n").flatMap(parseLine);
    });
  }
}

/** A line that was cut by a crash is left out. */
function parseLine(line: string): NetEvent[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as NetEvent];
  } catch {
    return [];
  }
}
