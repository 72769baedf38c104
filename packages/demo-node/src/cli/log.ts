import type { Sandbox } from "@shadowbox/sandbox/node";
import { type Style, showName } from "./terminal.ts";

type Entry = ReturnType<Sandbox["log"]>[number];

/** One line of `log`: when, what, and the paths or the first line of the script. */
export function logLine({ time, operation, script, paths, status }: Entry, style: Style): string {
  const ending = status === undefined ? "" : style.dim(` (${status})`);
  const when = time.slice(0, 19).replace("T", " ");
  return `${style.dim(when)} ${style.bold(operation)} ${script === undefined ? showPaths(paths) : showScript(script)}${ending}\n`;
}

function showPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map(showName).join(" ");
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

function showScript(script: string): string {
  const line = script.trim().split("\n")[0] ?? "";
  return showName(line.length > 50 ? `${line.slice(0, 49)}…` : line).replace(/^"(.*)"$/, "$1");
}
