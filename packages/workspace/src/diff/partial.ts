import { concat } from "@shadowbox/vfs";
import type { Hunk, LineChange } from "./hunks.ts";
import { type Lines, LineTable } from "./lines.ts";

/** The old text with only these hunks' changes made to it; `hunks` come from `diffHunks(before, after)`. */
export function applyHunks(before: Uint8Array, after: Uint8Array, hunks: readonly Hunk[]): Uint8Array {
  const table = new LineTable();
  const [old, fresh] = [table.cut(before), table.cut(after)];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const change of hunks.flatMap(({ changes }) => changes).sort((a, b) => a.oldAt - b.oldAt)) {
    parts.push(span(old, at, change.oldAt), added(fresh, change));
    at = change.oldAt + change.oldCount;
  }
  parts.push(span(old, at, old.count));
  return concat(parts);
}

function added(lines: Lines, { newAt, newCount }: LineChange): Uint8Array {
  return span(lines, newAt, newAt + newCount);
}

function span(lines: Lines, from: number, to: number): Uint8Array {
  return lines.bytes.subarray(lines.starts[from], lines.starts[to]);
}
