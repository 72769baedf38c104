import { createInterface, type Interface } from "node:readline";

export interface LinesOptions {
  history?: string[];
  complete?(line: string): string[];
}

/** Lines that a person types, or that a pipe brings: one after another, also while something runs. */
export class Lines {
  #reader: Interface;
  readonly #options: LinesOptions;
  readonly #interrupts: (() => void)[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  readonly #queue: string[] = [];
  #closed = false;
  #isAside = false;

  constructor(options: LinesOptions = {}) {
    this.#options = options;
    this.#reader = this.#open();
  }

  #open(): Interface {
    const { history, complete } = this.#options;
    const reader = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: process.stdin.isTTY === true,
      history,
      completer: (line: string) => [complete?.(line) ?? [], line],
    });
    reader.on("line", (line) => {
      const take = this.#waiting.shift();
      if (take) take(line);
      else this.#queue.push(line);
    });
    for (const listener of this.#interrupts) reader.on("SIGINT", listener);
    reader.on("history", (lines) => {
      this.#options.history = [...lines];
    });
    reader.on("close", () => {
      if (this.#isAside) return;
      this.#closed = true;
      for (const take of this.#waiting.splice(0)) take(undefined);
    });
    return reader;
  }

  /** Lets something else have the terminal for a while. */
  async aside<T>(use: () => Promise<T>): Promise<T> {
    this.#isAside = true;
    this.#reader.close();
    try {
      return await use();
    } finally {
      this.#isAside = false;
      this.#reader = this.#open();
    }
  }

  /** The next line; undefined at the end of input. A line that ends in a backslash goes on in the next. */
  async next(prompt: string): Promise<string | undefined> {
    const first = await this.#one(prompt);
    if (first === undefined || !first.endsWith("\\")) return first;
    const rest = await this.next("… ");
    return `${first.slice(0, -1)}\n${rest ?? ""}`;
  }

  /** Whoever waits for a line gets none: what they asked about is over. */
  dropQuestions(): void {
    for (const take of this.#waiting.splice(0)) take(undefined);
  }

  /** Asks; anything but y or yes is a no. */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.next(`${question} [y/N] `))?.trim() ?? "");
  }

  #one(prompt: string): Promise<string | undefined> {
    const queued = this.#queue.shift();
    if (queued !== undefined) return Promise.resolve(queued);
    if (this.#closed) return Promise.resolve(undefined);
    this.#reader.setPrompt(process.stdin.isTTY ? prompt : "");
    this.#reader.prompt();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  onInterrupt(listener: () => void): void {
    this.#interrupts.push(listener);
    this.#reader.on("SIGINT", listener);
  }

  close(): void {
    this.#reader.close();
  }
}
