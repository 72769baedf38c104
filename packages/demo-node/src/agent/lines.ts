import { createInterface, emitKeypressEvents, type Interface } from "node:readline";
import { Writable } from "node:stream";

export interface LinesOptions {
  /** Newest first. */
  history?: string[];
  complete?(line: string): string[];
}

/** Makes a terminal mark what is pasted, and no longer (xterm's bracketed paste). */
const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";

/** Milliseconds that a key's sequence may take on a slow line before its Escape counts as a key of its own. */
const ESCAPE_MS = 500;
/** Somebody who typed so many milliseconds ago is still typing. */
const TYPING_MS = 1000;

/** Lines that a person types, or that a pipe brings: one after another, also while something runs. */
export class Lines {
  #reader: Interface;
  readonly #options: LinesOptions;
  readonly #echo = new Echo();
  readonly #interrupts: (() => void)[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  readonly #queue: string[] = [];
  /** Lines of a paste that goes on, or whose last line is not sent yet. */
  readonly #pasted: string[] = [];
  #pasting = false;
  #closed = false;
  #isAside = false;
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LinesOptions = {}) {
    this.#options = options;
    // Registered before the reader's own listener, so that the first line of a paste is known to be one.
    if (process.stdin.isTTY === true) {
      emitKeypressEvents(process.stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
      process.stdin.on("keypress", (_, key?: { name?: string }) => {
        this.#typedAt = performance.now();
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
      output: this.#echo,
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

  /** What is typed is not shown: something else draws, with {@link typed}. */
  hide(hidden: boolean): void {
    this.#echo.isMute = hidden && process.stdin.isTTY === true;
  }

  /** What was typed and not taken yet. */
  get typed(): string {
    return [...this.#queue, ...this.#pasted, this.#reader.line].filter((line) => line !== "").join(" ⏎ ");
  }

  /** Lets something else have the terminal for a while; a line that was begun is there again after it. */
  async aside<T>(use: () => Promise<T>): Promise<T> {
    const begun = this.#reader.line;
    this.#isAside = true;
    this.#reader.close();
    try {
      return await use();
    } finally {
      this.#isAside = false;
      this.#reader = this.#open();
      if (begun !== "") this.#reader.write(begun);
    }
  }

  /** Asks by keys, but not in the middle of what a person types: their next key would be the answer. */
  async question<T>(ask: () => Promise<T>): Promise<T> {
    while (this.#reader.line !== "" && performance.now() - this.#typedAt < TYPING_MS)
      await new Promise((later) => setTimeout(later, TYPING_MS / 10));
    return this.aside(ask);
  }

  /** The next line; undefined at the end of input. A line that ends in a backslash goes on in the next; what is pasted is one, however many lines it has. */
  async next(prompt: string): Promise<string | undefined> {
    const first = await this.#one(prompt);
    if (first === undefined || !first.endsWith("\\")) return first;
    const rest = await this.next("… ");
    return `${first.slice(0, -1)}\n${rest ?? ""}`;
  }

  /** A line that answers a question: none that was typed before it was asked, nor the one that was begun. Where nobody types it is the next. */
  async answer(prompt: string): Promise<string | undefined> {
    if (process.stdin.isTTY !== true) return this.next(prompt);
    const [queued, begun] = [this.#queue.splice(0), this.#reader.line];
    this.#reader.write(null, { ctrl: true, name: "e" });
    this.#reader.write(null, { ctrl: true, name: "u" });
    const line = await this.next(prompt);
    this.#queue.unshift(...queued);
    if (begun !== "" && !this.#closed) this.#reader.write(begun);
    return line;
  }

  /** Gives up what was begun: its prompt is there again, below, behind what is said. */
  discard(said = ""): void {
    this.#reader.write(null, { ctrl: true, name: "e" });
    process.stdout.write(`\n${said}`);
    this.hide(true);
    this.#reader.write(null, { ctrl: true, name: "u" });
    this.hide(false);
    if (this.#waiting.length > 0) this.#reader.prompt();
  }

  /** Whoever waits for a line gets none: what they asked about is over. */
  dropQuestions(): void {
    for (const take of this.#waiting.splice(0)) take(undefined);
  }

  #one(prompt: string): Promise<string | undefined> {
    this.hide(false);
    const shown = process.stdin.isTTY ? prompt : "";
    const queued = this.#queue.shift();
    if (queued !== undefined) {
      if (shown !== "") process.stdout.write(`${shown}${queued.replaceAll("\n", "\n… ")}\n`);
      return Promise.resolve(queued);
    }
    if (this.#closed) return Promise.resolve(undefined);
    this.#reader.setPrompt(shown);
    this.#reader.prompt(true);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  onInterrupt(listener: () => void): void {
    this.#interrupts.push(listener);
    this.#reader.on("SIGINT", listener);
  }

  /** As if Ctrl-C had been typed. */
  interrupt(): void {
    for (const listener of this.#interrupts) listener();
  }

  close(): void {
    this.#reader.close();
  }
}

/** The terminal as the line editor sees it. While it is mute, it is as wide as any line, so that no row is counted that is not there. */
class Echo extends Writable {
  isMute = false;

  constructor() {
    super({ write: (chunk, encoding, done) => this.#pass(chunk, encoding, done) });
    process.stdout.on("resize", () => this.emit("resize"));
  }

  get columns(): number {
    return this.isMute ? Number.MAX_SAFE_INTEGER : (process.stdout.columns ?? 80);
  }

  #pass(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    if (!this.isMute) process.stdout.write(chunk, encoding);
    done();
  }
}
