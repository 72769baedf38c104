import type { Sandbox } from "@shadowbox/sandbox/node";
import { type Style, showName } from "./terminal.ts";

type Entry = ReturnType<Sandbox["log"]>[number];

/** One line of `log`: the snapshot's number if there is one, when, who, what, and the paths or the first line of the script. */
export function logLine(entry: Entry, style: Style): string {
  const { time, user, operation, script, paths, status, snapshot = "", git } = entry;
  const ending = status === undefined ? "" : style.dim(` (${status})`);
  const when = style.dim(`${time.slice(0, 19).replace("T", " ")} ${user}`);
  const branch = git === undefined ? "" : ` to branch ${showName(git.branch)}`;
  const what = script === undefined ? showPaths(paths) : showScript(script);
  return `${String(snapshot).padStart(4)} ${when} ${style.bold(operation)}${branch} ${what}${ending}\n`;
}

function showPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map(showName).join(" ");
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

function showScript(script: string): string {
  const line = script.trim().split("\n")[0] ?? "";
  const short = line.length > 50 ? `${line.slice(0, 49)}…` : line;
  // Shells' own quotes and backslashes need no escape here.
  return showName(short)
    .replace(/^"(.*)"$/, "$1")
    .replace(/\\(["\\])/g, "$1");
}
