import type { AndOr, Command, Pipeline } from "../parse/ast.ts";
import { printCommand } from "./function-text.ts";
import { commandText } from "./xtrace.ts";

/** What stands for a command in `jobs`: its text, without a `!` in front. */
export function nodeText(node: AndOr | Pipeline | Command): string {
  if (node.type === "Simple") return commandText(node);
  return printCommand(node.type === "Pipeline" ? { ...node, negated: false } : node);
}
