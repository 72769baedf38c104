import { createInterface, emitKeypressEvents, type Interface } from "node:readline";

export interface LinesOptions {
  history?: string[];
  complete?(line: string): string[];
}

/** Makes a terminal mark what is pasted, and no longer (xterm's bracketed paste). */
const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";

/** Lines that a person types, or that a pipe brings: one after another, also while something runs. */
export class Lines {
  #reader: Interface;
  readonly #options: LinesOptions;
  readonly #interrupts: (() => void)[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  readonly #queue: string[] = [];
  /** Lines of a paste that goes on, or whose last line is not sent yet. */
  readonly #pasted: string[] = [];
  #pasting = false;
  #closed = false;
  #isAside = false;

  constructor(options: LinesOptions = {}) {
    this.#options = options;
    // Registered before the reader's own listener, so that the first line of a paste is known to be one.
    if (process.stdin.isTTY === true) {
      emitKeypressEvents(process.stdin);
      process.stdin.on("keypress", (_, key?: { name?: string }) => {
        if (key?.name === "paste-start") this.#pasting = true;
        if (key?.name === "paste-end") this.#pasting = false;
      });
    }
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
      if (this.#pasting) {
        this.#pasted.push(line);
        return;
      }
      const whole = [...this.#pasted.splice(0), line].join("\n");
      const take = this.#waiting.shift();
      if (take) take(whole);
      else this.#queue.push(whole);
    });
    if (process.stdin.isTTY === true) process.stdout.write(PASTE_ON);
    reader.on("SIGINT", () => this.#pasted.splice(0));
    for (const listener of this.#interrupts) reader.on("SIGINT", listener);
    reader.on("history", (lines) => {
      this.#options.history = [...lines];
    });
    reader.on("close", () => {
      if (process.stdin.isTTY === true) process.stdout.write(PASTE_OFF);
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

  /** The next line; undefined at the end of input. A line that ends in a backslash goes on in the next; what is pasted is one, however many lines it has. */
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
