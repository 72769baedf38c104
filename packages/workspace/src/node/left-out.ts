import { appendFileSync, readFileSync } from "node:fs";

/** Something of the project that the box does not have. */
export interface LeftOut {
  path: string;
  why: "secret" | "fifo" | "socket" | "device";
}

/**
 * What was left out of the box, each path once per state: any thread notes it where it comes across it, one line each, and the
 * thread that talks to the person tells what is new.
 */
export class LeftOutList {
  readonly #file: string | undefined;
  readonly #known: Set<string>;
  /** Noted by this thread. */
  readonly #noted = new Set<string>();
  readonly #fresh: LeftOut[] = [];

  /** Without a file only this thread's own notes are told. */
  constructor(file?: string) {
    this.#file = file;
    this.#known = new Set(file === undefined ? [] : linesOf(file));
  }

  note(entry: LeftOut): void {
    const line = JSON.stringify(entry);
    if (this.#known.has(line) || this.#noted.has(line)) return;
    this.#noted.add(line);
    if (this.#file === undefined) this.#fresh.push(entry);
    else if (!linesOf(this.#file).includes(line)) appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
  }

  /** What was noted since the list was opened or last asked. */
  take(): LeftOut[] {
    const fresh = this.#fresh.splice(0);
    for (const line of this.#file === undefined ? [] : linesOf(this.#file)) {
      if (this.#known.has(line)) continue;
      this.#known.add(line);
      fresh.push(JSON.parse(line) as LeftOut);
    }
    return fresh;
  }
}

/** Whole lines only. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1).filter(isEntry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isEntry(line: string): boolean {
  try {
    return typeof (JSON.parse(line) as LeftOut).path === "string";
  } catch {
    return false;
  }
}
