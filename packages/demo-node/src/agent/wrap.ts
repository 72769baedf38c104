/** Text that comes in pieces, broken at blanks so that no word is cut at the edge; the last word waits for its end. */
export class Wrapper {
  readonly #width: () => number;
  #column = 0;
  /** What waits: blanks, and the word after them. */
  #blanks = "";
  #word = "";

  /** `width` in columns, asked anew for each word: a terminal may be made wider. */
  constructor(width: () => number) {
    this.#width = width;
  }

  /** What can be shown now. */
  add(text: string): string {
    let shown = "";
    for (const piece of text.split(/(\n| +)/)) {
      if (piece === "\n") shown += `${this.end()}\n`;
      else if (piece.startsWith(" ")) {
        shown += this.#take();
        this.#blanks += piece;
      } else this.#word += piece;
    }
    return shown;
  }

  /** What waited; what is shown next begins a line. */
  end(): string {
    const shown = this.#take();
    this.#column = 0;
    this.#blanks = "";
    return shown;
  }

  #take(): string {
    if (this.#word === "") return "";
    const [blanks, word] = [this.#blanks, this.#word];
    this.#blanks = this.#word = "";
    const length = blanks.length + word.length;
    const fits = this.#column === 0 || this.#column + length <= this.#width();
    this.#column = fits ? this.#column + length : word.length;
    // At the edge the break stands for the blanks.
    return fits ? blanks + word : `\n${word}`;
  }
}
