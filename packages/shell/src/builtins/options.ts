/**
 * The options in front of a builtin's operands (POSIX XBD 12.2): their letters one by one, up to `--` or the first operand.
 * While a letter is looked at, {@link value} or {@link next} takes what belongs to it.
 */
export class Options implements Iterable<string> {
  readonly #args: readonly string[];
  readonly #isOption: RegExp;
  #at = 0;
  #rest: string[] = [];

  constructor(args: readonly string[], isOption = /^-./) {
    this.#args = args;
    this.#isOption = isOption;
  }

  *[Symbol.iterator](): Generator<string> {
    for (; this.#at < this.#args.length; this.#at++) {
      const arg = this.#args[this.#at] as string;
      if (arg === "--") {
        this.#at++;
        return;
      }
      if (!this.#isOption.test(arg)) return;
      this.#rest = [...arg].slice(1);
      while (this.#rest.length > 0) yield this.#rest.shift() as string;
    }
  }

  /** The letter's value: what follows it in its argument, else the next argument; undefined when there is none. */
  value(): string | undefined {
    const attached = this.#rest.splice(0).join("");
    return attached === "" ? this.next() : attached;
  }

  /** The next argument, as a value of the letter; more letters may follow this one in its own argument. */
  next(): string | undefined {
    return this.#args[++this.#at];
  }

  /** What is left after the options; whole when all letters have been looked at. */
  operands(): string[] {
    return this.#args.slice(this.#at);
  }
}
