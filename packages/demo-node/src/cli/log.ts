import type { Sandbox } from "@shadowbox/sandbox/node";
import { helpColumns } from "./help.ts";
import { type Style, showName } from "./terminal.ts";

type Entry = ReturnType<Sandbox["log"]>[number];

/** One line of `log`: the snapshot's number if there is one, when, who, what, and the paths or the first line of the script. */
export function logLine(entry: Entry, style: Style): string {
  const { time, user, operation, script, paths, status, snapshot = "", git } = entry;
  const ending = status === undefined ? "" : ` (${status})`;
  const number = String(snapshot).padStart(4);
  const when = `${time.slice(0, 19).replace("T", " ")} ${user}`;
  const branch = git === undefined ? "" : ` to branch ${showName(git.branch)}`;
  const room = helpColumns() - `${number} ${when} ${operation}${branch} ${ending}`.length;
  const what = script === undefined ? showPaths(paths) : showScript(script, Math.max(20, Math.min(50, room)));
  return `${number} ${style.dim(when)} ${style.bold(operation)}${branch} ${what}${style.dim(ending)}\n`;
}

function showPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map(showName).join(" ");
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

/** The first line of a script in at most `room` columns. */
function showScript(script: string, room: number): string {
  const line = script.trim().split("\n")[0] ?? "";
  const short = line.length > room ? `${line.slice(0, room - 1)}…` : line;
  // Shells' own quotes and backslashes need no escape here.
  return showName(short)
    .replace(/^"(.*)"$/, "$1")
    .replace(/\\(["\\])/g, "$1");
}
