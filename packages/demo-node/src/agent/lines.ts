import { createInterface, type Interface } from "node:readline";

/** Lines that a person types, or that a pipe brings: one after another, also while something runs. */
export class Lines {
  readonly #reader: Interface;
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  readonly #queue: string[] = [];
  #closed = false;

  constructor(options: { history?: string[]; complete?(line: string): string[] } = {}) {
    this.#reader = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: process.stdin.isTTY === true,
      history: options.history,
      completer: (line: string) => [options.complete?.(line) ?? [], line],
    });
    this.#reader.on("line", (line) => {
      const take = this.#waiting.shift();
      if (take) take(line);
      else this.#queue.push(line);
    });
    this.#reader.on("close", () => {
      this.#closed = true;
      for (const take of this.#waiting.splice(0)) take(undefined);
    });
  }

  /** The next line; undefined at the end of input. A line that ends in a backslash goes on in the next. */
  async next(prompt: string): Promise<string | undefined> {
    const first = await this.#one(prompt);
    if (first === undefined || !first.endsWith("\\")) return first;
    const rest = await this.next("… ");
    return `${first.slice(0, -1)}\n${rest ?? ""}`;
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
    this.#reader.on("SIGINT", listener);
  }

  close(): void {
    this.#reader.close();
  }
}
