const ENTER = "\r";
const BACKSPACE = "\x7f";
const END = "\x04";
const KILL_LINE = "\x15";

/**
 * What is typed while a program runs, as a terminal in its usual mode has it: a line is shown as it is typed, can be taken back, and goes
 * to the program when it is whole; Ctrl-D gives what there is, or ends the input.
 */
export class Typing {
  readonly #show: (text: string) => void;
  readonly #give: (text: string | undefined) => void;
  #line = "";
  /** Characters that were given since the beginning, or the last Ctrl-C. */
  #given = 0;

  constructor(show: (text: string) => void, give: (text: string | undefined) => void) {
    this.#show = show;
    this.#give = give;
  }

  /** A key, or what was pasted. */
  take(data: string): void {
    const text = data.replace(/\x1b\[20[01]~/g, "");
    // Keys that move a cursor mean nothing here.
    if (!text.startsWith("\x1b")) for (const key of text) this.#press(key);
  }

  /** Ctrl-C: what was typed before is given up. */
  interrupt(): void {
    this.#show("^C\r\n");
    this.#line = "";
    this.#given = 0;
  }

  /** What is to be typed at the next prompt, of what no program read. */
  left(unread: string): string {
    return unread.slice(Math.max(0, unread.length - this.#given)) + this.#line;
  }

  #press(key: string): void {
    if (key === ENTER || key === "\n") {
      this.#show("\r\n");
      this.#send(`${this.#line}\n`);
    } else if (key === END) this.#send(this.#line === "" ? undefined : this.#line);
    else if (key === BACKSPACE) this.#erase(1);
    else if (key === KILL_LINE) this.#erase(this.#line.length);
    else if (key >= " " || key === "\t") {
      this.#line += key;
      this.#show(key);
    }
  }

  #send(text: string | undefined): void {
    this.#line = "";
    this.#given += text?.length ?? 0;
    this.#give(text);
  }

  #erase(count: number): void {
    const characters = [...this.#line];
    const gone = characters.splice(Math.max(0, characters.length - count));
    this.#line = characters.join("");
    this.#show("\b \b".repeat(gone.length));
  }
}
