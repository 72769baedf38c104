import { ShellError } from "../errors.ts";
import { compareNumbers } from "../interp/conditional.ts";
import { compareFiles, isUnaryOperator, testUnary } from "../interp/file-tests.ts";
import type { Interpreter } from "../interp/interpreter.ts";

const BINARY = new Set([
  "=",
  "==",
  "!=",
  "<",
  ">",
  "-eq",
  "-ne",
  "-lt",
  "-le",
  "-gt",
  "-ge",
  "-nt",
  "-ot",
  "-ef",
]);

/** `test expression`, `[ expression ]`: 0 true, 1 false, 2 wrong. */
export function testBuiltin(sh: Interpreter, args: string[], name: string): number {
  let words = args;
  if (name === "[") {
    if (args[args.length - 1] !== "]") {
      sh.builtinError("[", "missing `]'");
      return 2;
    }
    words = args.slice(0, -1);
  }
  try {
    return new Test(sh, words).run() ? 0 : 1;
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code === "subscript") throw failure;
    sh.builtinError(name, failure.message);
    return 2;
  }
}

function wrong(message: string): ShellError {
  return new ShellError("expansion", message);
}

/** POSIX's rules by number of arguments, then the old grammar with `-a` and `-o`. */
class Test {
  readonly #sh: Interpreter;
  readonly #words: string[];
  #at = 0;

  constructor(sh: Interpreter, words: string[]) {
    this.#sh = sh;
    this.#words = words;
  }

  run(): boolean {
    return this.#byCount(0, this.#words.length);
  }

  #byCount(from: number, count: number): boolean {
    const words = this.#words;
    const [a, b, c] = words.slice(from, from + 3) as [string, string, string];
    switch (count) {
      case 0:
        return false;
      case 1:
        return a !== "";
      case 2:
        if (a === "!") return b === "";
        if (isUnaryOperator(a)) return testUnary(this.#sh, a, b);
        throw wrong(`${a}: unary operator expected`);
      case 3:
        if (BINARY.has(b)) return this.#binary(a, b, c);
        if (b === "-a") return a !== "" && c !== "";
        if (b === "-o") return a !== "" || c !== "";
        if (a === "!") return !this.#byCount(from + 1, 2);
        if (a === "(" && c === ")") return b !== "";
        throw wrong(`${b}: binary operator expected`);
      case 4:
        if (a === "!") return !this.#byCount(from + 1, 3);
        if (a === "(" && words[from + 3] === ")") return this.#byCount(from + 1, 2);
        break;
    }
    this.#at = from;
    const value = this.#or();
    const more = words[this.#at];
    if (more !== undefined)
      throw wrong(more.startsWith("-") ? `syntax error: \`${more}' unexpected` : "too many arguments");
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#words[this.#at] === "-o") {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#term();
    while (this.#words[this.#at] === "-a") {
      this.#at++;
      const right = this.#term();
      value = value && right;
    }
    return value;
  }

  #term(): boolean {
    const words = this.#words;
    const word = words[this.#at];
    if (word === undefined) throw wrong("argument expected");
    if (word === "!") {
      this.#at++;
      return !this.#term();
    }
    const operator = words[this.#at + 1];
    if (
      word === "(" &&
      !(
        operator !== undefined &&
        BINARY.has(operator) &&
        words[this.#at + 2] !== undefined &&
        words[this.#at + 2] !== ")"
      )
    ) {
      this.#at++;
      const value = this.#or();
      const end = words[this.#at];
      if (end !== ")") throw wrong(`\`)' expected${end === undefined ? "" : `, found ${end}`}`);
      this.#at++;
      return value;
    }
    if (operator !== undefined && BINARY.has(operator) && this.#at + 2 < words.length) {
      const value = this.#binary(word, operator, words[this.#at + 2] as string);
      this.#at += 3;
      return value;
    }
    if (isUnaryOperator(word) && this.#at + 1 < words.length) {
      const value = testUnary(this.#sh, word, words[this.#at + 1] as string);
      this.#at += 2;
      return value;
    }
    this.#at++;
    return word !== "";
  }

  #binary(left: string, operator: string, right: string): boolean {
    switch (operator) {
      case "=":
      case "==":
        return left === right;
      case "!=":
        return left !== right;
      case "<":
        return left < right;
      case ">":
        return left > right;
      case "-nt":
      case "-ot":
      case "-ef":
        return compareFiles(this.#sh, operator, left, right);
      default:
        return compareNumbers(operator, integer(left), integer(right));
    }
  }
}

function integer(text: string): bigint {
  const match = /^\s*([-+]?\d+)[ \t]*$/.exec(text);
  if (!match) throw wrong(`${text}: integer expression expected`);
  const value = BigInt(match[1]?.replace("+", "") as string);
  if (BigInt.asIntN(64, value) !== value) throw wrong(`${text}: integer expression expected`);
  return value;
}
