import type { SlotStorage } from "@shadowbox/vfs";
import { storing } from "../storing.ts";
import type { LogEntry } from "../types.ts";

/** What was done, one JSON object a line; a line that a crash cut off is left out. */
export class StoredLog {
  readonly #storage: SlotStorage | undefined;
  readonly #entries: LogEntry[];

  /** Without storage the log ends with the sandbox. */
  constructor(storage?: SlotStorage) {
    this.#storage = storage;
    const text = new TextDecoder().decode(storage?.read());
    this.#entries = text.split("\n").flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as LogEntry];
      } catch {
        return [];
      }
    });
  }

  append(entry: Omit<LogEntry, "time" | "user">): void {
    const whole: LogEntry = { time: new Date().toISOString(), user: "you", ...entry };
    // The break before the line ends one that a crash cut off.
    const line = new TextEncoder().encode(`\n${JSON.stringify(whole)}\n`);
    storing("keep the log", () => {
      this.#storage?.append(line);
      this.#storage?.sync();
    });
    this.#entries.push(whole);
  }

  read(): readonly LogEntry[] {
    return this.#entries;
  }
}
