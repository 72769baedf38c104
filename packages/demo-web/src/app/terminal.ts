import { FitAddon } from "@xterm/addon-fit";
import { type ILink, type IMarker, Terminal } from "@xterm/xterm";
import { keep, recall } from "./kept-view.ts";
import { LineEditor } from "./line-editor.ts";
import { Typing } from "./typing.ts";

/** What a terminal does with what is typed. */
export interface TerminalActions {
  /** `unread`: what of its input no program read. */
  run(line: string, columns: number): Promise<{ status: number; cwd: string; unread: string }>;
  /** Gives what runs a piece of input, or ends it; false: nothing runs any more. */
  input(text: string | undefined): Promise<boolean>;
  /** Lines that were run before this terminal was there, oldest first. */
  history(): Promise<readonly string[]>;
  /** Whole lines that the beginning of one may become. */
  complete(line: string, cwd: string): Promise<string[]>;
  stop(): void;
}

const ENTER = "\r";
const INTERRUPT = "\x03";
const CLEAR = "\x0c";
const SEARCH = "\x12";
const TAB = "\t";

/** Of what was printed, rows and characters that a reload shows again. */
const KEPT = { rows: 400, characters: 60_000 };
const LOADED_AGAIN = "─── loaded again: a new shell ───";

/** A search through the lines before this one: what for, and at which of them it is. */
interface Search {
  part: string;
  at: number;
}

/** A terminal with a line to edit: history, cursor, completion, paste; Ctrl-C stops what runs. */
export class ShellTerminal {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #actions: TerminalActions;
  readonly #line = new LineEditor();
  /** The row where the prompt stands. */
  #start: IMarker | undefined;
  #search: Search | undefined;
  #isBusy = false;
  /** While a program runs: what is typed for it. */
  #typing: Typing | undefined;
  /** What was typed meanwhile: the next line's. */
  #ahead: string[] = [];
  #cwd = "/workspace";
  #isStale = false;
  #drawing: Promise<void> | undefined;
  readonly #end = new AbortController();

  constructor(place: HTMLElement, actions: TerminalActions) {
    this.#actions = actions;
    this.#terminal = new Terminal({
      convertEol: true,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
      fontSize: 13,
      scrollback: 5000,
      screenReaderMode: true,
      theme: themeOf(place),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(place);
    this.#fit.fit();
    this.#follow(place);
    this.#terminal.attachCustomKeyEventHandler((event) => !isBrowsers(event, this.#terminal.hasSelection()));
    this.#terminal.registerLinkProvider({ provideLinks: (row, show) => show(linksIn(this.#terminal, row)) });
    this.#terminal.onData((data) => this.#take(data));
    const earlier = recall<string>("screen");
    if (earlier) this.#terminal.write(`${earlier}\n\x1b[2m${LOADED_AGAIN}\x1b[0m\n`);
    void this.#hold(async () => {
      await this.#flush("");
      this.#start = this.#terminal.registerMarker(0);
      await this.#redraw();
    });
    const remember = (lines: readonly string[]) => this.#line.remember(lines);
    void actions.history().then(remember, () => {});
  }

  /** Has the size of its place and the page's colours, and leaves what it shows for when the page is loaded again. */
  #follow(place: HTMLElement): void {
    const resizes = new ResizeObserver(() => this.#fit.fit());
    resizes.observe(place);
    const recolour = () => {
      this.#terminal.options.theme = themeOf(place);
    };
    const { signal } = this.#end;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
    window.addEventListener("theme", recolour, { signal });
    window.addEventListener("pagehide", () => keep("screen", this.#printed()), { signal });
    signal.addEventListener("abort", () => resizes.disconnect());
  }

  /** It goes from the page. */
  close(): void {
    keep("screen", this.#printed());
    this.#end.abort();
    this.#terminal.dispose();
  }

  /** The last of what was printed, without the line that is being written. */
  #printed(): string {
    const { active } = this.#terminal.buffer;
    const end = this.#typing ? active.baseY + active.cursorY : (this.#start?.line ?? 0);
    const lines: string[] = [];
    for (let row = Math.max(0, end - KEPT.rows); row < end; row++) {
      const line = active.getLine(row);
      const text = line?.translateToString(!active.getLine(row + 1)?.isWrapped) ?? "";
      if (line?.isWrapped && lines.length > 0) lines.push(lines.pop() + text);
      else lines.push(text);
    }
    // Nothing came after an earlier reload: it is said once.
    while (lines.at(-1) === LOADED_AGAIN) lines.pop();
    return lines.join("\n").slice(-KEPT.characters);
  }

  /** `shown` is called when they have been shown. */
  write(bytes: Uint8Array, shown?: () => void): void {
    this.#terminal.write(bytes, shown);
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types a command and runs it, after what runs. */
  async submit(line: string): Promise<void> {
    if (this.#isBusy) {
      this.#ahead.push(line, ENTER);
      return;
    }
    this.#search = undefined;
    this.#line.set(line);
    await this.#enter();
  }

  #flush(text: string): Promise<void> {
    return new Promise((done) => this.#terminal.write(text, done));
  }

  /** A new line to write, below what was printed. */
  async #prompt(): Promise<void> {
    this.#line.next();
    await this.#flush("");
    if (this.#terminal.buffer.active.cursorX > 0) await this.#flush("\x1b[2m⏎\x1b[0m\r\n");
    this.#start?.dispose();
    this.#start = this.#terminal.registerMarker(0);
    await this.#redraw();
  }

  /** Draws the line anew; resolves when the terminal shows it as it is then. */
  #redraw(): Promise<void> {
    this.#isStale = true;
    this.#drawing ??= this.#draw();
    return this.#drawing;
  }

  async #draw(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      // Where the cursor is counts only when all that was written has been shown.
      await this.#flush("");
      const { baseY, cursorY } = this.#terminal.buffer.active;
      const row = baseY + cursorY;
      const up = Math.min(cursorY, row - (this.#start?.line ?? row));
      await this.#flush(`${up > 0 ? `\x1b[${up}A` : ""}\r\x1b[J${this.#shown()}`);
    }
    this.#drawing = undefined;
  }

  /** Prompt and line, at the end the cursor in its place. */
  #shown(): string {
    if (this.#search !== undefined)
      return `\x1b[2msearch: \x1b[0m${this.#search.part}\x1b[2m → \x1b[0m${rows(this.#line.text)}`;
    const [before, behind] = this.#line.parts;
    const prompt = `\x1b[34m${this.#cwd.replace(/^\/workspace(?=\/|$)/, "~")}\x1b[0m $ `;
    return `${prompt}${rows(before)}\x1b7${rows(behind)}\x1b8`;
  }

  #take(data: string): void {
    if (this.#isBusy) {
      if (data === INTERRUPT) this.#ahead = [];
      if (this.#typing === undefined) this.#ahead.push(data);
      else if (data !== INTERRUPT) this.#typing.take(data);
      else {
        this.#typing.interrupt();
        this.#actions.stop();
      }
      return;
    }
    if (this.#search !== undefined && this.#searchBy(this.#search, data)) void this.#redraw();
    else if (data === ENTER) void this.#enter();
    else if (data === INTERRUPT) void this.#giveUp();
    else if (data === TAB) void this.#complete();
    else if (data === CLEAR) void this.#clear();
    else if (data === SEARCH) {
      this.#search = { part: "", at: Number.POSITIVE_INFINITY };
      void this.#redraw();
    } else {
      // What is pasted is for the person to look at first: it does not run by itself.
      if (!this.#line.press(data) && !/^[\x00-\x1f]/.test(data)) this.#line.insert(plain(data));
      void this.#redraw();
    }
  }

  /** Ctrl-R: goes on with a search; false where a key ends it and means something else, too. */
  #searchBy(search: Search, key: string): boolean {
    const back = key === "\x7f";
    if (key === SEARCH || back || !/^[\x00-\x1f]/.test(key)) {
      if (back) search.part = search.part.slice(0, -1);
      else if (key !== SEARCH) search.part += plain(key);
      const found = this.#line.find(search.part, key === SEARCH ? search.at : Number.POSITIVE_INFINITY);
      if (found !== undefined) this.#line.set(found.text);
      if (found !== undefined) search.at = found.at;
      return true;
    }
    this.#search = undefined;
    return key === "\x1b";
  }

  async #giveUp(): Promise<void> {
    await this.#hold(async () => {
      this.#line.toEnd();
      await this.#redraw();
      await this.#flush("^C\r\n");
      this.#line.set("");
      await this.#prompt();
    });
  }

  async #clear(): Promise<void> {
    await this.#hold(async () => {
      this.#terminal.clear();
      await this.#redraw();
    });
  }

  /** Does something that takes a while; what is typed meanwhile comes after it. */
  async #hold(act: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    try {
      await act();
    } finally {
      this.#isBusy = false;
      for (const data of this.#ahead.splice(0)) this.#take(data);
    }
  }

  async #enter(): Promise<void> {
    await this.#hold(async () => {
      const { isComplete } = await import("@shadowbox/sandbox/script");
      this.#line.toEnd();
      if (!isComplete(this.#line.text)) {
        this.#line.insert("\n");
        return this.#redraw();
      }
      await this.#redraw();
      await this.#flush("\r\n");
      if (this.#line.text.trim() !== "" && !this.#ahead.includes(INTERRUPT)) await this.#run(this.#line.text);
      await this.#prompt();
    });
  }

  async #run(line: string): Promise<void> {
    const typing = new Typing(
      (text) => this.#terminal.write(text),
      (text) => void this.#give(text),
    );
    this.#typing = typing;
    try {
      const { status, cwd, unread } = await this.#actions.run(line, this.#terminal.cols);
      this.#cwd = cwd;
      this.#ahead.unshift(...keysOf(typing.left(unread)));
      if (status !== 0) this.#terminal.write(`\x1b[2m[status ${status}]\x1b[0m\r\n`);
    } catch (error) {
      this.#terminal.write(`\x1b[31m${(error as Error).message}\x1b[0m\r\n`);
    } finally {
      this.#typing = undefined;
    }
  }

  /** Gives a program what was typed for it; where it has ended meanwhile that is the next line's. */
  async #give(text: string | undefined): Promise<void> {
    const isTaken = await this.#actions.input(text).catch(() => true);
    const keys = isTaken ? [] : keysOf(text ?? "");
    if (this.#isBusy) this.#ahead.push(...keys);
    else for (const key of keys) this.#take(key);
  }

  /** Goes on as far as there is one way to, or shows the ways. */
  async #complete(): Promise<void> {
    await this.#hold(async () => {
      const [before] = this.#line.parts;
      const found = await this.#actions.complete(before, this.#cwd).catch(() => []);
      const common = found.reduce(commonStart, found[0] ?? before);
      const isWhole = found.length === 1 && !common.endsWith("/");
      if (common.length > before.length || isWhole)
        this.#line.insert(common.slice(before.length) + (isWhole ? " " : ""));
      else if (found.length > 1) await this.#list(found.map(lastWord));
      await this.#redraw();
    });
  }

  async #list(names: readonly string[]): Promise<void> {
    const [line, behind] = [this.#line.text, this.#line.parts[1].length];
    this.#line.toEnd();
    await this.#redraw();
    const width = Math.max(...names.map((name) => name.length)) + 2;
    const each = Math.max(1, Math.floor(this.#terminal.cols / width));
    const lines = Array.from({ length: Math.ceil(names.length / each) }, (_, at) =>
      names
        .slice(at * each, (at + 1) * each)
        .map((name) => name.padEnd(width))
        .join("")
        .trimEnd(),
    );
    await this.#flush(`\r\n${lines.join("\r\n")}\r\n`);
    this.#start?.dispose();
    this.#start = this.#terminal.registerMarker(0);
    this.#line.set(line.slice(0, line.length - behind));
    this.#line.append(line.slice(line.length - behind));
  }
}

/** The keys of a text of several lines. */
const keysOf = (text: string) =>
  text
    .split(/(\n)/)
    .filter(Boolean)
    .map((key) => (key === "\n" ? ENTER : key));

/** A line of several as the terminal shows it. */
const rows = (text: string) => text.replaceAll("\n", "\r\n\x1b[2m> \x1b[0m");

/** What was typed or pasted, without what steers a terminal. */
const plain = (data: string) =>
  data
    .replace(/\x1b\[20[01]~/g, "")
    .replace(/\r\n?/g, "\n")
    .replaceAll("\t", "    ")
    .replace(/[\x00-\x09\x0b-\x1f\x7f]/g, "");

function commonStart(one: string, other: string): string {
  let end = 0;
  while (end < one.length && one[end] === other[end]) end++;
  return one.slice(0, end);
}

/** What stands behind the last blank or slash, but one at its end. */
const lastWord = (line: string) => /[^\s/]*\/?$/.exec(line)?.[0] ?? line;

/** Ctrl-C with a selection copies, and Ctrl-V pastes, which is the browser's; without one Ctrl-C stops what runs. */
function isBrowsers({ key, ctrlKey, metaKey }: KeyboardEvent, hasSelection: boolean): boolean {
  const letter = ctrlKey || metaKey ? key.toLowerCase() : "";
  return letter === "v" || (hasSelection && letter === "c");
}

/** Addresses in a line of the terminal; a click opens them apart from this page. */
function linksIn(terminal: Terminal, row: number): ILink[] {
  const line = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? "";
  return [...line.matchAll(/https?:\/\/[^\s"'<>]*[^\s"'<>.,;:)\]]/g)].map(({ 0: text, index }) => ({
    text,
    range: { start: { x: index + 1, y: row }, end: { x: index + text.length, y: row } },
    activate: () => window.open(text, "_blank", "noopener,noreferrer"),
  }));
}

/** The page's colours, as the browser resolves them for the present scheme. */
function themeOf(place: HTMLElement) {
  const probe = document.createElement("span");
  place.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    background: colour("--surface"),
    foreground: colour("--text"),
    cursor: colour("--accent"),
    selectionBackground: colour("--selection"),
    blue: colour("--accent"),
    red: colour("--bad"),
    green: colour("--good"),
  };
  probe.remove();
  return theme;
}
