import { createInterface, emitKeypressEvents, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { TypedInput } from "@shadowbox/sandbox/node";
import { LastRow } from "./last-row.ts";

export interface LinesOptions {
  /** Newest first. */
  history?: string[];
  complete?(line: string): string[];
  /** What stays of a text that goes on in another line; undefined: it is whole. By default a backslash at the end goes on, and is taken out. */
  begun?(text: string): string | undefined;
  /** The prompt of further lines. */
  continuation?: string;
  /** Told what was entered, all its lines in one. */
  entered?(text: string): void;
}

/** What was begun is given up. */
const DROPPED = Symbol("dropped");
type Taken = string | undefined | typeof DROPPED;

/** Entries that can be brought back. */
const HISTORY = 1000;

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
  readonly #waiting: ((line: Taken) => void)[] = [];
  readonly #queue: string[] = [];
  /** Lines of a paste that goes on, or whose last line is not sent yet. */
  readonly #pasted: string[] = [];
  /** Newest first; an entry may have several lines. */
  readonly #history: string[];
  /** The reader's own list of them. */
  #listed: string[] = [];
  #pasting = false;
  /** The program that is typed for, and what it last printed. */
  #input: TypedInput | undefined;
  #row = new LastRow();
  #isContinued = false;
  #isLeaving = false;
  #closed = false;
  #isAside = false;
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LinesOptions = {}) {
    this.#options = options;
    this.#history = [...(options.history ?? [])];
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
    const reader = createInterface({
      input: process.stdin,
      output: this.#echo,
      terminal: process.stdin.isTTY === true,
      history: [...this.#history],
      historySize: HISTORY,
      completer: (line: string) => this.#completions(line),
    });
    reader.on("line", (line) => {
      if (this.#pasting) this.#pasted.push(line);
      else this.#deliver([...this.#pasted.splice(0), line].join("\n"));
    });
    if (process.stdin.isTTY === true) process.stdout.write(PASTE_ON);
    reader.on("SIGINT", () => this.#pasted.splice(0));
    for (const listener of this.#interrupts) reader.on("SIGINT", listener);
    // The reader keeps lines; entries are what is to be brought back.
    reader.on("history", (lines) => {
      this.#listed = lines;
      this.#list();
    });
    reader.on("close", () => this.#ended());
    return reader;
  }

  #deliver(text: string): void {
    const take = this.#waiting.shift();
    if (take) take(text);
    else if (this.#input && !this.#input.isOver) this.#input.add(`${text}\n`);
    else this.#queue.push(text);
    this.#row = new LastRow();
    if (this.#input) this.#reader.setPrompt("");
  }

  /** What a line may become. A tab in what is pasted, or meant for a program, is a tab. */
  #completions(line: string): [string[], string] {
    const isText = this.#pasting || this.#input !== undefined;
    return [isText ? [`${line}\t`] : (this.#options.complete?.(line) ?? []), line];
  }

  /** The reader is at its end: by Ctrl-D, which of what was begun ends that only, or for good. */
  #ended(): void {
    const isTerminal = process.stdin.isTTY === true;
    if (isTerminal) process.stdout.write(PASTE_OFF);
    if (this.#isAside) return;
    const goesOn = isTerminal && !this.#isLeaving && !process.stdin.readableEnded;
    if (goesOn && this.#input) {
      this.#reader = this.#open();
      this.#reader.setPrompt(this.#row.text);
      this.#input.end();
      return;
    }
    if (goesOn && (this.#isContinued || this.#pasted.length > 0)) {
      process.stdout.write("\n");
      this.#reader = this.#open();
      if (this.#pasted.length > 0) this.#deliver(this.#pasted.splice(0).join("\n"));
      else this.#waiting.shift()?.(undefined);
      return;
    }
    this.#closed = true;
    this.#input?.end();
    for (const take of this.#waiting.splice(0)) take(undefined);
  }

  #list(): void {
    this.#listed.splice(0, this.#listed.length, ...(this.#input ? [] : this.#history));
  }

  /** What is typed from now on, and was typed ahead, as the input of a program; until {@link Lines.takeBack}. */
  asInput(): AsyncIterable<Uint8Array> {
    const input = new TypedInput();
    for (const line of this.#queue.splice(0)) input.add(`${line}\n`);
    this.#input = input;
    this.#row = new LastRow();
    this.#reader.setPrompt("");
    this.#list();
    return input;
  }

  /** A program printed this: what is typed stands behind it. */
  printed(bytes: Uint8Array): void {
    this.#row.add(bytes);
    if (this.#input) this.#reader.setPrompt(this.#row.text);
  }

  /** The program is over; what it did not read is the next lines. Undefined: that is given up. */
  takeBack(unread: Uint8Array | undefined): void {
    const left = this.#input?.rest ?? [];
    this.#input = undefined;
    this.#list();
    if (unread === undefined) return;
    const text = Buffer.concat([unread, ...left]).toString();
    this.#queue.unshift(...text.split("\n").slice(0, -1));
  }

  /** Keeps an entry, unless it is empty, begins with a blank or is the one before again. */
  #keep(text: string): void {
    if (!/^\S/.test(text) || text === this.#history[0]) return;
    this.#history.unshift(text);
    this.#history.splice(HISTORY);
    this.#list();
    this.#options.entered?.(text);
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

  /** The next entry; undefined at the end of input. What is pasted is one, however many lines it has. */
  async next(prompt: string): Promise<string | undefined> {
    let text = await this.#whole(prompt);
    while (text === DROPPED) text = await this.#whole(prompt);
    if (text !== undefined) this.#keep(text);
    return text;
  }

  /** A text with the lines in which it goes on. */
  async #whole(prompt: string): Promise<Taken> {
    const { begun = ofBackslash, continuation = "… " } = this.#options;
    try {
      let text = await this.#one(prompt);
      for (;;) {
        if (typeof text !== "string") return text;
        const stays = begun(text);
        if (stays === undefined) return text;
        this.#isContinued = true;
        const more = await this.#one(continuation);
        if (more === undefined) return stays;
        text = more === DROPPED ? more : `${stays}\n${more}`;
      }
    } finally {
      this.#isContinued = false;
    }
  }

  /** A line that answers a question: none that was typed before it was asked, nor the one that was begun. Where nobody types it is the next. */
  async answer(prompt: string): Promise<string | undefined> {
    if (process.stdin.isTTY !== true) return textOf(await this.#whole(prompt));
    const [queued, begun] = [this.#queue.splice(0), this.#reader.line];
    this.#reader.write(null, { ctrl: true, name: "e" });
    this.#reader.write(null, { ctrl: true, name: "u" });
    const line = await this.#whole(prompt);
    this.#queue.unshift(...queued);
    if (begun !== "" && !this.#closed) this.#reader.write(begun);
    return textOf(line);
  }

  /** Whether something was typed that is not whole yet. */
  get isBegun(): boolean {
    return this.#isContinued || this.typed !== "";
  }

  /** Gives up what was begun, all its lines: the prompt is there again, below, behind what is said. */
  discard(said = ""): void {
    this.dropLine(`\n${said}`);
    if (this.#isContinued) this.#waiting.shift()?.(DROPPED);
    else if (this.#waiting.length > 0) this.#reader.prompt();
  }

  /** Gives up the line that was begun; `said` stands behind it. */
  dropLine(said: string): void {
    this.#reader.write(null, { ctrl: true, name: "e" });
    process.stdout.write(said);
    this.hide(true);
    this.#reader.write(null, { ctrl: true, name: "u" });
    this.hide(false);
  }

  /** Whoever waits for a line gets none: what they asked about is over. */
  dropQuestions(): void {
    for (const take of this.#waiting.splice(0)) take(undefined);
  }

  #one(prompt: string): Promise<Taken> {
    this.hide(false);
    const shown = process.stdin.isTTY ? prompt : "";
    const queued = this.#queue.shift();
    if (queued !== undefined) {
      const { continuation = "… " } = this.#options;
      if (shown !== "") process.stdout.write(`${shown}${queued.replaceAll("\n", `\n${continuation}`)}\n`);
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
    this.#isLeaving = true;
    this.#reader.close();
  }
}

const ofBackslash = (text: string) => (text.endsWith("\\") ? text.slice(0, -1) : undefined);

const textOf = (taken: Taken) => (taken === DROPPED ? undefined : taken);

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
