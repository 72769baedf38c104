import { FitAddon } from "@xterm/addon-fit";
import { type ILink, Terminal } from "@xterm/xterm";

/** What a terminal does with what is typed. */
export interface TerminalActions {
  run(line: string, columns: number): Promise<{ status: number; cwd: string }>;
  stop(): void;
}

/** Keys that edit a line, as terminals send them. */
const KEY = {
  ENTER: "\r",
  BACK: "\x7f",
  ETX: "\x03",
  UP: "\x1b[A",
  DOWN: "\x1b[B",
  RIGHT: "\x1b[C",
  LEFT: "\x1b[D",
};

/** A terminal with a line to edit: history, cursor, paste; Ctrl-C stops what runs. */
export class ShellTerminal {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #actions: TerminalActions;
  readonly #history: string[] = [];
  #at = 0;
  #line = "";
  #cursor = 0;
  #running = false;
  /** What was typed while a command ran: the next line's. */
  #ahead: string[] = [];
  #cwd = "/workspace";

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
    new ResizeObserver(() => this.#fit.fit()).observe(place);
    const recolour = () => {
      this.#terminal.options.theme = themeOf(place);
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    window.addEventListener("theme", recolour);
    this.#terminal.attachCustomKeyEventHandler((event) => !isCopy(event, this.#terminal.hasSelection()));
    this.#terminal.registerLinkProvider({ provideLinks: (row, show) => show(linksIn(this.#terminal, row)) });
    this.#terminal.onData((data) => this.#take(data));
    this.#prompt();
  }

  write(bytes: Uint8Array): void {
    this.#terminal.write(bytes);
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types a command and runs it. */
  async submit(line: string): Promise<void> {
    if (this.#running) return;
    this.#line = line;
    this.#redraw();
    await this.#enter();
  }

  #prompt(): void {
    this.#line = "";
    this.#cursor = 0;
    this.#at = this.#history.length;
    this.#terminal.write(this.#promptText());
  }

  #promptText(): string {
    return `\x1b[34m${this.#cwd.replace(/^\/workspace(?=\/|$)/, "~")}\x1b[0m $ `;
  }

  #redraw(): void {
    const back = this.#line.length - this.#cursor;
    this.#terminal.write(`\r\x1b[J${this.#promptText()}${this.#line}${back > 0 ? `\x1b[${back}D` : ""}`);
  }

  #take(data: string): void {
    if (this.#running) {
      if (data !== KEY.ETX) this.#ahead.push(data);
      else {
        this.#ahead = [];
        this.#actions.stop();
      }
      return;
    }
    if (data === KEY.ENTER) void this.#enter();
    else if (data === KEY.ETX) {
      this.#terminal.write("^C\r\n");
      this.#prompt();
    } else if (data === "\x0c") {
      this.#terminal.clear();
      this.#redraw();
    } else if (data.startsWith("\x1b") || data < " " || data === KEY.BACK) this.#edit(data);
    else this.#paste(data);
  }

  #paste(text: string): void {
    const [first = "", ...more] = text.replace(/\x1b\[20[01]~/g, "").split(/\r\n?|\n/);
    this.#line = this.#line.slice(0, this.#cursor) + first + this.#line.slice(this.#cursor);
    this.#cursor += first.length;
    this.#redraw();
    if (more.length > 0) void this.#enter().then(() => this.#paste(more.join("\n")));
  }

  #edit(key: string): void {
    const { length } = this.#line;
    if (key === KEY.LEFT) this.#cursor = Math.max(0, this.#cursor - 1);
    else if (key === KEY.RIGHT) this.#cursor = Math.min(length, this.#cursor + 1);
    else if (key === "\x01" || key === "\x1b[H") this.#cursor = 0;
    else if (key === "\x05" || key === "\x1b[F") this.#cursor = length;
    else if (key === "\x15") this.#replace(this.#line.slice(this.#cursor), 0);
    else if (key === "\x0b") this.#replace(this.#line.slice(0, this.#cursor), this.#cursor);
    else if (key === "\x17") {
      const head = this.#line.slice(0, this.#cursor).replace(/\S+\s*$/, "");
      this.#replace(head + this.#line.slice(this.#cursor), head.length);
    } else if (key === KEY.BACK && this.#cursor > 0)
      this.#replace(this.#line.slice(0, this.#cursor - 1) + this.#line.slice(this.#cursor), this.#cursor - 1);
    else if (key === "\x1b[3~")
      this.#replace(this.#line.slice(0, this.#cursor) + this.#line.slice(this.#cursor + 1), this.#cursor);
    else if (key === KEY.UP || key === KEY.DOWN) {
      this.#at = Math.min(this.#history.length, Math.max(0, this.#at + (key === KEY.UP ? -1 : 1)));
      const line = this.#history[this.#at] ?? "";
      this.#replace(line, line.length);
    }
    this.#redraw();
  }

  #replace(line: string, cursor: number): void {
    this.#line = line;
    this.#cursor = cursor;
  }

  async #enter(): Promise<void> {
    const line = this.#line;
    this.#terminal.write("\r\n");
    if (line.trim() !== "") {
      if (this.#history.at(-1) !== line) this.#history.push(line);
      this.#running = true;
      try {
        const { status, cwd } = await this.#actions.run(line, this.#terminal.cols);
        this.#cwd = cwd;
        if (status !== 0) this.#terminal.write(`\x1b[2m[status ${status}]\x1b[0m\r\n`);
      } catch (error) {
        this.#terminal.write(`\x1b[31m${(error as Error).message}\x1b[0m\r\n`);
      }
      this.#running = false;
    }
    this.#prompt();
    for (const data of this.#ahead.splice(0)) this.#take(data);
  }
}

/** Ctrl-C with a selection copies, which is the browser's; without one it stops what runs. */
function isCopy({ key, ctrlKey, metaKey }: KeyboardEvent, hasSelection: boolean): boolean {
  return hasSelection && (ctrlKey || metaKey) && key.toLowerCase() === "c";
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
