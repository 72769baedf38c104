import { type CharacterTest, foldTest, lowerCode, parseBracket } from "./character-class.ts";

/** One step of a pattern; a pattern is a row of them. */
export type PatternElement = LiteralElement | OneElement | StarElement | GroupElement;

/** Characters that stand for themselves. */
export interface LiteralElement {
  type: "literal";
  codes: number[];
}

/** One character: `?` (`test` null) or `[…]`. */
export interface OneElement {
  type: "one";
  test: CharacterTest | null;
}

/** `*` */
export interface StarElement {
  type: "star";
}

/** `?(…)`, `*(…)`, `+(…)`, `@(…)`, `!(…)`. */
export interface GroupElement {
  type: "group";
  kind: "?" | "*" | "+" | "@" | "!";
  alternatives: PatternElement[][];
  /** The alternatives are single characters: this tells which. */
  one: CharacterTest | null;
}

export interface PatternOptions {
  /** `?(…)` and its kin count; otherwise parentheses are literal. Default true. */
  extglob?: boolean;
  /** Upper and lower case are the same. */
  nocase?: boolean;
  /** A leading period is matched only by a period (names in a directory without `dotglob`). */
  period?: boolean;
}

/** Parses a pattern in which a backslash quotes the next character. */
export function parsePattern(text: string, options: PatternOptions): PatternElement[] {
  return new PatternParser(text, options).row(0, false);
}

class PatternParser {
  private readonly text: string;
  private readonly extglob: boolean;
  private readonly nocase: boolean;
  private at = 0;

  constructor(text: string, options: PatternOptions) {
    this.text = text;
    this.extglob = options.extglob ?? true;
    this.nocase = options.nocase ?? false;
  }

  /** Elements from `from` to the end; in a group to `|` or `)`. */
  row(from: number, inGroup: boolean): PatternElement[] {
    const { text } = this;
    const list: PatternElement[] = [];
    this.at = from;
    while (this.at < text.length) {
      const c = text[this.at]!;
      if (inGroup && (c === "|" || c === ")")) break;
      if (this.extglob && text[this.at + 1] === "(" && "?*+@!".includes(c)) {
        if (this.group(c, list)) continue;
        this.rest(list);
        break;
      }
      if (c === "*") {
        if (list[list.length - 1]?.type !== "star") list.push({ type: "star" });
        this.at++;
      } else if (c === "?") {
        list.push({ type: "one", test: null });
        this.at++;
      } else if (c !== "[" || !this.bracket(list)) this.literal(list);
    }
    return list;
  }

  private literal(list: PatternElement[]): void {
    const { text } = this;
    if (text[this.at] === "\\" && this.at + 1 < text.length) this.at++;
    const code = text.codePointAt(this.at)!;
    this.at += code > 0xffff ? 2 : 1;
    const folded = this.nocase ? lowerCode(code) : code;
    const last = list[list.length - 1];
    if (last?.type === "literal") last.codes.push(folded);
    else list.push({ type: "literal", codes: [folded] });
  }

  /** A group without an end: all from there on stands for itself, as in glibc and bash. */
  private rest(list: PatternElement[]): void {
    const codes = [...this.text.slice(this.at)].map((ch) => ch.codePointAt(0)!);
    list.push({ type: "literal", codes: this.nocase ? codes.map(lowerCode) : codes });
    this.at = this.text.length;
  }

  private bracket(list: PatternElement[]): boolean {
    const bracket = parseBracket(this.text, this.at, { escapes: true, bang: true });
    if (bracket === undefined || bracket === "invalid") return false;
    list.push({ type: "one", test: this.nocase ? foldTest(bracket.test) : bracket.test });
    this.at = bracket.end;
    return true;
  }

  /** The group at `at`; false (and nothing changed) where its parenthesis is not closed. */
  private group(kind: string, list: PatternElement[]): boolean {
    if (groupEnd(this.text, this.at + 1) < 0) return false;
    const alternatives: PatternElement[][] = [];
    this.at += 2;
    for (;;) {
      alternatives.push(this.row(this.at, true));
      if (this.text[this.at++] !== "|") break;
    }
    list.push({
      type: "group",
      kind: kind as GroupElement["kind"],
      alternatives,
      one: singles(alternatives),
    });
    return true;
  }
}

/** The `)` that closes the `(` at `open`, -1 for none. */
function groupEnd(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") i++;
    else if (c === "(") depth++;
    else if (c === ")" && --depth === 0) return i;
    else if (c === "[") {
      const bracket = parseBracket(text, i, { escapes: true, bang: true });
      if (!bracket || bracket === "invalid") return -1;
      i = bracket.end - 1;
    }
  }
  return -1;
}

/** One test for a group whose alternatives each match exactly one character. */
function singles(alternatives: PatternElement[][]): CharacterTest | null {
  const tests: CharacterTest[] = [];
  for (const row of alternatives) {
    const [element] = row;
    if (row.length !== 1 || !element) return null;
    if (element.type === "one") tests.push(element.test ?? (() => true));
    else if (element.type === "literal" && element.codes.length === 1) {
      const [only] = element.codes;
      tests.push((code) => code === only);
    } else return null;
  }
  return tests.length === 1 ? tests[0]! : (code) => tests.some((test) => test(code));
}

/** The pattern that matches the mirrored texts. */
export function mirror(row: readonly PatternElement[]): PatternElement[] {
  return row
    .map((element): PatternElement => {
      if (element.type === "literal") return { type: "literal", codes: element.codes.toReversed() };
      if (element.type !== "group") return element;
      return { ...element, alternatives: element.alternatives.map(mirror) };
    })
    .reverse();
}
