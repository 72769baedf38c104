import { isStackEnd, type ShellError } from "../errors.ts";
import { complement, compute, decimal, isTrue, negate } from "./integer.ts";
import { parseArithmetic } from "./parse.ts";
import { arithmeticError } from "./scanner.ts";
import type {
  ArithmeticNode,
  ArithmeticProgram,
  AssignNode,
  BinaryOperator,
  Integer,
  StepNode,
  VariableNode,
} from "./syntax.ts";

/** What `${array[…]}` is indexed by: the number of an element, or the key of an associative array. */
export type ElementKey = Integer | string;

/** The variables an expression works on. */
export interface ArithmeticScope {
  /** A variable's value, `undefined` if it has none (the scope throws where that is an error). */
  get(name: string): string | undefined;
  set(name: string, value: Integer): void;
  /** Resolves a subscript's text, once for each time the expression names the element. */
  key(name: string, subscript: string): ElementKey;
  getElement(name: string, key: ElementKey): string | undefined;
  setElement(name: string, key: ElementKey, value: Integer): void;
}

/** bash's bound on variables whose values are expressions that name variables. */
const MAX_DEPTH = 1023;

/** Evaluates a text. Throws a ShellError whose message is bash's, without the name of the command. */
export function evaluateArithmetic(text: string, scope: ArithmeticScope): Integer {
  return runArithmetic(parseArithmetic(text), scope);
}

/** Evaluates what {@link parseArithmetic} made. */
export function runArithmetic(program: ArithmeticProgram, scope: ArithmeticScope): Integer {
  return program.root === null ? 0 : new Evaluator(program.text, scope, 0).value(program.root);
}

class Evaluator {
  private readonly text: string;
  private readonly scope: ArithmeticScope;
  private readonly depth: number;

  constructor(text: string, scope: ArithmeticScope, depth: number) {
    this.text = text;
    this.scope = scope;
    this.depth = depth;
  }

  value(node: ArithmeticNode): Integer {
    switch (node.type) {
      case "number":
        return node.value;
      case "variable":
        return this.variable(node);
      case "binary":
        return this.binary(node.operator, this.value(node.left), this.value(node.right), node.at);
      case "assign":
        return this.assign(node);
      case "step":
        return this.step(node);
      case "logic": {
        const left = isTrue(this.value(node.left));
        if (node.operator === "&&") return left && isTrue(this.value(node.right)) ? 1 : 0;
        return left || isTrue(this.value(node.right)) ? 1 : 0;
      }
      case "condition":
        return this.value(isTrue(this.value(node.condition)) ? node.then : node.otherwise);
      case "unary":
        return unary(node.operator, this.value(node.operand));
      case "comma":
        this.value(node.left);
        return this.value(node.right);
      case "failure":
        throw node.error;
    }
  }

  private binary(operator: BinaryOperator, left: Integer, right: Integer, at: number): Integer {
    if (operator === "/" || operator === "%") {
      if (right === 0) throw arithmeticError(this.text, "division by 0", at);
    } else if (operator === "**" && right < 0) throw arithmeticError(this.text, "exponent less than 0", at);
    return compute(operator, left, right);
  }

  private variable({ name, subscript, at }: VariableNode): Integer {
    const { scope } = this;
    if (subscript === null) return this.textValue(scope.get(name), at);
    return this.textValue(scope.getElement(name, scope.key(name, subscript)), at);
  }

  /** The value of the text of a variable named at `at`: mostly a decimal number, else an expression of its own. */
  private textValue(text: string | undefined, at: number): Integer {
    if (text === undefined || text === "") return 0;
    if (this.depth >= MAX_DEPTH) throw this.tooDeep(at);
    const quick = quickDecimal(text);
    if (quick !== undefined) return quick;
    const { root } = parseArithmetic(text);
    if (root === null) return 0;
    try {
      return new Evaluator(text, this.scope, this.depth + 1).value(root);
    } catch (error) {
      // The stack of a page's worker ends before bash's bound.
      throw isStackEnd(error) ? this.tooDeep(at) : error;
    }
  }

  private tooDeep(at: number): ShellError {
    return arithmeticError(this.text, "expression recursion level exceeded", at);
  }

  private assign({ target, operator, value, at }: AssignNode): Integer {
    const { scope } = this;
    const { name, subscript } = target;
    if (operator === null) {
      const result = this.value(value);
      // bash looks at the subscript after the value.
      if (subscript === null) scope.set(name, result);
      else scope.setElement(name, scope.key(name, subscript), result);
      return result;
    }
    if (subscript === null) {
      const old = this.textValue(scope.get(name), target.at);
      const result = this.binary(operator, old, this.value(value), at);
      scope.set(name, result);
      return result;
    }
    const key = scope.key(name, subscript);
    const old = this.textValue(scope.getElement(name, key), target.at);
    const result = this.binary(operator, old, this.value(value), at);
    scope.setElement(name, key, result);
    return result;
  }

  private step({ target, by, prefix }: StepNode): Integer {
    const { scope } = this;
    const { name, subscript } = target;
    if (subscript === null) {
      const old = this.textValue(scope.get(name), target.at);
      const stepped = compute("+", old, by);
      scope.set(name, stepped);
      return prefix ? stepped : old;
    }
    const key = scope.key(name, subscript);
    const old = this.textValue(scope.getElement(name, key), target.at);
    const stepped = compute("+", old, by);
    scope.setElement(name, key, stepped);
    return prefix ? stepped : old;
  }
}

function unary(operator: "!" | "~" | "-" | "+", value: Integer): Integer {
  if (operator === "!") return isTrue(value) ? 0 : 1;
  if (operator === "~") return complement(value);
  return operator === "-" ? negate(value) : value;
}

/** The number of plain decimal digits (no leading zero), with an optional minus; `undefined` for all else. */
function quickDecimal(text: string): Integer | undefined {
  const { length } = text;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  const first = text.charCodeAt(at);
  if (!(first >= 48 && first <= 57) || (first === 48 && length > at + 1)) return undefined;
  if (length > 15) return /^-?[0-9]+$/.test(text) ? decimal(text) : undefined;
  let value = 0;
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return text.charCodeAt(0) === 45 ? 0 - value : value;
}
