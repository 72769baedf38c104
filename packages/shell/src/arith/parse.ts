import { ShellError } from "../errors.ts";
import { Scanner, type Token } from "./scanner.ts";
import type { ArithmeticNode, ArithmeticProgram, BinaryOperator, VariableNode } from "./syntax.ts";

/** How tightly operators bind. `**` groups to the right, all others to the left. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 11,
};

const cache = new Map<string, ArithmeticProgram>();
const CACHE_SIZE = 2000;

/** The tree of an expression. Throws a {@link ShellError} with bash's text. Trees are kept, so parsing a text again is free. */
export function parseArithmetic(text: string): ArithmeticProgram {
  const known = cache.get(text);
  if (known) return known;
  const program = { text, root: parse(text) };
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(text, program);
  return program;
}

function parse(text: string): ArithmeticNode | null {
  if (/^[ \t\n]*$/.test(text)) return null;
  const scanner = new Scanner(text);
  scanner.next();
  try {
    const root = comma(scanner);
    if (scanner.token !== "end")
      following(upTo(scanner, root), () => scanner.fail("syntax error in expression"));
    return root;
  } catch (error) {
    if (error instanceof RangeError)
      throw new ShellError("arithmetic", `${text.slice(0, 40)}: expression recursion level exceeded`);
    const read = error instanceof ShellError ? readBefore.get(error) : undefined;
    if (read === undefined) throw error;
    return { type: "comma", left: read, right: { type: "failure", error: error as ShellError } };
  }
}

/**
 * What bash had read, and so evaluated, before it met a mistake: it evaluates while it reads, so that `1/0 .` is a division by
 * zero and not a syntax error.
 */
const readBefore = new WeakMap<ShellError, ArithmeticNode>();

/** Reads what follows `left`; of a failure, what was read is `around` what was read there. */
function following<T>(
  left: ArithmeticNode,
  read: () => T,
  around: (rest: ArithmeticNode) => ArithmeticNode = (right) => ({ type: "comma", left, right }),
): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ShellError) {
      const rest = readBefore.get(error);
      readBefore.set(error, rest === undefined ? left : around(rest));
    }
    throw error;
  }
}

/** What counts where the token at hand cannot be: a name is evaluated as soon as it is read, but not before `=`. */
function upTo(s: Scanner, read: ArithmeticNode): ArithmeticNode {
  return s.token === "name" && !s.assigned ? { type: "comma", left: read, right: s.variable! } : read;
}

function comma(s: Scanner): ArithmeticNode {
  let node = assignment(s);
  while (s.token === ",") {
    const left = node;
    const right = following(left, () => {
      s.next();
      return assignment(s);
    });
    node = { type: "comma", left, right };
  }
  return node;
}

function assignment(s: Scanner): ArithmeticNode {
  const left = condition(s);
  if (s.token !== "=" && s.token !== "op=") return left;
  if (s.previous !== "name" || left.type !== "variable") s.fail("attempted assignment to non-variable");
  const operator = s.token === "=" ? null : (s.operator as BinaryOperator);
  const target = left as VariableNode;
  let at = 0;
  const read = () => {
    s.next();
    at = s.start;
    return assignment(s);
  };
  // The old value counts before what follows is read.
  const value = operator === null ? read() : following(target, read);
  return { type: "assign", target, operator, value, at };
}

function condition(s: Scanner): ArithmeticNode {
  const test = binary(s, 1);
  if (s.token !== "?") return test;
  const zero: ArithmeticNode = { type: "number", value: 0 };
  const half = (then: ArithmeticNode): ArithmeticNode => ({
    type: "condition",
    condition: test,
    then,
    otherwise: zero,
  });
  const then = following(
    test,
    () => {
      const first = s.next();
      if (first === "end" || first === ":") s.fail("expression expected");
      return comma(s);
    },
    half,
  );
  if (!s.at(":")) following(half(upTo(s, then)), () => s.fail("`:' expected for conditional expression"));
  const whole = (otherwise: ArithmeticNode): ArithmeticNode => ({
    type: "condition",
    condition: test,
    then,
    otherwise,
  });
  const otherwise = following(
    whole(zero),
    () => {
      if (s.next() === "end") s.fail("expression expected");
      return condition(s);
    },
    whole,
  );
  s.previous = "number";
  return whole(otherwise);
}

function binary(s: Scanner, least: number): ArithmeticNode {
  let left = unary(s);
  for (;;) {
    const operator: Token = s.token;
    const precedence = PRECEDENCE[operator];
    if (precedence === undefined || precedence < least) return left;
    const power = operator === "**";
    const before = left;
    let at = 0;
    const read = () => {
      s.next();
      at = s.start;
      return binary(s, power ? precedence : precedence + 1);
    };
    if (operator === "&&" || operator === "||") {
      const logic = (right: ArithmeticNode): ArithmeticNode => ({
        type: "logic",
        operator,
        left: before,
        right,
      });
      left = logic(following(before, read, logic));
    } else {
      const right = following(before, read);
      const end = power ? s.start : at;
      left = { type: "binary", operator: operator as BinaryOperator, left: before, right, at: end };
    }
    s.previous = "number";
  }
}

function unary(s: Scanner): ArithmeticNode {
  const operator = s.token;
  if (operator !== "!" && operator !== "~" && operator !== "-" && operator !== "+") return primary(s);
  s.next();
  const operand = unary(s);
  s.previous = "number";
  if (operand.type === "number" && operator === "-" && typeof operand.value === "number")
    return { type: "number", value: 0 - operand.value };
  return { type: "unary", operator, operand };
}

function primary(s: Scanner): ArithmeticNode {
  const { token } = s;
  if (token === "number") {
    const { number: value } = s;
    s.next();
    return { type: "number", value };
  }
  if (token === "name") {
    const target = s.variable!;
    const by = s.takeStep();
    s.next();
    return by === null ? target : { type: "step", target, by, prefix: false };
  }
  if (token === "pre++" || token === "pre--") {
    s.next();
    const target = s.variable!;
    // `--x = 7` is an error, as the name is used up.
    s.token = "number";
    s.previous = token;
    s.next();
    return { type: "step", target, by: token === "pre++" ? 1 : -1, prefix: true };
  }
  if (token !== "(") s.fail("syntax error: operand expected");
  s.next();
  const inner = comma(s);
  if (s.token !== ")") following(upTo(s, inner), () => s.fail("missing `)'"));
  s.next();
  return inner;
}
