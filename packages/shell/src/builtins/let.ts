import { evaluateArithmetic } from "../interp/arithmetic.ts";
import type { Interpreter } from "../interp/interpreter.ts";

/** `let expression …`: 0 when the last one is not 0. */
export function letBuiltin(sh: Interpreter, args: string[]): number {
  const rest = args[0] === "--" ? args.slice(1) : args;
  if (rest.length === 0) {
    sh.builtinError("let", "expression expected");
    return 1;
  }
  let value: number | bigint = 0;
  for (const text of rest) value = evaluateArithmetic(sh, text);
  return Number(value) === 0 ? 1 : 0;
}
