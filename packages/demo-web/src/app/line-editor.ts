const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A line of commands that is being written, as terminals' keys change it; what was written before is at hand. */
export class LineEditor {
  #text = "";
  #cursor = 0;
  /** Lines before this one, and at which of them the person is; the last place is the new line's. */
  readonly #history: string[] = [];
  #at = 0;
  #draft = "";
  #cut = "";

  get text(): string {
    return this.#text;
  }

  /** What is before the cursor, and what is behind it. */
  get parts(): readonly [before: string, behind: string] {
    return [this.#text.slice(0, this.#cursor), this.#text.slice(this.#cursor)];
  }

  /** Puts another text in the line's place, the cursor behind it. */
  set(text: string): void {
    this.#text = text;
    this.#cursor = text.length;
  }

  insert(text: string): void {
    const [before, behind] = this.parts;
    this.set(before + text);
    this.#text += behind;
  }

  /** Adds to the end; the cursor stays. */
  append(text: string): void {
    this.#text += text;
  }

  toEnd(): void {
    this.#cursor = this.#text.length;
  }

  /** Begins a new line; the one before is kept, unless it says nothing new. */
  next(): void {
    if (this.#text.trim() !== "" && this.#history.at(-1) !== this.#text) this.#history.push(this.#text);
    this.#at = this.#history.length;
    this.set("");
  }

  /** Lines from before the first one here. */
  remember(lines: readonly string[]): void {
    this.#history.unshift(...lines);
    this.#at += lines.length;
  }

  /** The newest line before place `below` that has this in it, and its place. */
  find(part: string, below = this.#history.length): { text: string; at: number } | undefined {
    for (let at = Math.min(below, this.#history.length) - 1; at >= 0; at--) {
      const text = this.#history[at] as string;
      if (text.includes(part)) return { text, at };
    }
    return undefined;
  }

  /** Does what a key means; false where it means nothing to a line. */
  press(key: string): boolean {
    const act = KEYS.get(key);
    if (act !== undefined) this[act]();
    return act !== undefined;
  }

  left(): void {
    this.#cursor -= lastOf(this.parts[0]).length;
  }

  right(): void {
    this.#cursor += firstOf(this.parts[1]).length;
  }

  wordLeft(): void {
    this.#cursor = this.parts[0].search(/[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u);
  }

  wordRight(): void {
    this.#cursor += /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(this.parts[1])?.[0].length ?? 0;
  }

  /** To the beginning of this line of several. */
  home(): void {
    this.#cursor = this.parts[0].lastIndexOf("\n") + 1;
  }

  end(): void {
    this.#cursor += /^[^\n]*/.exec(this.parts[1])?.[0].length ?? 0;
  }

  back(): void {
    this.#take(lastOf(this.parts[0]).length, 0);
  }

  remove(): void {
    this.#take(0, firstOf(this.parts[1]).length);
  }

  cutWord(): void {
    this.#keep(/\S*\s*$/.exec(this.parts[0])?.[0] ?? "", "");
  }

  cutPartLeft(): void {
    this.#keep(/[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u.exec(this.parts[0])?.[0] ?? "", "");
  }

  cutPartRight(): void {
    this.#keep("", /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(this.parts[1])?.[0] ?? "");
  }

  cutLeft(): void {
    this.#keep(this.parts[0], "");
  }

  cutRight(): void {
    this.#keep("", this.parts[1]);
  }

  yank(): void {
    this.insert(this.#cut);
  }

  /** Changes places with the character before. */
  swap(): void {
    if (this.#cursor === this.#text.length) this.left();
    const [before, behind] = this.parts;
    const [one, other] = [lastOf(before), firstOf(behind)];
    if (one === "" || other === "") return;
    this.#take(one.length, other.length);
    this.insert(other + one);
  }

  up(): void {
    this.#go(this.#at - 1);
  }

  down(): void {
    this.#go(this.#at + 1);
  }

  #go(to: number): void {
    if (to < 0 || to > this.#history.length) return;
    if (this.#at === this.#history.length) this.#draft = this.#text;
    this.#at = to;
    this.set(this.#history[to] ?? this.#draft);
  }

  #keep(before: string, behind: string): void {
    this.#cut = before + behind;
    this.#take(before.length, behind.length);
  }

  #take(before: number, behind: number): void {
    const at = this.#cursor - before;
    this.#text = this.#text.slice(0, at) + this.#text.slice(this.#cursor + behind);
    this.#cursor = at;
  }
}

type Act = {
  [Name in keyof LineEditor]: LineEditor[Name] extends () => void ? Name : never;
}[keyof LineEditor];

/** Keys, as terminals send them. */
const KEYS: ReadonlyMap<string, Act> = new Map(
  Object.entries<string[]>({
    left: ["\x1b[D", "\x1bOD", "\x02"],
    right: ["\x1b[C", "\x1bOC", "\x06"],
    wordLeft: ["\x1b[1;5D", "\x1b[1;3D", "\x1bb"],
    wordRight: ["\x1b[1;5C", "\x1b[1;3C", "\x1bf"],
    home: ["\x01", "\x1b[H", "\x1bOH", "\x1b[1~"],
    end: ["\x05", "\x1b[F", "\x1bOF", "\x1b[4~"],
    back: ["\x7f", "\b"],
    remove: ["\x1b[3~", "\x04"],
    cutWord: ["\x17"],
    cutPartLeft: ["\x1b\x7f", "\x1b\b"],
    cutPartRight: ["\x1bd", "\x1b[3;5~"],
    cutLeft: ["\x15"],
    cutRight: ["\x0b"],
    yank: ["\x19"],
    swap: ["\x14"],
    up: ["\x1b[A", "\x1bOA", "\x10"],
    down: ["\x1b[B", "\x1bOB", "\x0e"],
  }).flatMap(([act, keys]) => keys.map((key) => [key, act as Act] as const)),
);

const firstOf = (text: string): string =>
  segments.segment(text)[Symbol.iterator]().next().value?.segment ?? "";

const lastOf = (text: string): string => segments.segment(text).containing(text.length - 1)?.segment ?? "";
