import { ShellError } from "../errors.ts";
import { compute } from "./integer.ts";
import type { Integer, VariableNode } from "./syntax.ts";

/**
 * `end`, `number`, `name`, an operator, or: `=` with `assigns` for `op=`; `pre++` `pre--` `post++` `post--`.
 */
export type Token = string;

const WHITESPACE = /[ \t\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9][0-9A-Za-z#@_]*/y;
const OPERATOR = /<<=|>>=|==|!=|<=|>=|<<|>>|&&|\|\||\*\*|[-+*/%&^|]=|\+\+|--|[-=><+*/%!()&|^~?:,]/y;
const AFTER_STEP = /[ \t\n]*[A-Za-z_]/y;

/** What a failed evaluation says: the expression, why, and the text from the token at fault on. */
export function arithmeticError(text: string, why: string, at: number): ShellError {
  return new ShellError(
    "arithmetic",
    `${text.replace(/^[ \t]+/, "")}: ${why} (error token is "${text.slice(at)}")`,
  );
}

/** Tokens of an expression, told apart by what came before as bash does (`x++ + y`, `- -1`, `--x`). */
export class Scanner {
  readonly text: string;
  /** The token at hand and the one before it. */
  token: Token = "end";
  previous: Token = "end";
  /** Where the token at hand starts: what an error quotes. At the end, the last token. */
  start = 0;
  number: Integer = 0;
  variable: VariableNode | null = null;
  /** The name at hand is followed by `=`: its value does not count. */
  assigned = false;
  /** Of an `op=` token. */
  operator = "";
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(why: string): never {
    throw arithmeticError(this.text, why, this.start);
  }

  at(token: Token): boolean {
    return this.token === token;
  }

  /** Goes to the next token and answers it. */
  next(): Token {
    const { text } = this;
    this.position = this.match(WHITESPACE, this.position)!;
    if (this.position >= text.length) {
      this.previous = this.token;
      this.token = "end";
      return "end";
    }
    this.start = this.position;
    const before = this.token;
    const token = this.scan();
    this.previous = before;
    this.token = token;
    return token;
  }

  /** The step operator right after a name: it has to be looked for before the name's value counts. */
  takeStep(): 1 | -1 | null {
    const at = this.match(WHITESPACE, this.position)!;
    const two = this.text.slice(at, at + 2);
    if (two !== "++" && two !== "--") return null;
    this.position = at + 2;
    this.token = "number";
    return two === "++" ? 1 : -1;
  }

  private match(pattern: RegExp, at: number): number | null {
    pattern.lastIndex = at;
    return pattern.test(this.text) ? pattern.lastIndex : null;
  }

  private scan(): Token {
    const { start, text } = this;
    const nameEnd = this.match(NAME, start);
    if (nameEnd !== null) return this.scanVariable(nameEnd);
    const numberEnd = this.match(NUMBER, start);
    if (numberEnd !== null) {
      this.number = this.constant(text.slice(start, numberEnd), numberEnd);
      this.position = numberEnd;
      return "number";
    }
    return this.scanOperator();
  }

  private scanVariable(nameEnd: number): Token {
    const { start, text } = this;
    let subscript: string | null = null;
    this.position = nameEnd;
    if (text[nameEnd] === "[") {
      const end = subscriptEnd(text, nameEnd);
      if (end < 0) this.fail("bad array subscript");
      subscript = text.slice(nameEnd + 1, end);
      this.position = end + 1;
    }
    const { token, previous, position } = this;
    this.token = "name";
    // What follows is read before the name's value counts.
    const assigned = this.next() === "=";
    Object.assign(this, { token, previous, position, start, assigned });
    this.variable = { type: "variable", name: text.slice(start, nameEnd), subscript, at: start };
    return "name";
  }

  private scanOperator(): Token {
    const end = this.match(OPERATOR, this.start);
    if (end === null) {
      const afterOperand = this.token === "number" || this.token === "name" || this.token.startsWith("p");
      this.fail(
        afterOperand ? "syntax error: invalid arithmetic operator" : "syntax error: operand expected",
      );
    }
    const token = this.text.slice(this.start, end);
    this.position = end;
    if (token === "++" || token === "--") return this.scanStep(token);
    if (token.length > 1 && token.endsWith("=") && !["==", "!=", "<=", ">="].includes(token)) {
      this.operator = token.slice(0, -1);
      return "op=";
    }
    return token;
  }

  /** `++` before a name is a step; elsewhere it is two signs. */
  private scanStep(token: "++" | "--"): Token {
    if (this.token === "number" && this.previous.startsWith("pre"))
      this.fail(`${token}: assignment requires lvalue`);
    if (this.match(AFTER_STEP, this.position) !== null) return `pre${token}`;
    this.position--;
    return token[0]!;
  }

  /** The value of a constant: decimal, `0` octal, `0x`, `base#digits`. */
  private constant(text: string, end: number): Integer {
    if (text.length < 16 && /^(?:0|[1-9][0-9]*)$/.test(text)) return Number(text);
    const fail = (why: string): never => {
      throw arithmeticError(this.text.slice(0, end), why, this.start);
    };
    let base = 10;
    let digits = text;
    const hash = text.indexOf("#");
    if (/^0[xX]/.test(text)) {
      base = 16;
      digits = text.slice(2);
    } else if (text.startsWith("0")) {
      base = 8;
      digits = text.slice(1);
    } else if (hash > 0) {
      base = Number(digitsValue(text.slice(0, hash), 10, fail));
      if (base < 2 || base > 64) fail("invalid arithmetic base");
      digits = text.slice(hash + 1);
      if (!/^[0-9A-Za-z@_]/.test(digits)) fail("invalid integer constant");
    }
    return digitsValue(digits, base, fail);
  }
}

function digitsValue(digits: string, base: number, fail: (why: string) => never): Integer {
  let value: Integer = 0;
  for (const character of digits) {
    if (character === "#") fail("invalid number");
    const digit = digitValue(character, base);
    if (digit >= base) fail("value too great for base");
    value = compute("+", compute("*", value, base), digit);
  }
  return value;
}

function digitValue(character: string, base: number): number {
  const code = character.charCodeAt(0);
  if (code <= 57) return code - 48;
  if (code >= 97) return code - 87;
  if (character === "_") return 63;
  if (code >= 65) return base <= 36 ? code - 55 : code - 29;
  return 62;
}

/** The `]` that closes the `[` at `open`, past nested brackets and quotes; -1 for none. */
export function subscriptEnd(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") i++;
    else if (c === "[") depth++;
    else if (c === "]" && --depth === 0) return i;
    else if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      if (end > 0) i = end;
    }
  }
  return -1;
}
