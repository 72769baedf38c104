import { escapePattern } from "./quote.ts";

/** Takes the pieces of a word as they are expanded. */
export interface Sink {
  /** Quoted text: no splitting, no globbing. */
  quoted(text: string): void;
  /** Unquoted text of the source: globs count, no splitting. */
  literal(text: string): void;
  /** The unquoted result of an expansion: split and globbed. */
  split(text: string): void;
  /** Several values: positional parameters or array elements. `star`: written with `*`. */
  list(values: readonly string[], quoted: boolean, star: boolean): void;
  /** An empty quoted part was there, so that the field exists. */
  /** `beside`: also beside an empty `"$@"`. */
  mark(beside?: boolean): void;
}

/** How fields are separated: made from IFS. */
export interface Separators {
  ifs: string;
  whitespace: string;
  /** What `"$*"` joins with. */
  joiner: string;
}

const cache = new Map<string, Separators>();
const DEFAULT = " \t\n";

export function separatorsOf(ifs: string | undefined): Separators {
  const text = ifs ?? DEFAULT;
  let found = cache.get(text);
  if (!found) {
    const chars = [...text];
    const whitespace = chars.filter((ch) => DEFAULT.includes(ch)).join("");
    found = { ifs: text, whitespace, joiner: chars[0] ?? "" };
    if (cache.size > 100) cache.clear();
    cache.set(text, found);
  }
  return found;
}

/** A finished field; `pattern` is there when a glob in it is not quoted. */
export interface Field {
  text: string;
  pattern: string | undefined;
}

const GLOB_HINT = /[*?[\\]|[+@!]\(/;

/** Builds the fields of a word. */
export class FieldSink implements Sink {
  readonly fields: Field[] = [];
  readonly #sep: Separators;
  #text = "";
  #pattern: string | undefined;
  #started = false;
  /** White space ended a field and nothing has come since: one more separator belongs to it. */
  #afterSpace = false;

  constructor(separators: Separators) {
    this.#sep = separators;
  }

  quoted(text: string): void {
    this.#started = true;
    this.#afterSpace = false;
    this.#text += text;
    if (this.#pattern !== undefined) this.#pattern += escapePattern(text);
  }

  literal(text: string): void {
    if (text === "") return;
    if (this.#pattern !== undefined) this.#pattern += text;
    else if (GLOB_HINT.test(text)) this.#pattern = escapePattern(this.#text) + text;
    else if (text.startsWith("(") && /[?*+@!]$/.test(this.#text))
      this.#pattern = escapePattern(this.#text) + text;
    this.#started = true;
    this.#afterSpace = false;
    this.#text += text;
  }

  split(text: string): void {
    const { ifs, whitespace } = this.#sep;
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const ch = text[at] as string;
      if (!ifs.includes(ch)) continue;
      if (at > from) this.literal(text.slice(from, at));
      from = at + 1;
      if (whitespace.includes(ch)) {
        if (this.#started) {
          this.#finish();
          this.#afterSpace = true;
        }
      } else if (this.#afterSpace) this.#afterSpace = false;
      else this.#finish();
    }
    if (from < text.length) this.literal(from ? text.slice(from) : text);
  }

  list(values: readonly string[], quoted: boolean, star: boolean): void {
    if (quoted && star) {
      this.quoted(values.join(this.#sep.joiner));
      return;
    }
    const { ifs, joiner, whitespace } = this.#sep;
    // With a blank first and other separators after it, bash joins the values before it splits.
    if (!quoted && joiner !== "" && whitespace.includes(joiner) && ifs.length > whitespace.length) {
      this.split(values.join(joiner));
      return;
    }
    const hard = !quoted && joiner !== "" && !whitespace.includes(joiner);
    values.forEach((value, index) => {
      if (index > 0) {
        if (quoted || hard || this.#started) this.#finish();
        this.#afterSpace = false;
      }
      if (quoted) this.quoted(value);
      else this.split(value);
    });
  }

  mark(): void {
    this.#started = true;
    this.#afterSpace = false;
  }

  /** Ends the last field. */
  end(): Field[] {
    if (this.#started) this.#finish();
    return this.fields;
  }

  #finish(): void {
    this.fields.push({ text: this.#text, pattern: this.#pattern });
    this.#text = "";
    this.#pattern = undefined;
    this.#started = false;
  }
}

/** Builds one text: no splitting, no globbing. */
export class TextSink implements Sink {
  text = "";
  readonly #sep: Separators;

  constructor(separators: Separators) {
    this.#sep = separators;
  }

  quoted(text: string): void {
    this.text += text;
  }

  literal(text: string): void {
    this.text += text;
  }

  split(text: string): void {
    this.text += text;
  }

  list(values: readonly string[], _quoted: boolean, star: boolean): void {
    this.text += values.join(star ? this.#sep.joiner : " ");
  }

  mark(): void {}
}

/** Builds a pattern: what was quoted is escaped, so that it stands for itself. */
export class PatternSink implements Sink {
  text = "";
  readonly #sep: Separators;
  readonly #escape: (text: string) => string;

  constructor(separators: Separators, escapeText: (text: string) => string) {
    this.#sep = separators;
    this.#escape = escapeText;
  }

  quoted(text: string): void {
    this.text += this.#escape(text);
  }

  literal(text: string): void {
    this.text += text;
  }

  split(text: string): void {
    this.text += text;
  }

  list(values: readonly string[], quoted: boolean, star: boolean): void {
    const joined = values.join(star ? this.#sep.joiner : " ");
    this.text += quoted ? this.#escape(joined) : joined;
  }

  mark(): void {}
}
