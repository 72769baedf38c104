import { ShellError } from "../errors.ts";
import { matcherFor } from "../expand/matching.ts";
import { expandArithmetic, expandPattern, expandRegex, expandText } from "../expand/word.ts";
import type {
  ArithmeticCommand,
  Conditional,
  ConditionalBinary,
  ConditionalExpression,
} from "../parse/ast.ts";
import { matchRegex } from "../pattern/regex.ts";
import { IndexedArray } from "../state/arrays.ts";
import { Attr } from "../state/variable.ts";
import { evaluateArithmetic } from "./arithmetic.ts";
import { compareFiles, testUnary } from "./file-tests.ts";
import { printCommand } from "./function-text.ts";
import type { Interpreter } from "./interpreter.ts";
import { debugTrap } from "./traps.ts";
import { trace } from "./xtrace.ts";

/** `(( … ))`: 0 when the value is not 0. */
export function runArithmeticCommand(sh: Interpreter, node: ArithmeticCommand): number {
  sh.state.line = node.line;
  sh.begin(node);
  if (debugTrap(sh, `((${node.expression.text}))`)) return 0;
  try {
    const text = expandArithmetic(sh, node.expression);
    if (sh.state.set.xtrace) trace(sh, `(( ${text} ))`);
    const value = evaluateArithmetic(sh, text, "((");
    // biome-ignore lint/suspicious/noDoubleEquals: 0 and 0n alike
    return value == 0 ? 1 : 0;
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code === "unbound" || failure.code === "subscript" || failure.code === "integer") throw error;
    sh.error(failure.code === "arithmetic" ? failure.message : failure.message);
    return 1;
  }
}

/** `[[ … ]]`: 0 true, 1 false, 2 a regex that is none. */
export function runConditional(sh: Interpreter, node: Conditional): number {
  sh.state.line = node.line;
  sh.begin(node);
  if (sh.state.traps.read.has("DEBUG") && debugTrap(sh, printCommand(node))) return 0;
  try {
    return truth(sh, node.expression) ? 0 : 1;
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code === "invalid") return 2;
    if (failure.code !== "arithmetic") throw error;
    // A failing `$((…))` among the words gives up more than this command.
    if (!failure.message.startsWith("[[: ")) throw error;
    sh.error(failure.message);
    return 1;
  }
}

/** `not`: what `set -x` shows before a test that is negated. */
function truth(sh: Interpreter, node: ConditionalExpression, not = ""): boolean {
  switch (node.type) {
    case "ConditionalNot":
      return !truth(sh, node.expression, not === "" ? "! " : "");
    case "ConditionalGroup":
      return truth(sh, node.expression);
    case "ConditionalLogic":
      return node.operator === "&&"
        ? truth(sh, node.left) && truth(sh, node.right)
        : truth(sh, node.left) || truth(sh, node.right);
    case "ConditionalWord": {
      const text = expandText(sh, node.word);
      if (sh.state.set.xtrace) trace(sh, `[[ ${not}-n ${text || "''"} ]]`);
      return text !== "";
    }
    case "ConditionalUnary": {
      const operand = expandText(sh, node.operand);
      if (sh.state.set.xtrace) trace(sh, `[[ ${not}${node.operator} ${operand || "''"} ]]`);
      return testUnary(sh, node.operator, operand);
    }
    case "ConditionalBinary":
      return binary(sh, node, not);
  }
}

function binary(sh: Interpreter, node: ConditionalBinary, not: string): boolean {
  const { operator } = node;
  const left = expandText(sh, node.left);
  const traced = (right: string) => {
    if (sh.state.set.xtrace) trace(sh, `[[ ${not}${left || "''"} ${operator} ${right || "''"} ]]`);
  };
  if (operator === "==" || operator === "=" || operator === "!=") {
    const pattern = expandPattern(sh, node.right, sh.state.set.xtrace);
    traced(pattern);
    return matcherFor(sh, pattern, sh.state.shopt.nocasematch, true).test(left) === (operator !== "!=");
  }
  if (operator === "=~") {
    const pattern = expandRegex(sh, node.right);
    traced(pattern);
    return matches(sh, left, pattern);
  }
  const right = expandText(sh, node.right);
  traced(right);
  if (operator === "<") return left < right;
  if (operator === ">") return left > right;
  if (operator === "-nt" || operator === "-ot" || operator === "-ef")
    return compareFiles(sh, operator, left, right);
  return compareNumbers(operator, evaluateArithmetic(sh, left, "[["), evaluateArithmetic(sh, right, "[["));
}

export function compareNumbers(operator: string, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case "-eq":
      // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint may be equal
      return a == b;
    case "-ne":
      // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint may be equal
      return a != b;
    case "-lt":
      return a < b;
    case "-le":
      return a <= b;
    case "-gt":
      return a > b;
    default:
      return a >= b;
  }
}

/** `left =~ pattern`, with BASH_REMATCH. */
function matches(sh: Interpreter, left: string, pattern: string): boolean {
  const groups = matchRegex(pattern, left, sh.state.shopt.nocasematch);
  if (groups === undefined) throw new ShellError("invalid", `${pattern}: not a regular expression`);
  const variable = sh.vars.global("BASH_REMATCH");
  variable.value = IndexedArray.of(groups ?? []);
  sh.vars.setAttributes(variable, Attr.INDEXED, 0);
  return groups !== null;
}
