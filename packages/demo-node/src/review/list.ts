import type { ReviewedChange } from "@shadowbox/sandbox/node";
import { MARKS } from "../cli/changes.ts";
import { type Style, showName } from "../cli/terminal.ts";
import { headingOf, sideRows, unifiedRows } from "./rows.ts";
import { harmless, type Paint, paint } from "./text.ts";

/** How a review is printed. */
export interface ListOptions {
  /** Columns; Infinity: lines are not wrapped. */
  width: number;
  paint: Paint;
  sideBySide?: boolean;
  /** The hunks' numbers, as `commit --hunks` takes them. */
  numbers?: boolean;
  style: Style;
}

/** Changes with their hunks as text, one under the other. */
export function reviewText(
  changes: readonly ReviewedChange[],
  { width, paint: how, sideBySide, numbers, style }: ListOptions,
): string {
  const out: string[] = [];
  for (const change of changes) {
    const { kind, path, from, binary, flag, hunks, partial } = change;
    const name = from === undefined ? showName(path) : `${showName(from)} → ${showName(path)}`;
    out.push(style.bold(`${MARKS[kind]} ${name}${binary ? " (binary)" : ""}`));
    if (flag !== undefined) out.push(style.yellow(`! ${flag}`));
    for (const [number, hunk] of hunks.entries()) {
      const label = numbers && partial ? style.bold(`${number + 1} `) : "";
      const calls = [...new Set(hunk.lines.flatMap(({ call }) => call ?? []))];
      const by = calls.length === 0 ? "" : style.dim(`  call ${calls.join(", ")}`);
      out.push(`${label}${style.cyan(harmless(headingOf(hunk)))}${by}`);
      const rows = sideBySide ? sideRows(hunk, width) : unifiedRows(hunk, width);
      for (const row of rows) out.push(paint(row, how).trimEnd());
    }
    out.push("");
  }
  return out.length === 0 ? "" : `${out.join("\n")}`;
}
