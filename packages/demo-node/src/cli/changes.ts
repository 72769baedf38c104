import type { Sandbox } from "@shadowbox/sandbox/node";
import { type Style, showName } from "./terminal.ts";

export type ChangeSet = ReturnType<Sandbox["changes"]>;
type Facts = ChangeSet["changes"][number];

export const MARKS: Record<Facts["kind"], string> = {
  created: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  mode: "P",
  type: "T",
};

/** One line per change: a letter, the path, and the lines added and removed. */
export function listChanges(set: ChangeSet, style: Style): string {
  return set.changes.map((change) => `${changeLine(change, style)}\n`).join("");
}

function changeLine(change: Facts, style: Style): string {
  const paint =
    change.kind === "created" ? style.green : change.kind === "deleted" ? style.red : style.yellow;
  const from = change.from === undefined ? "" : `${showName(change.from)} → `;
  const counts = change.binary
    ? style.dim("binary")
    : [
        change.added > 0 ? style.green(`+${change.added}`) : "",
        change.removed > 0 ? style.red(`-${change.removed}`) : "",
      ]
        .filter(Boolean)
        .join(" ");
  const lost =
    change.lost === undefined
      ? ""
      : `  ${style.red(`! its content is gone: ${showName(change.lost)} was removed from the project, and the box has no copy of it`)}`;
  const flag = change.flag === undefined ? "" : `  ${style.red(`! ${change.flag}`)}`;
  return `${paint(MARKS[change.kind])} ${from}${showName(change.path)}${counts ? `  ${counts}` : ""}${lost}${flag}`;
}

/** `3 files changed, +10 -2`. */
export function summaryOf(set: ChangeSet): string {
  const count = set.changes.length;
  if (count === 0) return "no changes";
  return `${count} file${count === 1 ? "" : "s"} changed, +${set.added} -${set.removed}`;
}
