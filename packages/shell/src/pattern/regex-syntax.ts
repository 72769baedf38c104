import {
  type CharacterTest,
  classTest,
  foldTest,
  lowerCode,
  parseBracket,
  upperCode,
} from "./character-class.ts";

/** A POSIX extended regular expression, with the extensions of the GNU C library. */
export type RegexNode =
  | { type: "empty" }
  | { type: "character"; test: CharacterTest; code: number | null }
  | { type: "assert"; kind: Assertion }
  | { type: "group"; index: number; node: RegexNode }
  | { type: "sequence"; nodes: RegexNode[] }
  | { type: "alternatives"; nodes: RegexNode[] }
  | { type: "repeat"; node: RegexNode; least: number; most: number }
  | { type: "reference"; index: number };

/** Start, end, word boundary, none, start and end of a word. */
export type Assertion = "^" | "$" | "b" | "B" | "<" | ">";

export interface ParsedRegex {
  root: RegexNode;
  groups: number;
  references: boolean;
}

/** Bound on `{n,m}`, as RE_DUP_MAX. */
const MAX_REPEAT = 32767;

/** Parses a regex; `undefined` where the C library's `regcomp` refuses it. */
export function parseRegex(text: string, nocase: boolean): ParsedRegex | undefined {
  const parser = new RegexParser(text, nocase);
  try {
    const root = parser.alternatives(0);
    return { root, groups: parser.groups, references: parser.references };
  } catch (error) {
    if (error instanceof BadRegex || error instanceof RangeError) return undefined;
    throw error;
  }
}

class BadRegex extends Error {}

class RegexParser {
  groups = 0;
  references = false;
  private readonly text: string;
  private readonly nocase: boolean;
  private at = 0;

  constructor(text: string, nocase: boolean) {
    this.text = text;
    this.nocase = nocase;
  }

  alternatives(depth: number): RegexNode {
    const nodes = [this.sequence(depth)];
    while (this.text[this.at] === "|") {
      this.at++;
      nodes.push(this.sequence(depth));
    }
    return nodes.length === 1 ? nodes[0]! : { type: "alternatives", nodes };
  }

  private sequence(depth: number): RegexNode {
    const nodes: RegexNode[] = [];
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined || c === "|" || (c === ")" && depth > 0)) break;
      nodes.push(this.repeated(this.atom(depth)));
    }
    if (nodes.length === 1) return nodes[0]!;
    return nodes.length === 0 ? { type: "empty" } : { type: "sequence", nodes };
  }

  private atom(depth: number): RegexNode {
    const { text } = this;
    const c = text[this.at]!;
    switch (c) {
      case "*":
      case "+":
      case "?":
      case "{":
        throw new BadRegex();
      case "^":
      case "$":
        this.at++;
        // An anchor cannot be repeated: what follows stands alone, and is refused if it is an operator.
        return { type: "assert", kind: c };
      case ".":
        this.at++;
        return { type: "character", test: () => true, code: null };
      case "(":
        return this.group(depth);
      case "[":
        return this.bracket();
      case "\\":
        return this.escape();
      default:
        return this.character(this.at);
    }
  }

  private group(depth: number): RegexNode {
    const index = ++this.groups;
    this.at++;
    const node = this.alternatives(depth + 1);
    if (this.text[this.at] !== ")") throw new BadRegex();
    this.at++;
    return { type: "group", index, node };
  }

  private bracket(): RegexNode {
    const bracket = parseBracket(this.text, this.at, { escapes: false, bang: false });
    if (bracket === undefined || bracket === "invalid") throw new BadRegex();
    this.at = bracket.end;
    return { type: "character", test: this.nocase ? foldTest(bracket.test) : bracket.test, code: null };
  }

  private character(at: number): RegexNode {
    const code = this.text.codePointAt(at)!;
    this.at = at + (code > 0xffff ? 2 : 1);
    if (!this.nocase || (lowerCode(code) === code && upperCode(code) === code))
      return { type: "character", test: (other) => other === code, code };
    return { type: "character", test: foldTest((other) => other === code), code: null };
  }

  private escape(): RegexNode {
    const c = this.text[this.at + 1];
    if (c === undefined) throw new BadRegex();
    if (c >= "1" && c <= "9") {
      if (Number(c) > this.groups) throw new BadRegex();
      this.references = true;
      this.at += 2;
      return { type: "reference", index: Number(c) };
    }
    const kind = c === "`" ? "^" : c === "'" ? "$" : c;
    if ("^$bB<>".includes(kind) && kind !== c) return this.assertion(kind as Assertion);
    if (c === "b" || c === "B" || c === "<" || c === ">") return this.assertion(c);
    const shorthand = this.shorthand(c);
    if (shorthand) {
      this.at += 2;
      return { type: "character", test: shorthand, code: null };
    }
    return this.character(this.at + 1);
  }

  private assertion(kind: Assertion): RegexNode {
    this.at += 2;
    return { type: "assert", kind };
  }

  /** `\w \W \s \S` */
  private shorthand(c: string): CharacterTest | undefined {
    const name = { w: "word", s: "space" }[c.toLowerCase()];
    if (name === undefined) return undefined;
    const test = classTest(name)!;
    return c === c.toLowerCase() ? test : (code) => !test(code);
  }

  private repeated(atom: RegexNode): RegexNode {
    let node = atom;
    if (node.type === "assert" && (node.kind === "^" || node.kind === "$")) return node;
    for (;;) {
      const c = this.text[this.at];
      if (c === "*") node = repeat(node, 0, Number.POSITIVE_INFINITY);
      else if (c === "+") node = repeat(node, 1, Number.POSITIVE_INFINITY);
      else if (c === "?") node = repeat(node, 0, 1);
      else if (c === "{") {
        node = this.interval(node);
        continue;
      } else return node;
      this.at++;
    }
  }

  private interval(node: RegexNode): RegexNode {
    const match = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.text.slice(this.at, this.at + 20));
    if (!match || (match[1] === "" && match[2] === undefined)) throw new BadRegex();
    const least = Number(match[1]);
    const most =
      match[2] === undefined ? least : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (most < least || least > MAX_REPEAT || (most > MAX_REPEAT && most !== Number.POSITIVE_INFINITY))
      throw new BadRegex();
    this.at += match[0].length;
    return repeat(node, least, most);
  }
}

function repeat(node: RegexNode, least: number, most: number): RegexNode {
  return { type: "repeat", node, least, most };
}
