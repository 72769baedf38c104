import { encodeText } from "@shadowbox/vfs";

/**
 * What a person types while a program runs, as its input ({@link ExecOptions.stdin}): it comes as it is typed, UTF-8, and ends with
 * {@link TypedInput.end} or when nobody wants more.
 */
export class TypedInput implements AsyncIterableIterator<Uint8Array> {
  readonly #ready: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  /** Nothing more comes. */
  isOver = false;

  /** Gives what was typed. */
  add(text: string): void {
    this.#ready.push(encodeText(text));
    this.#wake?.();
  }

  /** Ends the input, as Ctrl-D does. */
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

  /** What was not asked for; it is given once. */
  get rest(): Uint8Array[] {
    return this.#ready.splice(0);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
