import type { AndOr, Command, Pipeline } from "../parse/ast.ts";
import { commandText } from "./xtrace.ts";

/** One line that stands for a command in `jobs`. */
export function nodeText(node: AndOr | Pipeline | Command): string {
  if (node.type === "Simple") return commandText(node);
  if (node.type === "Pipeline") return node.commands.map(nodeText).join(" | ");
  if (node.type === "AndOr")
    return (
      nodeText(node.first) +
      node.rest.map(({ operator, command }) => ` ${operator} ${nodeText(command)}`).join("")
    );
  if (node.type === "Subshell") return `( ${node.body.map(({ command }) => nodeText(command)).join("; ")} )`;
  if (node.type === "Group")
    return `{ ${node.body.map(({ command }) => `${nodeText(command)};`).join(" ")} }`;
  return node.type.toLowerCase();
}
