import type { ChangeSet } from "./changes.ts";
import { summaryOf } from "./changes.ts";
import { type Style, showName } from "./terminal.ts";

/** Longest row of `+` and `-`. */
const GRAPH = 40;

/** As `git diff --stat`: one line per file with a row of `+` and `-`, in at most `width` columns. */
export function statLines(set: ChangeSet, style: Style, width: number): string {
  const rows = set.changes.map(({ path, from, binary, added, removed }) => ({
    name: from === undefined ? showName(path) : `${showName(from)} => ${showName(path)}`,
    count: binary ? "Bin" : String(added + removed),
    added,
    removed,
  }));
  const digits = Math.max(0, ...rows.map(({ count }) => count.length));
  const graph = Math.max(5, Math.min(GRAPH, Math.floor(width / 2) - digits));
  const names = Math.min(
    Math.max(0, ...rows.map(({ name }) => name.length)),
    Math.max(10, width - graph - digits - 5),
  );
  const most = Math.max(1, ...rows.map(({ added, removed }) => added + removed));
  const scale = (lines: number) =>
    lines === 0 ? 0 : Math.max(1, Math.round((lines * Math.min(graph, most)) / most));
  const lines = rows.map(({ name, count, added, removed }) => {
    const shown = name.length > names ? `…${name.slice(name.length - names + 1)}` : name.padEnd(names);
    const marks = `${style.green("+".repeat(scale(added)))}${style.red("-".repeat(scale(removed)))}`;
    return ` ${shown} | ${count.padStart(digits)} ${marks}`.trimEnd();
  });
  return `${[...lines, ` ${summaryOf(set)}`].join("\n")}\n`;
}
