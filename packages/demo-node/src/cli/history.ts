import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Parsed, stateRoot } from "./options.ts";
import { projectKey } from "./project-key.ts";

/** Of what is kept: entries, and bytes of the file. What is more goes at the next start. */
const ENTRIES = 1000;
const BYTES = 1 << 20;
/** A longer entry is not kept, characters. */
const ENTRY = 1 << 16;

/** Where that of a project is. */
export function historyPath(values: Parsed["values"]): string {
  return join(stateRoot(values), "history", projectKey(values));
}

/** What was typed at a prompt, for the next one: a JSON string a line, the newest last; nobody else may read it. Where it cannot be kept the prompt works without. */
export class HistoryFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The newest first. Cuts the file where it grew too large or was torn. */
  read(): string[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch {
      return [];
    }
    const lines = text.split("\n").filter((line) => line !== "");
    const entries = lines.flatMap(entryOf);
    const kept = newest(entries);
    const isWhole = kept.length === lines.length && (text === "" || text.endsWith("\n"));
    if (!isWhole) this.#replace(kept);
    return kept.reverse();
  }

  add(entry: string): void {
    if (entry.length > ENTRY) return;
    quietly(() => {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      chmodSync(this.#path, 0o600);
    });
  }

  #replace(entries: readonly string[]): void {
    quietly(() => {
      const beside = `${this.#path}.new`;
      writeFileSync(beside, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 });
      renameSync(beside, this.#path);
    });
  }
}

/** The last of them that may be kept. */
function newest(entries: readonly string[]): string[] {
  let bytes = 0;
  let from = entries.length;
  while (from > 0 && entries.length - from < ENTRIES) {
    bytes += Buffer.byteLength(JSON.stringify(entries[from - 1])) + 1;
    if (bytes > BYTES) break;
    from--;
  }
  return entries.slice(from);
}

function entryOf(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "string" ? [entry] : [];
  } catch {
    // Torn when it was written.
    return [];
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // A full or read-only disk.
  }
}
