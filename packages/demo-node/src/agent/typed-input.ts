/** What a person types while a program runs, as its input: it comes as it is typed, and ends with Ctrl-D or when nobody wants more. */
export class TypedInput implements AsyncIterableIterator<Uint8Array> {
  readonly #ready: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  isOver = false;

  add(text: string): void {
    this.#ready.push(new TextEncoder().encode(text));
    this.#wake?.();
  }

  end(): void {
    this.isOver = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#ready.length === 0 && !this.isOver)
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    const value = this.#ready.shift();
    return value === undefined ? { value, done: true } : { value, done: false };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.end();
    return { value: undefined, done: true };
  }

  /** What was not asked for. */
  get rest(): Uint8Array[] {
    return this.#ready.splice(0);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What stands in the terminal's last row of what a program prints. */
export class LastRow {
  readonly #decoder = new TextDecoder();
  text = "";

  add(bytes: Uint8Array): void {
    const all = this.text + this.#decoder.decode(bytes, { stream: true });
    this.text = all.slice(Math.max(all.lastIndexOf("\n"), all.lastIndexOf("\r", all.length - 2)) + 1);
  }
}
