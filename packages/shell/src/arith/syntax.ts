import type { ShellError } from "../errors.ts";

/** The tree of an arithmetic expression. */
export type ArithmeticNode =
  | NumberNode
  | VariableNode
  | UnaryNode
  | BinaryNode
  | LogicNode
  | ConditionNode
  | AssignNode
  | StepNode
  | CommaNode
  | FailureNode;

/** A 64-bit integer: a number where it is a safe integer, else a bigint. */
export type Integer = number | bigint;

export interface NumberNode {
  type: "number";
  value: Integer;
}

export interface VariableNode {
  type: "variable";
  name: string;
  /** Text between the brackets. */
  subscript: string | null;
  /** Where it stands in the expression. */
  at: number;
}

export interface UnaryNode {
  type: "unary";
  operator: "!" | "~" | "-" | "+";
  operand: ArithmeticNode;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "<<"
  | ">>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&"
  | "^"
  | "|";

export interface BinaryNode {
  type: "binary";
  operator: BinaryOperator;
  left: ArithmeticNode;
  right: ArithmeticNode;
  /** Where the error token of a failure starts in the text. */
  at: number;
}

/** `&&`, `||`: the right side only if it matters. */
export interface LogicNode {
  type: "logic";
  operator: "&&" | "||";
  left: ArithmeticNode;
  right: ArithmeticNode;
}

export interface ConditionNode {
  type: "condition";
  condition: ArithmeticNode;
  then: ArithmeticNode;
  otherwise: ArithmeticNode;
}

/** `=` (operator `null`), `+=`, … */
export interface AssignNode {
  type: "assign";
  target: VariableNode;
  operator: BinaryOperator | null;
  value: ArithmeticNode;
  at: number;
}

/** `++x`, `x++`, `--x`, `x--`. */
export interface StepNode {
  type: "step";
  target: VariableNode;
  by: 1 | -1;
  /** The result is the value after the step. */
  prefix: boolean;
}

export interface CommaNode {
  type: "comma";
  left: ArithmeticNode;
  right: ArithmeticNode;
}

/** Where the text is no expression any more. */
export interface FailureNode {
  type: "failure";
  error: ShellError;
}

/** A parsed expression; `text` is for messages. */
export interface ArithmeticProgram {
  text: string;
  /** `null`: an empty expression, whose value is 0. */
  root: ArithmeticNode | null;
}
