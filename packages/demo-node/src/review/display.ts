import { keysOf } from "./keys.ts";
import { type Line, type Paint, paint } from "./text.ts";

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

/** The whole terminal: keys come in, screens go out. Gives the terminal back as it was when it leaves, or the process ends. */
export class Display {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #paint: Paint;
  readonly #keys: string[] = [];
  #waiting: ((key: string) => void) | undefined;
  /** The beginning of a key that did not come whole. */
  #torn = "";
  #shown: string[] = [];
  #on = false;
  readonly #leaves = () => this.leave();

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, how: Paint) {
    this.#input = input;
    this.#output = output;
    this.#paint = how;
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  enter(): void {
    if (this.#on) return;
    this.#on = true;
    this.#shown = [];
    this.#input.setRawMode(true);
    this.#input.setEncoding("utf8");
    this.#input.on("data", this.#take).on("end", this.#end).resume();
    this.#output.on("resize", this.#resized);
    process.on("exit", this.#leaves);
    this.#output.write(ENTER);
  }

  leave(): void {
    if (!this.#on) return;
    this.#on = false;
    this.#output.write(LEAVE);
    process.off("exit", this.#leaves);
    this.#output.off("resize", this.#resized);
    this.#input.off("data", this.#take).off("end", this.#end).pause();
    this.#input.setRawMode(false);
  }

  /** The next key ({@link keysOf}); `redraw` when the size changed, `q` when the terminal is gone. */
  key(): Promise<string> {
    const next = this.#keys.shift();
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  readonly #take = (text: string): void => {
    const whole = this.#torn + text;
    this.#torn = /\u001b(\[[0-9;?]*|O)$/.exec(whole)?.[0] ?? "";
    for (const key of keysOf(whole.slice(0, whole.length - this.#torn.length))) this.#push(key);
  };
  readonly #end = (): void => this.#push("q");
  readonly #resized = (): void => {
    this.#shown = [];
    this.#push("redraw");
  };

  #push(key: string): void {
    const take = this.#waiting;
    this.#waiting = undefined;
    if (take !== undefined) take(key);
    else this.#keys.push(key);
  }

  /** Shows the lines; rows that look as before are not written again. */
  draw(lines: readonly Line[]): void {
    const rows = lines.map((line) => paint(line, this.#paint));
    const changed = rows.flatMap((row, i) =>
      row === this.#shown[i] ? [] : [`\u001b[${i + 1};1H\u001b[0m${row}\u001b[K`],
    );
    const all = this.#shown.length === 0 ? "\u001b[2J" : "";
    if (changed.length > 0) this.#output.write(`${all}${changed.join("")}`);
    this.#shown = rows;
  }

  /** Forgets what is on the screen: the next drawing is a whole one. */
  forget(): void {
    this.#shown = [];
  }
}
