import { wrapAnsi } from "fast-wrap-ansi";

/** What draws the lower end: log-update's, or nothing. */
export interface Drawing {
  (text: string): void;
  clear(): void;
  done(): void;
}

const FRAME_MS = 80;

/**
 * A stream that a turn is shown on: what is over stays and scrolls up as plain lines, what goes on is drawn anew below it. Where nothing can be
 * drawn, what goes on is not shown.
 */
export class Scroll {
  readonly #stream: NodeJS.WriteStream;
  readonly #drawing: Drawing | undefined;
  /** What goes on, as lines. */
  readonly #going: () => string[];
  /** Text that came and has no line end yet: its last row, where it is long. */
  #row = "";
  /** Whether that row goes on after a break of ours. */
  #isBroken = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(stream: NodeJS.WriteStream, drawing: Drawing | undefined, going: () => string[]) {
    this.#stream = stream;
    this.#drawing = drawing;
    this.#going = going;
  }

  /** Columns to fill. */
  get width(): number {
    return Math.max(40, this.#stream.columns ?? 80);
  }

  /** Draws what goes on until {@link stop}. */
  start(): void {
    if (this.#drawing === undefined || this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#draw(), FRAME_MS).unref();
  }

  /** Takes away what was drawn; what came as text stays. */
  stop(): void {
    this.#endText();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#drawing?.clear();
    this.#drawing?.done();
  }

  /** A line that stays. */
  line(text: string): void {
    this.#endText();
    this.#drawing?.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Text in pieces, broken at blanks. */
  text(piece: string): void {
    this.#row += piece;
    if (this.#drawing === undefined) this.#rows();
  }

  #draw(): void {
    this.#rows();
    this.#drawing?.([...(this.#row === "" ? [] : [this.#row]), ...this.#going()].join("\n"));
  }

  /** Writes the rows that no more text can change. */
  #rows(): void {
    const lines = this.#row.split("\n");
    const rows = lines.flatMap((line, at) => this.#broken(line, at === 0 && this.#isBroken));
    const last = lines.at(-1) as string;
    this.#row = rows.pop() as string;
    if (rows.length === 0) return;
    this.#isBroken = this.#row !== last;
    this.#drawing?.clear();
    this.#stream.write(rows.map((row) => `${row.trimEnd()}\n`).join(""));
  }

  /** A line in rows; the blanks at a break are left out. */
  #broken(line: string, isRest: boolean): string[] {
    const rows = wrapAnsi(line, this.width, { trim: false }).split("\n");
    return rows
      .map((row, at) => (at > 0 || isRest ? row.trimStart() : row))
      .filter((row, at) => at === 0 || row !== "");
  }

  #endText(): void {
    this.#rows();
    if (this.#row === "") return;
    this.#row += "\n";
    this.#rows();
    this.#isBroken = false;
  }
}
