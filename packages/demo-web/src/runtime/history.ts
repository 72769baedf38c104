import { addValue, type Lines, openLines, readValues, replaceValues } from "./kept.ts";

/** Lines that are kept at least; twice as many at most. */
const KEPT_LINES = 1000;
/** A longer one, such as a pasted file, is not kept: characters. */
const LONGEST = 16_384;

/** What was typed into the terminal of one project; it goes with the project. */
export class History {
  readonly #kept: Lines;
  #lines: string[];

  private constructor(kept: Lines) {
    this.#kept = kept;
    this.#lines = readValues<string>(kept);
  }

  static async open(state: string): Promise<History> {
    return new History(await openLines(state, "history"));
  }

  /** The oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  add(line: string): void {
    if (line.length > LONGEST || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length < 2 * KEPT_LINES) addValue(this.#kept, line);
    else {
      this.#lines = this.#lines.slice(-KEPT_LINES);
      replaceValues(this.#kept, this.#lines);
    }
  }

  close(): void {
    this.#kept.close();
  }
}
